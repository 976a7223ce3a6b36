// Theorem (retry budget). Take any budget of `percent` and `minimum`, any number
// of threads, and any history in which requests begin and retries are let through
// at moments that never fall. A retry is decided on by one thread at a time; the
// number of requests that it reads may miss some that begin meanwhile. With W = 10 s:
//   (a) when a retry is let through at t, then of the retries in [t - W, t], it
//       included, and the requests in (t - W, t]:
//           retries <= max(minimum, floor(percent requests / 100));
//   (b) at every moment t from the start, of all retries and all requests up to t:
//           retries <= percent requests / 100 + minimum (floor(t / W) + 1).
// So in the long run a request has no more than 1 + percent / 100 tries and each W
// no more than `minimum` on top: what `sustained load` counts on.
//
// (b) follows from (a) by induction over the moments: what was let through before
// t - W is within the bound of that moment, which has a W less; and (a) bounds the
// rest by requests that began since then, so no request is counted twice.
//
// Scaling. With x = percent x requests the steps are linear, so the proof is for
// every percent and minimum.
#ifndef WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_
#define WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

struct BudgetRule {
  // May one more go, where `retries` and x = percent x requests count?
  smt::Bool (*admits)(smt::Int retries, smt::Int x, smt::Int minimum);
  // Does a retry count that was let through so many steps ago, of a window of `steps`?
  smt::Bool (*retry_counts)(smt::Int ago, smt::Int steps);
  // A request that began so many steps ago?
  smt::Bool (*request_counts)(smt::Int ago, smt::Int steps);
  // What is read of `retries`, the last of which another thread may just have taken.
  smt::Int (*reads)(smt::Int retries, smt::Int just_taken);
};

// The rule of runtime/state/retry_budget.h.
BudgetRule TheBudgetRule();

// That steps of 100 ms cover the window, (a), and the induction of (b).
std::vector<Obligation> RetryBudgetKept(const BudgetRule& rule);

// No history of `events` events breaks (a) or (b), for a window of two steps.
Obligation RetryBudgetKeptUpTo(const BudgetRule& rule, int events);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_
