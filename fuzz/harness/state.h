// One random history of each state machine of the runtime, step by step beside
// its model. The choices are a fuzzer's octets, RapidCheck's, or a seed's; from
// octets a history lasts as long as they do.
//
//   Seen seen;
//   if (auto difference = BreakerHistory(choices, seen)) Fail(*difference);
#ifndef WEIR_FUZZ_HARNESS_STATE_H_
#define WEIR_FUZZ_HARNESS_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "fuzz/generators/choices.h"

namespace weir::fuzz {

// How often what happened, so that a test can tell that it was about something.
using Seen = std::map<std::string, std::uint64_t>;

// What differs, or which promise of the rules was broken; none: nothing.
using Difference = std::optional<std::string>;

Difference BreakerHistory(Choices& choices, Seen& seen);
Difference EjectionHistory(Choices& choices, Seen& seen);
Difference HealthHistory(Choices& choices, Seen& seen);
Difference PoolHistory(Choices& choices, Seen& seen);
Difference BalanceHistory(Choices& choices, Seen& seen);

// Whether a history that has had this many steps goes on.
inline bool GoesOn(const Choices& choices, int steps) {
  return !choices.Exhausted() && steps < 200;
}

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_HARNESS_STATE_H_
