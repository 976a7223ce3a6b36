// The circuit breaker of one route or service (spec/rules/breaker.md).
//
// Closed: every try is admitted, and the breaker opens when `failures` of them
// failed within the last `window`. Open: all are refused for `open_for`. Then
// half-open: exactly one try, the probe, is let through; its end closes the
// breaker or opens it again. Every admitted permit is reported exactly once,
// as cancelled if nothing is known of how the try went: a probe that is never
// reported would hold the breaker half-open for ever.
//
//   Breaker breaker({.failures = 5, .window = 10 * kSecond, .open_for = 30 * kSecond});
//   const Breaker::Permit permit = breaker.Admit(now);
//   if (!permit.admitted) return BreakerOpen();
//   ...
//   breaker.Report(permit, Breaker::Outcome::kFailure, now);
//
// Times are nanoseconds from 0 on; a clock that was read out of turn counts as
// the latest time seen. Not synchronised. Memory: 8 octets for each failure that
// still counts, rounded up to a power of two; so at most for `failures` of them
// and at most for those that can happen within `window`.
#ifndef WEIR_RUNTIME_STATE_BREAKER_H_
#define WEIR_RUNTIME_STATE_BREAKER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::runtime {

struct BreakerSettings {
  std::uint32_t failures = 1;  // 0 counts as 1
  std::int64_t window = 0;
  std::int64_t open_for = 0;
};

class Breaker {
 public:
  enum class State : std::uint8_t { kClosed, kOpen, kHalfOpen };
  enum class Outcome : std::uint8_t { kSuccess, kFailure, kCancelled };
  struct Permit {
    bool admitted = false;
    bool probe = false;
    std::uint64_t epoch = 0;
  };

  explicit Breaker(const BreakerSettings& settings);

  Permit Admit(std::int64_t now);
  // A permit of an older epoch, and one that was refused, changes nothing.
  void Report(const Permit& permit, Outcome outcome, std::int64_t now);

  // An open breaker whose time is over stays kOpen until somebody asks.
  State state() const { return state_; }
  // The first instant at which a probe is let through; has a meaning while open.
  std::int64_t open_until() const { return open_until_; }
  // Goes up with every change of state and with every probe that is given back.
  std::uint64_t epoch() const { return epoch_; }
  // Failures that would count if one more came at the time of the last failure.
  std::size_t failures_held() const { return held_; }

 private:
  std::int64_t Clock(std::int64_t now);
  void Enter(State state);
  void Open(std::int64_t now);
  void CountFailure(std::int64_t now);
  void Grow();

  BreakerSettings settings_;
  State state_ = State::kClosed;
  bool probe_out_ = false;
  std::int64_t now_ = 0;
  std::int64_t open_until_ = 0;
  std::uint64_t epoch_ = 0;
  // The failures that may still count, oldest first: a ring of a power of two.
  std::vector<std::int64_t> ring_;
  std::size_t first_ = 0;
  std::size_t held_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_BREAKER_H_
