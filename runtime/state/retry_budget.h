// The retry budget of one retry policy over the whole process: in any 10 s the
// retries are at most `percent` of the requests, or `minimum` (RETRY-7).
//
//   RetryBudget budget(20, 3);
//   budget.RequestStarted(now);
//   if (budget.TryStartRetry(now)) Retry();   // and so one retry is used up
//
// Times are nanoseconds from 0 on, counted in steps of 100 ms; a request counts
// at its own time, a retry at the latest at which one was let through. A request
// that is read more than 2.8 s out of turn may not count, which only makes the
// budget smaller. Any number of threads. Memory: 3 KiB.
#ifndef WEIR_RUNTIME_STATE_RETRY_BUDGET_H_
#define WEIR_RUNTIME_STATE_RETRY_BUDGET_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/mutex.h"

namespace weir::runtime {

class RetryBudget {
 public:
  RetryBudget(std::uint32_t percent, std::uint32_t minimum)
      : percent_(percent), minimum_(minimum) {}

  void RequestStarted(std::int64_t now);
  // True: one more retry is within the budget, and counts from now on.
  bool TryStartRetry(std::int64_t now);

 private:
  static constexpr std::int64_t kStep = 100'000'000;  // ns
  static constexpr std::int64_t kSteps = 100;         // the window
  static constexpr std::size_t kSlots = 128;  // more than the window, for clocks out of turn

  struct Slot {
    std::int64_t step = 0;
    std::uint64_t retries = 0;
  };

  std::uint64_t Requests(std::int64_t latest) const;
  std::uint64_t Retries(std::int64_t latest) const WEIR_REQUIRES(mutex_);

  std::uint32_t percent_;
  std::uint32_t minimum_;
  // By step: its number above, the requests in it below.
  std::array<std::atomic<std::uint64_t>, kSlots> requests_{};
  Mutex mutex_;  // retries are few
  std::array<Slot, kSlots> retries_ WEIR_GUARDED_BY(mutex_){};
  std::int64_t latest_ WEIR_GUARDED_BY(mutex_) = 0;  // step
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_RETRY_BUDGET_H_
