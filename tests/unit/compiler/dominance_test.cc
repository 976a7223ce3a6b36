// limit-never-binds beside GCRA itself: behind dominating limits no course of
// requests makes the later limit refuse, and where they do not dominate the
// client that sends as fast as it may is refused by it.
#include "compiler/checks/dominance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "spec/model/gcra.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

using syntax::Limit;

constexpr std::int64_t kTick = 60 * 60;  // divided by every count and product of two below

model::Rate RateOf(const Limit& limit) {
  return {limit.count, limit.period.nanoseconds, limit.burst};
}

Limit RandomLimit(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) { return random() % n; };
  Limit limit;
  limit.count = 1 + below(6);
  limit.period.nanoseconds = kTick * static_cast<std::int64_t>(1 + below(5));
  limit.cost = 1 + below(3);
  limit.burst = limit.cost + below(9);
  return limit;
}

std::string Text(const Limit& limit) {
  return std::to_string(limit.count) + " per " + std::to_string(limit.period.nanoseconds) +
         " burst " + std::to_string(limit.burst) + " cost " + std::to_string(limit.cost) + "; ";
}

class Limits {
 public:
  Limits(std::vector<Limit> earlier, const Limit& later)
      : earlier_(std::move(earlier)), later_(later), states_(earlier_.size()) {}

  // Whether the later limit refuses a request at this time.
  bool Refuses(std::int64_t now) {
    for (std::size_t i = 0; i < earlier_.size(); ++i) {
      if (!model::ChargeByState(RateOf(earlier_[i]), earlier_[i].cost, now, states_[i]))
        return false;
    }
    return !model::ChargeByState(RateOf(later_), later_.cost, now, last_);
  }

  // The first time from `now` on at which all of the earlier admit: a whole
  // number, as every TAT here is.
  std::int64_t Opens(std::int64_t now) const {
    for (std::size_t i = 0; i < earlier_.size(); ++i) {
      const Limit& limit = earlier_[i];
      const model::Wide excess = states_[i].scaled_tat + (static_cast<model::Wide>(limit.cost) -
                                                          static_cast<model::Wide>(limit.burst)) *
                                                             limit.period.nanoseconds;
      const auto opens = static_cast<std::int64_t>(excess / static_cast<model::Wide>(limit.count));
      now = std::max(now, opens);
    }
    return now;
  }

 private:
  std::vector<Limit> earlier_;
  Limit later_;
  std::vector<model::GcraState> states_;
  model::GcraState last_;
};

// No earlier limit's half-line ends or begins beyond this many requests.
constexpr int kRequests = 3'000;

bool GreedyIsRefused(const std::vector<Limit>& earlier, const Limit& later) {
  Limits limits(earlier, later);
  std::int64_t now = 0;
  for (int i = 0; i < kRequests; ++i) {
    now = limits.Opens(now);
    if (limits.Refuses(now)) return true;
  }
  return false;
}

bool RandomIsRefused(const std::vector<Limit>& earlier, const Limit& later,
                     std::mt19937_64& random) {
  Limits limits(earlier, later);
  std::int64_t now = 0;
  for (int i = 0; i < 200; ++i) {
    const auto kind = random() % 4;
    if (kind == 1) now += static_cast<std::int64_t>(random() % (kTick * 4));
    if (kind == 2) now += static_cast<std::int64_t>(random() % 900);
    if (kind == 3) now = limits.Opens(now);
    if (limits.Refuses(now)) return true;
  }
  return false;
}

TEST(Dominance, IsWhatGcraDoes) {
  const std::uint64_t cases = testing::CasesOr(20'000) / 10;
  int dominated = 0, together = 0, refusing = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    std::mt19937_64 random(testing::Seed() + i);
    std::vector<Limit> earlier;
    for (std::uint64_t n = random() % 4; n-- > 0;) earlier.push_back(RandomLimit(random));
    const Limit later = RandomLimit(random);
    std::vector<const Limit*> pointers;
    std::string text;
    for (const Limit& limit : earlier) pointers.push_back(&limit), text += Text(limit);
    text += "then " + Text(later) + "seed " + std::to_string(testing::Seed() + i);
    const Dominance found = DominatedBy(pointers, later);
    ASSERT_NE(found.kind, Dominance::Kind::kTooLarge);
    const bool holds = found.kind == Dominance::Kind::kDominated;
    if (earlier.empty()) {
      ASSERT_FALSE(holds);
      continue;
    }
    ASSERT_EQ(holds, !GreedyIsRefused(earlier, later)) << text;
    if (!holds) {
      ++refusing;
      continue;
    }
    ++dominated;
    together += found.by.size() == 2 ? 1 : 0;
    ASSERT_FALSE(RandomIsRefused(earlier, later, random)) << text;
    // Those that are named do it without the others, and none is named in vain.
    std::vector<Limit> named;
    for (const std::size_t place : found.by) named.push_back(earlier[place]);
    ASSERT_FALSE(GreedyIsRefused(named, later)) << text;
    for (std::size_t out = 0; out < named.size() && named.size() > 1; ++out) {
      ASSERT_TRUE(GreedyIsRefused({named[1 - out]}, later)) << text;
    }
  }
  EXPECT_GT(dominated, 0);
  EXPECT_GT(together, 0);
  EXPECT_GT(refusing, 0);
}

TEST(Dominance, NumbersThatAreTooLargeAreSaidToBe) {
  Limit first, second;
  first.count = 999'999'999'989, second.count = 999'999'999'961;  // primes
  first.burst = second.burst = 1'000'000'000'000;
  first.period.nanoseconds = 31'535'999'999'999'999;
  second.period.nanoseconds = 31'535'999'999'999'998;
  EXPECT_EQ(DominatedBy({&first}, second).kind, Dominance::Kind::kTooLarge);
  second = first;
  EXPECT_EQ(DominatedBy({&first}, second).kind, Dominance::Kind::kDominated);
}

}  // namespace
}  // namespace weir::compiler
