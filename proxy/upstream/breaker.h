// A circuit breaker that all workers share (spec/rules/breaker.md).
#ifndef WEIR_PROXY_UPSTREAM_BREAKER_H_
#define WEIR_PROXY_UPSTREAM_BREAKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "runtime/base/mutex.h"
#include "runtime/state/breaker.h"

namespace weir::proxy::upstream {

class SharedBreaker {
 public:
  using Permit = runtime::Breaker::Permit;
  using Outcome = runtime::Breaker::Outcome;
  using State = runtime::Breaker::State;

  // `turned` is called after each change of state, on the thread that made it and
  // without the lock; for a breaker that flaps, only for the first ones in ten seconds.
  SharedBreaker(const runtime::BreakerSettings& settings, std::function<void(State)> turned)
      : turned_(std::move(turned)), machine_(settings) {}

  Permit Admit(std::int64_t now) {
    Permit permit;
    Change(
        [&](runtime::Breaker& machine) {
          permit = machine.Admit(now);
          if (!permit.admitted) ++refusals_;
        },
        now);
    return permit;
  }
  void Report(const Permit& permit, Outcome outcome, std::int64_t now) {
    Change([&](runtime::Breaker& machine) { machine.Report(permit, outcome, now); }, now);
  }

  State state() const { return state_.load(std::memory_order_relaxed); }
  std::uint64_t openings() const { return openings_.load(std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t kTellPeriod = 10'000'000'000;
  static constexpr int kTellMost = 20;

  void Change(const auto& step, std::int64_t now) {
    State after;
    {
      const runtime::MutexLock lock(mutex_);
      step(machine_);
      after = machine_.state();
      if (after == state()) return;
      if (after == State::kOpen) ++openings_;
      state_.store(after, std::memory_order_relaxed);
      if (now - telling_since_ >= kTellPeriod) {
        telling_since_ = now;
        told_ = 0;
      }
      if (++told_ > kTellMost) return;
    }
    turned_(after);
  }

  const std::function<void(State)> turned_;
  runtime::Mutex mutex_;
  runtime::Breaker machine_ WEIR_GUARDED_BY(mutex_);
  std::int64_t telling_since_ WEIR_GUARDED_BY(mutex_) = 0;
  int told_ WEIR_GUARDED_BY(mutex_) = 0;  // since then
  std::atomic<State> state_{State::kClosed};
  std::atomic<std::uint64_t> openings_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_BREAKER_H_
