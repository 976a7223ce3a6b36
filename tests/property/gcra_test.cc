// The limiter = GCRA by state = GCRA by history, and all keep the bound.
#include <gtest/gtest.h>

#include <algorithm>

#include "fuzz/generators/choices.h"
#include "runtime/state/limiter.h"
#include "spec/model/gcra.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

struct Step {
  std::int64_t now = 0;
  std::uint64_t cost = 1;
};

model::Rate RandomRate(fuzz::Choices& choices) {
  static const std::vector<std::int64_t> kPeriods = {
      1, 3, 7, 1'000, 1'000'000'000, 86'400'000'000'000};
  return {.count = choices.Below(8), .period = choices.Of(kPeriods), .burst = choices.Below(9)};
}

// Arrivals about as dense as the rate admits, with bursts and long pauses.
std::vector<Step> RandomSteps(const model::Rate& rate, fuzz::Choices& choices) {
  std::vector<Step> steps;
  const std::int64_t gap = rate.period / static_cast<std::int64_t>(rate.count + 1) + 1;
  std::int64_t now = choices.Below(1'000);
  for (int i = 0; i < 60; ++i) {
    const std::uint32_t kind = choices.Below(5);
    if (kind == 1) now += gap * static_cast<std::int64_t>(choices.Below(12));
    if (kind >= 2) now += choices.Below(1'000) * gap / 700;
    steps.push_back({now, choices.Chance(80) ? 1 : choices.Below(4)});
  }
  return steps;
}

TEST(Gcra, LimiterStateAndHistoryAgreeAndKeepTheBound) {
  const std::uint64_t cases = CasesOr(20'000) / 20;
  std::uint64_t refused = 0;
  std::uint64_t admitted = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    fuzz::Choices choices(Seed() + i);
    const model::Rate rate = RandomRate(choices);
    model::GcraState state;
    runtime::GcraState runtime_state;
    std::vector<model::Admitted> history;
    for (const Step& step : RandomSteps(rate, choices)) {
      const bool by_history = model::AdmittedByHistory(rate, step.cost, step.now, history);
      const bool by_state = model::ChargeByState(rate, step.cost, step.now, state);
      const auto verdict = runtime::ChargeGcra({rate.count, rate.period, rate.burst}, step.cost,
                                               step.now, runtime_state);
      const bool by_limiter = verdict.kind == runtime::LimitVerdict::Kind::kAdmitted;
      ASSERT_EQ(by_state, by_history) << "seed " << Seed() + i;
      ASSERT_EQ(by_state, by_limiter)
          << "seed " << Seed() + i << ": " << rate.count << " per " << rate.period << " burst "
          << rate.burst << ", cost " << step.cost << " at " << step.now;
      if (by_state) history.push_back({step.now, step.cost});
      (by_state ? admitted : refused) += 1;
    }
    ASSERT_TRUE(model::KeepsWindowBound(rate, history)) << "seed " << Seed() + i;
  }
  // The test would say nothing if one verdict were rare.
  EXPECT_GT(refused, admitted / 10);
  EXPECT_GT(admitted, refused / 10);
}

// What the verdict says of the future comes true.
TEST(Gcra, RemainingResetAndRetryAfterComeTrue) {
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    fuzz::Choices choices(Seed() + i);
    model::Rate rate = RandomRate(choices);
    rate.count += 1;
    rate.burst += 1;
    const runtime::LimitRate limit{rate.count, rate.period, rate.burst};
    runtime::GcraState state;
    for (const Step& step : RandomSteps(rate, choices)) {
      const auto verdict = runtime::ChargeGcra(limit, step.cost, step.now, state);
      const auto admits = [&](std::uint64_t cost, std::int64_t now) {
        runtime::GcraState copy = state;
        return runtime::ChargeGcra(limit, cost, now, copy).kind ==
               runtime::LimitVerdict::Kind::kAdmitted;
      };
      // What remains is told in requests of this cost.
      const std::uint64_t unit = std::max<std::uint64_t>(step.cost, 1);
      ASSERT_TRUE(verdict.remaining == 0 || admits(verdict.remaining * unit, step.now));
      ASSERT_FALSE(admits((verdict.remaining + 1) * unit, step.now));
      ASSERT_TRUE(admits(rate.burst, step.now + verdict.reset));
      if (verdict.kind != runtime::LimitVerdict::Kind::kRefused || step.cost > rate.burst) continue;
      ASSERT_TRUE(admits(step.cost, step.now + verdict.retry_after));
      ASSERT_FALSE(admits(step.cost, step.now + verdict.retry_after - 1));
    }
  }
}

// A tolerance beside the increment, or a rounded interval, would pass most
// tests; these two are what tells them apart.
TEST(Gcra, ExactlyTheBurstIsAdmittedAtOnce) {
  const model::Rate rate{.count = 7, .period = 1'000, .burst = 5};
  model::GcraState state;
  int admitted = 0;
  for (int i = 0; i < 20; ++i) admitted += model::ChargeByState(rate, 1, 42, state) ? 1 : 0;
  EXPECT_EQ(admitted, 5);
}

TEST(Gcra, AnIntervalThatIsNoWholeNumberDoesNotDrift) {
  const model::Rate rate{.count = 3, .period = 1'000, .burst = 1};  // 333 1/3 ns
  model::GcraState state;
  std::int64_t admitted = 0;
  for (std::int64_t now = 0; now < 3'000'000; ++now) {
    admitted += model::ChargeByState(rate, 1, now, state) ? 1 : 0;
  }
  EXPECT_GE(admitted, 8'900);
  EXPECT_LE(admitted, 9'000);
}

}  // namespace
}  // namespace weir::testing
