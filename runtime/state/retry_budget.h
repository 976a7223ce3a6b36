// The retry budget of one retry policy over the whole process: retries in
// flight or in back-off <= max(minimum, percent of requests in flight).
#ifndef WEIR_RUNTIME_STATE_RETRY_BUDGET_H_
#define WEIR_RUNTIME_STATE_RETRY_BUDGET_H_

#include <atomic>
#include <cstdint>

namespace weir::runtime {

class RetryBudget {
 public:
  RetryBudget(std::uint32_t percent, std::uint32_t minimum)
      : percent_(percent), minimum_(minimum) {}

  void RequestStarted() { requests_.fetch_add(1, std::memory_order_relaxed); }
  void RequestEnded() { requests_.fetch_sub(1, std::memory_order_relaxed); }
  // True: the retry is taken out of the budget until RetryEnded().
  bool TryStartRetry();
  void RetryEnded() { retries_.fetch_sub(1, std::memory_order_relaxed); }

  std::uint64_t retries() const { return retries_.load(std::memory_order_relaxed); }
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

 private:
  std::uint32_t percent_;
  std::uint32_t minimum_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> retries_{0};
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_RETRY_BUDGET_H_
