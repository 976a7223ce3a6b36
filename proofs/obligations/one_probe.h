// Theorem (one probe). Take any breaker, and any interleaving of: a try is asked
// for, a try ends (in success, failure or cancelled; of whatever phase it is), and
// time passes. Then at all times
//   (a) at most one probe is in flight, over all phases, late ones included;
//   (b) while a breaker is open nothing is let through before its time is over;
//   (c) while half-open with its place taken, a probe is in flight: the place is
//       never lost, so a half-open breaker waits for nothing but its probe.
// With (a), a half-open breaker lets exactly one probe through: nothing else is
// admitted in that phase, since only a free place admits.
//
// What is left open. When a closed breaker opens is not modelled: any failure may
// open it (the window is tested, BREAK-1). A probe that is never reported is in
// flight for ever; that each is reported is the caller's part.
#ifndef WEIR_PROOFS_OBLIGATIONS_ONE_PROBE_H_
#define WEIR_PROOFS_OBLIGATIONS_ONE_PROBE_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// The rule of runtime/state/breaker.h. `out` is 1 while the probe's place is taken.
struct BreakerRule {
  // May an open breaker become half-open now?
  smt::Bool (*over)(smt::Int now, smt::Int open_until);
  // Does a half-open breaker let a try through?
  smt::Bool (*lets_through)(smt::Int out);
  // Does a result count, of a try that was admitted in that epoch?
  smt::Bool (*counts)(smt::Int permit_epoch, smt::Int epoch);
  // The epoch after a change of state, and after a probe that was cancelled.
  smt::Int (*next_epoch)(smt::Int epoch);
  // The place after a cancelled probe.
  smt::Int (*after_cancelled)(smt::Int out);
};
BreakerRule TheBreakerRule();

std::vector<Obligation> OneProbe(const BreakerRule& rule);
Obligation OneProbeUpTo(const BreakerRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_ONE_PROBE_H_
