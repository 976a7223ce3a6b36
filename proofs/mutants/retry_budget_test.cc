// Wrong budgets. Each must be refuted by a real history from the start.
#include <gtest/gtest.h>

#include "proofs/obligations/retry_budget.h"

namespace weir::proofs {
namespace {

using smt::Int;

void ExpectRefuted(void (*mutate)(BudgetRule&)) {
  BudgetRule rule = TheBudgetRule();
  mutate(rule);
  const Obligation obligation = RetryBudgetKeptUpTo(rule, 4);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(RetryBudgetKept(rule)));
}

Int Share(Int x) { return Divide(x, x.context()->Integer(100)); }

TEST(RetryBudgetMutant, OneTooMany) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.admits = [](Int retries, Int x, Int minimum) { return retries <= Max(minimum, Share(x)); };
  });
}

TEST(RetryBudgetMutant, MinimumOnTopOfTheShare) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.admits = [](Int retries, Int x, Int minimum) {
      return retries + x.context()->Integer(1) <= minimum + Share(x);
    };
  });
}

TEST(RetryBudgetMutant, ShareRoundedUp) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.admits = [](Int retries, Int x, Int minimum) {
      return retries + x.context()->Integer(1) <= Max(minimum, Share(x + x.context()->Integer(99)));
    };
  });
}

// Check, then take without looking again: two threads pass on one reading.
TEST(RetryBudgetMutant, CheckThenAct) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.reads = [](Int retries, Int just_taken) { return retries - just_taken; };
  });
}

// A retry of ten seconds ago, late in its step, is forgotten with the step.
TEST(RetryBudgetMutant, RetriesForgottenAStepTooEarly) {
  ExpectRefuted(
      [](BudgetRule& rule) { rule.retry_counts = [](Int ago, Int steps) { return ago < steps; }; });
}

// The same requests let retries through in one window and in the next.
TEST(RetryBudgetMutant, RequestsCountAStepTooLong) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.request_counts = [](Int ago, Int steps) { return ago <= steps; };
  });
}

// Requests that never grow old: a quiet night pays for a storm in the morning.
TEST(RetryBudgetMutant, RequestsCountForEver) {
  ExpectRefuted([](BudgetRule& rule) {
    rule.request_counts = [](Int ago, Int) { return ago >= ago.context()->Integer(0); };
  });
}

}  // namespace
}  // namespace weir::proofs
