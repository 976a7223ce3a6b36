// Every theorem holds. What fails here is the proof or the rule, not a program.
#include <gtest/gtest.h>

#include "proofs/obligations/canon_idempotent.h"
#include "proofs/obligations/limit_bound.h"
#include "proofs/obligations/retry_budget.h"

namespace weir::proofs {
namespace {

TEST(Theorem, LimitBound) {
  const auto obligations = LimitBound(TheLimitRule());
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

TEST(Theorem, LimitBoundOnShortHistories) {
  const std::vector<Obligation> obligations{LimitBoundUpTo(TheLimitRule(), 3)};
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

TEST(Theorem, RetryBudgetKept) {
  const auto obligations = RetryBudgetKept(TheBudgetRule());
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

TEST(Theorem, RetryBudgetKeptOnShortHistories) {
  const std::vector<Obligation> obligations{RetryBudgetKeptUpTo(TheBudgetRule(), 4)};
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

TEST(Theorem, CanonIdempotent) {
  const auto obligations = CanonIdempotent(TheCanonRule());
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

}  // namespace
}  // namespace weir::proofs
