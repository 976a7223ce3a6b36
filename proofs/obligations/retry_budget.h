// Theorem (retry budget). Take any budget of `percent` and `minimum`, any number
// of threads, and any interleaving of: a request starts or ends, a retry is
// asked for (in two moments: the counters are read, then the retry is taken by a
// compare-and-swap on the number of retries), a retry ends. Then
//   (a) at the moment a retry is admitted, with r the number of requests in
//       flight that was read for it:  retries <= max(minimum, floor(percent r / 100));
//   (b) at all times:                 retries <= max(minimum, floor(percent R / 100)),
//       with R the largest number of requests that were ever in flight at once.
// What is not claimed: that retries <= max(minimum, floor(percent r / 100)) for
// the r of every moment. When requests end, retries already taken stay until
// they end themselves, so the left side may then exceed the right; nothing new is
// admitted while it does.
//
// Scaling. With x = percent x r the steps are linear (a request adds `percent`),
// so the proof is for every percent and minimum.
#ifndef WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_
#define WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

struct BudgetRule {
  // May a thread that read `retries` and x = percent x requests take one more?
  smt::Bool (*admits)(smt::Int retries_read, smt::Int x_read, smt::Int minimum);
  // Does taking it succeed, when the counter by now holds `retries`?
  smt::Bool (*takes)(smt::Int retries_read, smt::Int retries);
};

// The rule of runtime/state/retry_budget.h.
BudgetRule TheBudgetRule();

// Base, the step for each kind of event, and (a).
std::vector<Obligation> RetryBudgetKept(const BudgetRule& rule);

// No history of `steps` events from the start breaks (b).
Obligation RetryBudgetKeptUpTo(const BudgetRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_RETRY_BUDGET_H_
