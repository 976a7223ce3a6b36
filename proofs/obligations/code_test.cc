// The machines of the theorems are the machines of the code: on many states, the
// shipped function and the rule that the theorem is about take the same step.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "compiler/smt/solver.h"
#include "proofs/obligations/canon_idempotent.h"
#include "proofs/obligations/closed_term.h"
#include "proofs/obligations/limit_bound.h"
#include "proofs/obligations/retry_budget.h"
#include "runtime/request/canonical.h"
#include "runtime/state/limiter.h"
#include "runtime/state/retry_budget.h"

namespace weir::proofs {
namespace {

TEST(Code, ChargeGcraIsTheLimitRule) {
  std::mt19937_64 random(11);
  const LimitRule rule = TheLimitRule();
  smt::Context context;
  smt::Solver solver(context, smt::Logic::kIntegers);
  int admitted = 0;
  for (int i = 0; i < 300; ++i) {
    runtime::LimitRate rate;
    rate.count = 1 + random() % 5;
    rate.period = static_cast<std::int64_t>(1 + random() % 20);
    rate.burst = 1 + random() % 5;
    const std::uint64_t cost = 1 + random() % 3;
    const std::int64_t now = static_cast<std::int64_t>(random() % 30);
    runtime::GcraState state;
    const auto before = static_cast<std::int64_t>(random() % 200);
    state.scaled_tat = static_cast<runtime::GcraState::Scaled>(before);
    const auto verdict = runtime::ChargeGcra(rate, cost, now, state);

    const auto times = [](std::uint64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(a) * b;
    };
    const smt::Int s = context.Integer(before), tau = context.Integer(times(rate.count, now)),
                   c = context.Integer(times(cost, rate.period)),
                   p = context.Integer(times(rate.burst, rate.period));
    const bool admits = IsTrue(solver, rule.admits(s, tau, c, p));
    ASSERT_EQ(verdict.kind == runtime::LimitVerdict::Kind::kAdmitted, admits) << i;
    const smt::Int after = context.Integer(static_cast<std::int64_t>(state.scaled_tat));
    EXPECT_TRUE(IsTrue(solver, after == (admits ? rule.next(s, tau, c) : s))) << i;
    admitted += admits;
  }
  EXPECT_GT(admitted, 30);
  EXPECT_LT(admitted, 270);
}

// On random histories, each retry that is let through or refused is by the rule.
TEST(Code, RetryBudgetIsTheBudgetRule) {
  constexpr std::int64_t kStep = 100'000'000, kSteps = 100;
  std::mt19937_64 random(12);
  const BudgetRule rule = TheBudgetRule();
  smt::Context context;
  smt::Solver solver(context, smt::Logic::kIntegers);
  int let_through = 0, refused = 0;
  for (int i = 0; i < 12; ++i) {
    const auto percent = static_cast<std::uint32_t>(random() % 101);
    const auto minimum = static_cast<std::uint32_t>(random() % 4);
    runtime::RetryBudget budget(percent, minimum);
    std::vector<std::int64_t> requests, retries;  // steps
    std::int64_t now = 0;
    for (int event = 0; event < 40; ++event) {
      now += static_cast<std::int64_t>(random() % 9) * 180'000'000;
      if (random() % 2 == 0) {
        budget.RequestStarted(now);
        requests.push_back(now / kStep);
        continue;
      }
      std::int64_t counted = 0, x = 0;
      const auto ago = [&](std::int64_t step) { return context.Integer(now / kStep - step); };
      const smt::Int steps = context.Integer(kSteps);
      for (const std::int64_t step : retries)
        counted += IsTrue(solver, rule.retry_counts(ago(step), steps));
      for (const std::int64_t step : requests)
        x += IsTrue(solver, rule.request_counts(ago(step), steps)) ? percent : 0;
      const bool admits = IsTrue(solver, rule.admits(context.Integer(counted), context.Integer(x),
                                                     context.Integer(minimum)));
      ASSERT_EQ(budget.TryStartRetry(now), admits) << percent << "%, minimum " << minimum;
      if (admits) retries.push_back(now / kStep);
      ++(admits ? let_through : refused);
    }
  }
  EXPECT_GT(let_through, 20);
  EXPECT_GT(refused, 20);
}

TEST(Code, TheCanonicaliserDecodesWhatTheRuleDecodes) {
  const CanonRule rule = TheCanonRule();
  smt::Context context;
  smt::Solver solver(context, smt::Logic::kIntegers);
  for (int value = 1; value < 256; ++value) {
    if (value == '.' || value == '/' || value == '\\') continue;  // segments; refused
    constexpr char kDigits[] = "0123456789abcdef";
    const std::string escaped = {'/', 'x', '%', kDigits[value / 16], kDigits[value % 16]};
    std::string canonical;
    const runtime::PathOptions options{.parameters = runtime::PathParameters::kKeep};
    ASSERT_EQ(runtime::CanonicalisePath(escaped, options, canonical), nullptr) << escaped;
    const bool decoded = canonical.size() == 3;
    EXPECT_EQ(decoded, IsTrue(solver, rule.decodes(context.Integer(value)))) << escaped;
  }
}

}  // namespace
}  // namespace weir::proofs
