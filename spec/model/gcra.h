// GCRA in exact rationals (LIMIT-1 to LIMIT-4), defined twice.
//
// By state: one number a key, the theoretical arrival time (TAT). By history:
// a request is admitted iff with it no window that ends now holds more than the
// bound. Both say the same (tests/property/gcra_test.cc), and the second is the
// promise that a policy's author reads.
#ifndef WEIR_SPEC_MODEL_GCRA_H_
#define WEIR_SPEC_MODEL_GCRA_H_

#include <cstdint>
#include <vector>

namespace weir::model {

__extension__ using Wide = __int128;

// `count` per `period` nanoseconds, at most `burst` at once; count 0 denies all.
struct Rate {
  std::uint64_t count = 1;
  std::int64_t period = 1'000'000'000;
  std::uint64_t burst = 1;
};

// count x TAT, so that TAT itself may be any rational with that denominator.
struct GcraState {
  Wide scaled_tat = 0;
};

// Admits or refuses a request of this cost at `now` (nanoseconds, from 0, never
// going back); what is refused leaves the state as it was.
bool ChargeByState(const Rate& rate, std::uint64_t cost, std::int64_t now, GcraState& state);

struct Admitted {
  std::int64_t time = 0;
  std::uint64_t cost = 1;
};

// The same verdict from all that was admitted before, in order of time.
bool AdmittedByHistory(const Rate& rate, std::uint64_t cost, std::int64_t now,
                       const std::vector<Admitted>& history);

// Whether no closed window holds more than burst + floor(width x count / period).
bool KeepsWindowBound(const Rate& rate, const std::vector<Admitted>& history);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_GCRA_H_
