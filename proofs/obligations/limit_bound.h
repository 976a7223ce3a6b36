// Theorem (limit bound). Take any limit `N per T burst B`, any history of
// charges on one key (from any number of proxies that share one store, whose
// charges are atomic), any costs, and any moments at which an entry whose TAT
// has passed is dropped. Then in every closed window of length w the admitted
// cost is at most B + floor(w N / T).
//
// Scaling. With every time multiplied by N the rule has no division:
//   s = N x TAT, tau = N x now, p = B x T, c = cost x T
//   admitted  iff  max(tau, s) + c - tau <= p;   then  s := max(tau, s) + c.
// N occurs in no step any more, and with p, c and k = T x (cost admitted in the
// window) as variables of their own every step is linear, so the proof is for
// all N, T, B and costs. The one product left is in the last obligation, which
// divides k <= p + w N by T.
//
// Proof by induction over the history, for a window that opens at tau0:
//   max(tau, s) >= tau0 + k   and   k <= p + (tau - tau0).
#ifndef WEIR_PROOFS_OBLIGATIONS_LIMIT_BOUND_H_
#define WEIR_PROOFS_OBLIGATIONS_LIMIT_BOUND_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// What the theorem is about, so that mutants can be put in its place.
struct LimitRule {
  smt::Bool (*admits)(smt::Int s, smt::Int tau, smt::Int c, smt::Int p);
  smt::Int (*next)(smt::Int s, smt::Int tau, smt::Int c);  // s after an admission
  smt::Bool (*may_drop)(smt::Int s, smt::Int tau);         // whether the entry may go
  smt::Bool (*clock)(smt::Int before, smt::Int after);     // how time may pass
};

// The rule of spec/rules/limit.md, as runtime/state/limiter.h has it.
LimitRule TheLimitRule();

// Base, step and conclusion of the induction.
std::vector<Obligation> LimitBound(const LimitRule& rule);

// No history of `steps` charges of a new key breaks the bound: weaker than the
// theorem, but a refutation of it is a real history.
Obligation LimitBoundUpTo(const LimitRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_LIMIT_BOUND_H_
