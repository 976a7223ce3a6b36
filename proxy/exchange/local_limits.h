// The limits of this process as a store: answers at once.
#ifndef WEIR_PROXY_EXCHANGE_LOCAL_LIMITS_H_
#define WEIR_PROXY_EXCHANGE_LOCAL_LIMITS_H_

#include "proxy/exchange/limit_store.h"
#include "proxy/net/clock.h"
#include "runtime/state/limiter.h"

namespace weir::proxy {

class LocalLimits final : public LimitStore {
 public:
  LocalLimits(runtime::LocalLimiter& limiter, const net::Clock& clock)
      : limiter_(limiter), clock_(clock) {}

  ChargeResult Charge(const ChargeRun& run, std::span<runtime::LimitVerdict> verdicts,
                      LimitWaiter& waiter) override;
  void Cancel(LimitWaiter&) override {}  // every answer is immediate

 private:
  runtime::LocalLimiter& limiter_;
  const net::Clock& clock_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_LOCAL_LIMITS_H_
