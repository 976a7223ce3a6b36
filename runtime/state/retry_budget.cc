#include "runtime/state/retry_budget.h"

#include <algorithm>

namespace weir::runtime {

// The place is taken by compare and exchange, so that no two retries can both
// take the last one; the number of requests may change meanwhile, which moves
// the bound and not the count against it.
bool RetryBudget::TryStartRetry() {
  std::uint64_t retries = retries_.load(std::memory_order_relaxed);
  while (true) {
    const std::uint64_t share = requests_.load(std::memory_order_relaxed) * percent_ / 100;
    if (retries >= std::max<std::uint64_t>(minimum_, share)) return false;
    if (retries_.compare_exchange_weak(retries, retries + 1, std::memory_order_relaxed))
      return true;
  }
}

}  // namespace weir::runtime
