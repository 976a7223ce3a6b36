// What active checks found of one host, for every worker to read.
#ifndef WEIR_PROXY_UPSTREAM_HEALTH_STATUS_H_
#define WEIR_PROXY_UPSTREAM_HEALTH_STATUS_H_

#include <atomic>
#include <cstdint>

#include "runtime/state/health.h"

namespace weir::proxy::upstream {

// Reported by the main thread alone.
class CheckedHost {
 public:
  CheckedHost(std::uint32_t unhealthy, std::uint32_t healthy) : health_(unhealthy, healthy) {}

  // True: the verdict is another than before.
  bool Report(bool passed, std::int64_t now) {
    checked_at_ = now;
    const bool turned = health_.Report(passed);
    healthy_.store(health_.healthy(), std::memory_order_relaxed);
    return turned;
  }
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  bool known() const { return health_.known(); }           // main thread
  std::int64_t checked_at() const { return checked_at_; }  // ns; main thread

 private:
  runtime::CheckedHealth health_;
  std::int64_t checked_at_ = 0;
  std::atomic<bool> healthy_{true};
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_HEALTH_STATUS_H_
