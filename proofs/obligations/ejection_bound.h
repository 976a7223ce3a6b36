// Theorem (ejection bound). Take any service: hosts join, leave (ejected or not),
// are ejected for whatever reason and return, in any order. With n hosts let
// allowed(n) = max(floor(n percent / 100), 1 if `at-least-one` and n > 1). Then
//   (a) no ejection takes the number of ejected hosts above allowed(n);
//   (b) at all times that number is at most allowed(N), N the most hosts there
//       ever were at once;
//   (c) unless `percent` is 100, an ejection leaves at least one host.
// What is not claimed: that the number stays below allowed(n) when hosts leave.
// Those that are ejected stay so until their time is over; none is added.
//
// Theorem (ejections end). Let L = max(base, 300 s), and let the ends of intervals
// (sweeps) come at most E apart. Then no host is ejected for longer than L + E at a
// time, whatever it is reported to do meanwhile and however often it was before.
#ifndef WEIR_PROOFS_OBLIGATIONS_EJECTION_BOUND_H_
#define WEIR_PROOFS_OBLIGATIONS_EJECTION_BOUND_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// The rules of runtime/state/ejection.h.
struct EjectionRule {
  // May one more of `hosts` be ejected? x = percent x hosts; `at_least_one` 0 or 1.
  smt::Bool (*may_eject)(smt::Int ejected, smt::Int x, smt::Int hosts, smt::Int at_least_one);
};
struct ReturnRule {
  // For how long, when base times the multiplier is `wanted`?
  smt::Int (*time)(smt::Int wanted, smt::Int longest);
  // Does a sweep at `now` end an ejection until then? `every` is E.
  smt::Bool (*ends)(smt::Int until, smt::Int now, smt::Int every);
  // The end after something is reported of a host that is ejected; `time` as above.
  smt::Int (*after_report)(smt::Int until, smt::Int now, smt::Int time);
};
EjectionRule TheEjectionRule();
ReturnRule TheReturnRule();

std::vector<Obligation> EjectionBound(const EjectionRule& rule);
Obligation EjectionBoundUpTo(const EjectionRule& rule, int steps);

std::vector<Obligation> EjectionsEnd(const ReturnRule& rule);
Obligation EjectionsEndUpTo(const ReturnRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_EJECTION_BOUND_H_
