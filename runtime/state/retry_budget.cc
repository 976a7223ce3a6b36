// Requests are many: each is one compare and exchange on the counter of its step.
// Retries are few: they go through a lock, so no two can both take the last one.
// A request that is counted while a retry is being decided moves the bound and
// not the count against it.
#include "runtime/state/retry_budget.h"

#include <algorithm>

namespace weir::runtime {
namespace {

constexpr unsigned kCountBits = 28;
constexpr std::uint64_t kMostOfStep = (std::uint64_t{1} << kCountBits) - 1;

}  // namespace

void RetryBudget::RequestStarted(std::int64_t now) {
  const auto step = static_cast<std::uint64_t>(now / kStep);
  std::atomic<std::uint64_t>& slot = requests_[step % kSlots];
  std::uint64_t seen = slot.load(std::memory_order_relaxed), next = 0;
  do {
    const std::uint64_t held = seen >> kCountBits;
    if (held > step || (held == step && (seen & kMostOfStep) == kMostOfStep)) return;
    next = held == step ? seen + 1 : (step << kCountBits) + 1;
  } while (!slot.compare_exchange_weak(seen, next, std::memory_order_relaxed));
}

std::uint64_t RetryBudget::Requests(std::int64_t latest) const {
  std::uint64_t sum = 0;
  for (const auto& slot : requests_) {
    const std::uint64_t held = slot.load(std::memory_order_relaxed);
    const auto step = static_cast<std::int64_t>(held >> kCountBits);
    if (step > latest - kSteps && step <= latest) sum += held & kMostOfStep;
  }
  return sum;
}

// One step more than of the requests, so that every retry of the last 10 s is in.
std::uint64_t RetryBudget::Retries(std::int64_t latest) const {
  std::uint64_t sum = 0;
  for (const Slot& slot : retries_) {
    if (slot.step >= latest - kSteps) sum += slot.retries;
  }
  return sum;
}

bool RetryBudget::TryStartRetry(std::int64_t now) {
  const MutexLock lock(mutex_);
  // Only a retry that is let through moves the clock: a refusal leaves no trace.
  const std::int64_t latest = std::max(latest_, now / kStep);
  const std::uint64_t share = Requests(latest) * percent_ / 100;
  if (Retries(latest) >= std::max<std::uint64_t>(minimum_, share)) return false;
  latest_ = latest;
  Slot& slot = retries_[static_cast<std::size_t>(latest) % kSlots];
  if (slot.step != latest) slot = {latest, 0};
  ++slot.retries;
  return true;
}

}  // namespace weir::runtime
