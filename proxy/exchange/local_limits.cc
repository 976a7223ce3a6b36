#include "proxy/exchange/local_limits.h"

namespace weir::proxy {

using Kind = runtime::LimitVerdict::Kind;

ChargeResult LocalLimits::Charge(const ChargeRun& run, std::span<runtime::LimitVerdict> verdicts,
                                 LimitWaiter&) {
  std::size_t count = 0;
  for (const runtime::LimitCharge& charge : run.charges) {
    const runtime::LimitRecord& limit = run.policy.table().limits()[charge.limit];
    verdicts[count] = limiter_.Charge(run.policy.limit_identity(charge.limit), RateOf(limit),
                                      charge.key, charge.cost, clock_.Monotonic());
    // Where there is no room, the limit's `store-down` says whether the next is charged at all.
    if (verdicts[count++].kind != Kind::kAdmitted) break;
  }
  return {.count = count};
}

}  // namespace weir::proxy
