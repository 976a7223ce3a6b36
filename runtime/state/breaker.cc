// The window is exact: the times of the failures are kept, not counts in slices
// of it. What has left the window is dropped before anything is added, so the
// ring grows only when all that it holds still counts; and the failure that
// makes `failures` of them opens the breaker and empties the ring. So it never
// holds more than `failures` - 1, however large that number is.
#include "runtime/state/breaker.h"

#include <algorithm>
#include <limits>

namespace weir::runtime {

Breaker::Breaker(const BreakerSettings& settings) : settings_(settings) {
  settings_.failures = std::max<std::uint32_t>(settings_.failures, 1);
}

std::int64_t Breaker::Clock(std::int64_t now) { return now_ = std::max(now_, now); }

void Breaker::Enter(State state) {
  state_ = state;
  probe_out_ = false;
  ++epoch_;
}

void Breaker::Open(std::int64_t now) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  open_until_ = settings_.open_for > kLast - now ? kLast : now + settings_.open_for;
  ring_ = {};
  first_ = held_ = 0;
  Enter(State::kOpen);
}

void Breaker::Grow() {
  std::vector<std::int64_t> larger(std::max<std::size_t>(8, ring_.size() * 2));
  for (std::size_t i = 0; i < held_; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
  ring_ = std::move(larger);
  first_ = 0;
}

void Breaker::CountFailure(std::int64_t now) {
  while (held_ > 0 && now - ring_[first_] > settings_.window) {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --held_;
  }
  if (held_ + 1 >= settings_.failures) return Open(now);
  if (held_ == ring_.size()) Grow();
  ring_[(first_ + held_) & (ring_.size() - 1)] = now;
  ++held_;
}

Breaker::Permit Breaker::Admit(std::int64_t now) {
  now = Clock(now);
  if (state_ == State::kClosed) return {true, false, epoch_};
  if (state_ == State::kOpen) {
    if (now < open_until_) return {false, false, epoch_};
    Enter(State::kHalfOpen);
  }
  if (probe_out_) return {false, false, epoch_};
  probe_out_ = true;
  return {true, true, epoch_};
}

void Breaker::Report(const Permit& permit, Outcome outcome, std::int64_t now) {
  now = Clock(now);
  if (!permit.admitted || permit.epoch != epoch_) return;
  if (state_ == State::kClosed) {
    if (outcome == Outcome::kFailure) CountFailure(now);
  } else if (state_ == State::kHalfOpen && probe_out_) {
    if (outcome == Outcome::kFailure) return Open(now);
    Enter(outcome == Outcome::kSuccess ? State::kClosed : State::kHalfOpen);
  }
}

}  // namespace weir::runtime
