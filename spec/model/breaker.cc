#include "spec/model/breaker.h"

#include <algorithm>

namespace weir::model {

// BREAK-7.
std::int64_t Breaker::Clock(std::int64_t now) {
  latest_ = std::max(latest_, now);
  return latest_;
}

std::uint64_t Breaker::FailuresWithin(std::int64_t now) const {
  std::uint64_t failures = 0;
  for (const Try& made : tries_) {
    if (made.phase + 1 == phases_.size() && made.result == Result::kFailure &&
        now - made.ended <= policy_.window) {
      ++failures;
    }
  }
  return failures;
}

std::uint64_t Breaker::Running() const {
  std::uint64_t running = 0;
  for (const Try& made : tries_) {
    if (made.phase + 1 == phases_.size() && made.admitted && !made.result) ++running;
  }
  return running;
}

std::size_t Breaker::Ask(std::int64_t now) {
  now = Clock(now);
  // BREAK-3, BREAK-4.
  if (state() == State::kOpen && now - phases_.back().since >= policy_.open_for) {
    phases_.push_back({State::kHalfOpen, now});
  }
  Try asked;
  asked.phase = phases_.size() - 1;
  asked.probe = state() == State::kHalfOpen && Running() == 0;
  asked.admitted = state() == State::kClosed || asked.probe;
  tries_.push_back(asked);
  return tries_.size() - 1;
}

void Breaker::End(std::size_t number, Result result, std::int64_t now) {
  now = Clock(now);
  Try& ending = tries_[number];
  if (!ending.admitted || ending.result) return;
  ending.result = result;
  ending.ended = now;
  if (ending.phase + 1 != phases_.size()) return;  // BREAK-6
  if (state() == State::kClosed) {
    // BREAK-1, BREAK-2: only a failure can make N of them.
    if (result == Result::kFailure && FailuresWithin(now) >= policy_.failures) {
      phases_.push_back({State::kOpen, now});
    }
  } else if (result == Result::kSuccess) {  // BREAK-5
    phases_.push_back({State::kClosed, now});
  } else if (result == Result::kFailure) {
    phases_.push_back({State::kOpen, now});
  }
}

}  // namespace weir::model
