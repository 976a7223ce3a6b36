// A circuit breaker that all workers share (spec/rules/breaker.md).
#ifndef WEIR_PROXY_UPSTREAM_BREAKER_H_
#define WEIR_PROXY_UPSTREAM_BREAKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include "runtime/state/breaker.h"

namespace weir::proxy::upstream {

class SharedBreaker {
 public:
  using Permit = runtime::Breaker::Permit;
  using Outcome = runtime::Breaker::Outcome;
  using State = runtime::Breaker::State;

  // `turned` hears of each change of state, on the thread that made it, and must not call back.
  SharedBreaker(const runtime::BreakerSettings& settings, std::function<void(State)> turned)
      : turned_(std::move(turned)), machine_(settings) {}

  Permit Admit(std::int64_t now) {
    const std::lock_guard lock(mutex_);
    const Permit permit = machine_.Admit(now);
    if (!permit.admitted) ++refusals_;
    Publish();
    return permit;
  }
  void Report(const Permit& permit, Outcome outcome, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    machine_.Report(permit, outcome, now);
    Publish();
  }

  State state() const { return state_.load(std::memory_order_relaxed); }
  std::uint64_t openings() const { return openings_.load(std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  void Publish() {
    const State now = machine_.state();
    if (now == state()) return;
    if (now == State::kOpen) ++openings_;
    state_.store(now, std::memory_order_relaxed);
    turned_(now);
  }

  const std::function<void(State)> turned_;
  std::mutex mutex_;
  runtime::Breaker machine_;
  std::atomic<State> state_{State::kClosed};
  std::atomic<std::uint64_t> openings_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_BREAKER_H_
