// Wrong budgets. Each must be refuted by a real history from the start.
#include <gtest/gtest.h>

#include "proofs/obligations/retry_budget.h"

namespace weir::proofs {
namespace {

using smt::Int;

void ExpectRefuted(const BudgetRule& rule) {
  const Obligation obligation = RetryBudgetKeptUpTo(rule, 4);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(RetryBudgetKept(rule)));
}

Int Share(Int x) { return Divide(x, x.context()->Integer(100)); }

TEST(RetryBudgetMutant, OneTooMany) {
  ExpectRefuted({[](Int retries, Int x, Int minimum) { return retries <= Max(minimum, Share(x)); },
                 TheBudgetRule().takes});
}

TEST(RetryBudgetMutant, MinimumOnTopOfTheShare) {
  ExpectRefuted({[](Int retries, Int x, Int minimum) {
                   return retries + x.context()->Integer(1) <= minimum + Share(x);
                 },
                 TheBudgetRule().takes});
}

TEST(RetryBudgetMutant, ShareRoundedUp) {
  ExpectRefuted({[](Int retries, Int x, Int minimum) {
                   return retries + x.context()->Integer(1) <=
                          Max(minimum, Share(x + x.context()->Integer(99)));
                 },
                 TheBudgetRule().takes});
}

// Check, then increment without looking again: two threads pass on one reading.
TEST(RetryBudgetMutant, CheckThenAct) {
  ExpectRefuted(
      {TheBudgetRule().admits, [](Int, Int retries) { return retries.context()->True(); }});
}

}  // namespace
}  // namespace weir::proofs
