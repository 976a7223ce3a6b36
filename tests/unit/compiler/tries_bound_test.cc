// breaker-never-trips beside GCRA and the breaker that is shipped: a breaker that
// waits for more failures than the bound never opens, whatever fails and when.
#include "compiler/checks/tries_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "runtime/state/breaker.h"
#include "spec/model/gcra.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

struct Setting {
  syntax::Limit limit;
  TriesWithin within;
  std::uint64_t keys = 1;
};

Setting RandomSetting(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) { return random() % n; };
  Setting setting;
  setting.limit.count = 1 + below(4);
  setting.limit.period.nanoseconds = static_cast<std::int64_t>(1 + below(60));
  setting.limit.cost = 1 + below(3);
  setting.limit.burst = setting.limit.cost + below(6);
  setting.within.window.nanoseconds = static_cast<std::int64_t>(1 + below(40));
  setting.within.lifetime.nanoseconds = static_cast<std::int64_t>(1 + below(40));
  setting.within.attempts = static_cast<std::uint32_t>(1 + below(3));
  setting.keys = 1 + below(3);
  return setting;
}

// When tries fail: of requests that come at random or as they pass, each try at
// any time of its request's life, or all as late as may be.
std::vector<std::int64_t> Failures(const Setting& setting, std::mt19937_64& random) {
  const syntax::Limit& limit = setting.limit;
  const bool late = random() % 2 == 0, dense = random() % 2 == 0;
  std::vector<std::int64_t> failures;
  for (std::uint64_t key = 0; key < setting.keys; ++key) {
    model::GcraState state;
    for (std::int64_t now = 0; now < 300;
         now += dense ? 1 : static_cast<std::int64_t>(random() % 9)) {
      const model::Rate rate{limit.count, limit.period.nanoseconds, limit.burst};
      if (!model::ChargeByState(rate, limit.cost, now, state)) {
        if (!dense && random() % 50 == 0) break;
        now += dense ? 0 : 1;
        continue;
      }
      const std::int64_t life = setting.within.lifetime.nanoseconds;
      for (std::uint32_t i = 0; i < setting.within.attempts; ++i) {
        // Early requests end late, so that as many as can be fall together.
        const std::int64_t after =
            late ? std::clamp<std::int64_t>(150 - now, 0, life)
                 : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(life + 1));
        failures.push_back(now + after);
      }
    }
  }
  std::ranges::sort(failures);
  return failures;
}

bool Opens(std::uint64_t after, const Setting& setting, const std::vector<std::int64_t>& failures) {
  runtime::Breaker breaker({.failures = static_cast<std::uint32_t>(after),
                            .window = setting.within.window.nanoseconds,
                            .open_for = 1'000'000});
  for (const std::int64_t at : failures) {
    const auto permit = breaker.Admit(at);
    breaker.Report(permit, runtime::Breaker::Outcome::kFailure, at);
  }
  return breaker.state() != runtime::Breaker::State::kClosed;
}

TEST(TriesBound, NoBreakerOpensBeyondIt) {
  const std::uint64_t cases = testing::CasesOr(20'000) / 10;
  int reached = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    std::mt19937_64 random(testing::Seed() + i);
    const Setting setting = RandomSetting(random);
    const std::uint64_t most = MostTries(setting.limit, setting.keys, setting.within);
    const auto failures = Failures(setting, random);
    ASSERT_FALSE(Opens(most + 1, setting, failures)) << "seed " << testing::Seed() + i;
    reached += Opens(most, setting, failures) ? 1 : 0;
  }
  EXPECT_GT(reached, 0);  // the bound is met, not only kept
}

TEST(TriesBound, LargeNumbersStandForMore) {
  syntax::Limit limit;
  limit.count = limit.burst = 1'000'000'000'000;
  limit.period.nanoseconds = 1;
  TriesWithin within;
  within.window.nanoseconds = within.lifetime.nanoseconds = 31'536'000'000'000'000;
  within.attempts = 100;
  EXPECT_EQ(MostTries(limit, 1, within), UINT64_MAX);
  limit.count = 0;
  EXPECT_EQ(MostTries(limit, 1, within), 0u);
}

}  // namespace
}  // namespace weir::compiler
