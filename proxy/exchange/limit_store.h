// Where rate limits are charged: in this process, or in a store outside it that
// answers later.
//
//   const ChargeResult result = store.Charge({policy, decision.charges()}, verdicts, waiter);
//   if (result.count > 0) Resume(verdicts.first(result.count));
//   else                  // waiter.OnCharged comes, unless Cancel(waiter) comes first
//
// The clock by which limits are charged is the store's own.
#ifndef WEIR_PROXY_EXCHANGE_LIMIT_STORE_H_
#define WEIR_PROXY_EXCHANGE_LIMIT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "proxy/config/policy.h"
#include "runtime/decide/decision.h"

namespace weir::proxy {

// Charges to be made in order, up to the first that is refused (LIMIT-7). A store
// that answers later copies whatever it has not sent when Charge returns: the views
// live until the answer or Cancel.
struct ChargeRun {
  const Policy& policy;
  std::span<const runtime::LimitCharge> charges;
};

// The receiver of an answer that comes later.
class LimitWaiter {
 public:
  // The verdicts in the order of the charges, at least one, none behind one that is
  // refused. Comes once, and never from within Charge.
  virtual void OnCharged(std::span<const runtime::LimitVerdict> verdicts) = 0;

 protected:
  ~LimitWaiter() = default;
};

struct ChargeResult {
  std::size_t count = 0;      // of verdicts; 0: the waiter will hear
  std::int64_t deadline = 0;  // then: how long to wait, ns on the loop's clock
};

class LimitStore {
 public:
  // `verdicts` has room for one for each charge. A waiter waits for one run at a time.
  virtual ChargeResult Charge(const ChargeRun& run, std::span<runtime::LimitVerdict> verdicts,
                              LimitWaiter& waiter) = 0;
  // The waiter does not wait any more. What has been charged stands.
  virtual void Cancel(LimitWaiter& waiter) = 0;

 protected:
  ~LimitStore() = default;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_LIMIT_STORE_H_
