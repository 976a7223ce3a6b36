// A breaker by its whole history (spec/rules/breaker.md).
//
// Nothing is counted as it happens: what holds now is looked up among all tries
// that were ever asked for and all phases there ever were.
#ifndef WEIR_SPEC_MODEL_BREAKER_H_
#define WEIR_SPEC_MODEL_BREAKER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace weir::model {

struct BreakerPolicy {
  std::uint64_t failures = 1;
  std::int64_t window = 0;
  std::int64_t open_for = 0;
};

class Breaker {
 public:
  enum class State { kClosed, kOpen, kHalfOpen };
  enum class Result { kSuccess, kFailure, kCancelled };

  struct Try {
    std::size_t phase = 0;
    bool admitted = false;
    bool probe = false;
    std::optional<Result> result;
    std::int64_t ended = 0;
  };
  struct Phase {
    State state = State::kClosed;
    std::int64_t since = 0;
  };

  explicit Breaker(const BreakerPolicy& policy) : policy_(policy) {}

  // The number of the try that was asked for.
  std::size_t Ask(std::int64_t now);
  void End(std::size_t number, Result result, std::int64_t now);

  State state() const { return phases_.back().state; }
  const Try& at(std::size_t number) const { return tries_[number]; }
  // Failures of the current phase that lie within the window that ends at `now`.
  std::uint64_t FailuresWithin(std::int64_t now) const;
  // Tries of the current phase that were admitted and have not ended.
  std::uint64_t Running() const;

 private:
  std::int64_t Clock(std::int64_t now);

  BreakerPolicy policy_;
  std::vector<Try> tries_;
  std::vector<Phase> phases_{{State::kClosed, 0}};
  std::int64_t latest_ = 0;
};

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_BREAKER_H_
