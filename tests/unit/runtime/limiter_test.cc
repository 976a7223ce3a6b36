// GCRA against the bound it promises, and the table of limits under load.
#include "runtime/state/limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "runtime/state/siphash.h"

namespace weir::runtime {
namespace {

using Kind = LimitVerdict::Kind;
constexpr std::int64_t kSecond = 1'000'000'000;

bool Admits(const LimitRate& rate, std::int64_t now, GcraState& state, std::uint64_t cost = 1) {
  return ChargeGcra(rate, cost, now, state).kind == Kind::kAdmitted;
}

TEST(Gcra, GivesTheBurstAndThenTheRate) {
  const LimitRate rate{.count = 10, .period = kSecond, .burst = 3};
  GcraState state;
  for (int left = 2; left >= 0; --left) {
    const LimitVerdict verdict = ChargeGcra(rate, 1, kSecond, state);
    EXPECT_EQ(verdict.kind, Kind::kAdmitted);
    EXPECT_EQ(verdict.remaining, static_cast<std::uint64_t>(left));
    EXPECT_EQ(verdict.reset, (3 - left) * kSecond / 10);
  }
  const LimitVerdict refused = ChargeGcra(rate, 1, kSecond, state);
  EXPECT_EQ(refused.kind, Kind::kRefused);
  EXPECT_EQ(refused.remaining, 0u);
  EXPECT_EQ(refused.retry_after, kSecond / 10);
  EXPECT_EQ(refused.reset, 3 * kSecond / 10);
  EXPECT_FALSE(Admits(rate, kSecond + kSecond / 10 - 1, state));
  EXPECT_TRUE(Admits(rate, kSecond + kSecond / 10, state));
  EXPECT_FALSE(Admits(rate, kSecond + kSecond / 10, state));
}

TEST(Gcra, RetryAfterIsExactlyWhenItWouldPass) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const LimitRate rate{.count = 1 + random() % 50,
                         .period = 1 + static_cast<std::int64_t>(random() % 1000),
                         .burst = 1 + random() % 20};
    GcraState state;
    std::int64_t now = static_cast<std::int64_t>(random() % 1000);
    for (int i = 0; i < 30; ++i) {
      const std::uint64_t cost = 1 + random() % rate.burst;
      const LimitVerdict verdict = ChargeGcra(rate, cost, now, state);
      if (verdict.kind != Kind::kRefused) continue;
      GcraState before = state;
      ASSERT_FALSE(Admits(rate, now + verdict.retry_after - 1, before, cost));
      GcraState after = state;
      ASSERT_TRUE(Admits(rate, now + verdict.retry_after, after, cost));
      now += static_cast<std::int64_t>(random() % 10);
    }
  }
}

// In every closed window of length w: at most B + floor(w N / T).
TEST(Gcra, KeepsTheWindowBound) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const LimitRate rate{.count = 1 + random() % 7,
                         .period = 1 + static_cast<std::int64_t>(random() % 40),
                         .burst = 1 + random() % 6};
    GcraState state;
    std::vector<std::int64_t> admitted;
    std::int64_t now = 0;
    for (int i = 0; i < 300; ++i) {
      now += static_cast<std::int64_t>(random() % 4);
      if (Admits(rate, now, state)) admitted.push_back(now);
    }
    for (std::size_t i = 0; i < admitted.size(); ++i) {
      for (std::size_t j = i; j < admitted.size(); ++j) {
        const auto window = static_cast<std::uint64_t>(admitted[j] - admitted[i]);
        const std::uint64_t bound =
            rate.burst + window * rate.count / static_cast<std::uint64_t>(rate.period);
        ASSERT_LE(j - i + 1, bound) << rate.count << " per " << rate.period << " burst "
                                    << rate.burst << " window " << window;
      }
    }
  }
}

// T/N = 333,333,333.3 ns: who always asks at the first moment that can pass is
// let through for the k-th time at exactly (k-1) T/N, rounded up, for ever.
TEST(Gcra, DoesNotDriftWhereTheIntervalIsNotWhole) {
  const LimitRate rate{.count = 3, .period = kSecond, .burst = 2};
  GcraState state;
  std::int64_t now = 0;
  for (std::int64_t k = 0; k < 300'000; ++k) {
    LimitVerdict verdict = ChargeGcra(rate, 1, now, state);
    if (verdict.kind == Kind::kRefused) {
      now += verdict.retry_after;
      verdict = ChargeGcra(rate, 1, now, state);
    }
    ASSERT_EQ(verdict.kind, Kind::kAdmitted);
    if (k > 0) {
      ASSERT_EQ(now, ((k - 1) * kSecond + 2) / 3);
    }
  }
  // Asked at whole periods, three in each period after a full pause: no more, no less.
  const LimitRate three{.count = 3, .period = kSecond, .burst = 3};
  GcraState other;
  int admitted = 0;
  for (int period = 0; period < 1000; ++period) {
    for (int i = 0; i < 5; ++i) admitted += Admits(three, period * kSecond, other) ? 1 : 0;
  }
  EXPECT_EQ(admitted, 3000);
}

TEST(Gcra, NeverAndTheEdgesOfTheTypes) {
  GcraState state;
  EXPECT_FALSE(Admits({.count = 0, .period = kSecond, .burst = 5}, kSecond, state));
  EXPECT_FALSE(Admits({.count = 5, .period = kSecond, .burst = 0}, kSecond, state));
  EXPECT_FALSE(Admits({.count = 5, .period = kSecond, .burst = 4}, kSecond, state, 5));
  EXPECT_TRUE(Admits({.count = 5, .period = kSecond, .burst = 5}, kSecond, state, 5));

  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  const LimitRate vast{.count = kMost, .period = kLast, .burst = kMost};
  GcraState edge;
  EXPECT_TRUE(Admits(vast, kLast, edge, kMost));
  EXPECT_FALSE(Admits(vast, kLast, edge, 1));
  EXPECT_FALSE(Admits(vast, kLast - 1, edge, 1));
  const LimitRate slow{.count = 1, .period = kLast, .burst = kMost};
  GcraState crawl;
  EXPECT_TRUE(Admits(slow, 0, crawl, kMost));
  const LimitVerdict refused = ChargeGcra(slow, 1, 0, crawl);
  EXPECT_EQ(refused.kind, Kind::kRefused);
  EXPECT_GT(refused.reset, 0);
  EXPECT_GT(refused.retry_after, 0);
}

TEST(LocalLimiter, KeepsLimitsAndKeysApart) {
  LocalLimiter limiter;
  const LimitRate once{.count = 1, .period = kSecond, .burst = 1};
  const auto admits = [&](std::string_view identity, std::string_view key) {
    return limiter.Charge(identity, once, key, 1, kSecond).kind == Kind::kAdmitted;
  };
  EXPECT_TRUE(admits("a", "bc"));
  EXPECT_TRUE(admits("ab", "c"));  // no way of cutting the two is another's
  EXPECT_TRUE(admits("abc", ""));
  EXPECT_TRUE(admits("", "abc"));
  EXPECT_FALSE(admits("a", "bc"));
  EXPECT_FALSE(admits("ab", "c"));
  EXPECT_EQ(limiter.size(), 4u);
}

TEST(LocalLimiter, ItsClockNeverGoesBack) {
  LocalLimiter limiter;
  const LimitRate once{.count = 1, .period = kSecond, .burst = 1};
  EXPECT_EQ(limiter.Charge("l", once, "k", 1, 10 * kSecond).kind, Kind::kAdmitted);
  const LimitVerdict late = limiter.Charge("l", once, "k", 1, 2 * kSecond);
  EXPECT_EQ(late.kind, Kind::kRefused);
  EXPECT_EQ(late.retry_after, kSecond);  // counted from the latest time seen
}

TEST(LocalLimiter, AFullTableRefusesNewKeysAndForgetsNobodyWhoStillCounts) {
  LocalLimiter limiter(64 * 4);
  const LimitRate once{.count = 1, .period = kSecond, .burst = 1};
  std::vector<std::string> held;
  int turned_away = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "key" + std::to_string(i);
    const Kind kind = limiter.Charge("l", once, key, 1, kSecond).kind;
    if (kind == Kind::kAdmitted) held.push_back(key);
    if (kind == Kind::kUnavailable) ++turned_away;
  }
  EXPECT_LE(limiter.size(), 256u);
  EXPECT_EQ(limiter.size(), held.size());
  EXPECT_EQ(held.size() + static_cast<std::size_t>(turned_away), 2000u);
  for (const std::string& key : held) {
    ASSERT_EQ(limiter.Charge("l", once, key, 1, 2 * kSecond - 1).kind, Kind::kRefused);
  }
  // Once all have expired there is room again for as many, under other names.
  int admitted = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "other" + std::to_string(i);
    admitted += limiter.Charge("l", once, key, 1, 2 * kSecond).kind == Kind::kAdmitted ? 1 : 0;
  }
  EXPECT_GE(admitted, 200);
  EXPECT_LE(limiter.size(), 256u);
}

TEST(LocalLimiter, LongKeysCountByTheirOctets) {
  LocalLimiter limiter(64 * 16);
  const LimitRate once{.count = 1, .period = kSecond, .burst = 1};
  for (int i = 0; i < 4000; ++i) {
    const std::string key = std::to_string(i) + std::string(1000, 'k');
    limiter.Charge("l", once, key, 1, kSecond);
  }
  EXPECT_LE(limiter.size(), 64u * 16 * 128 / 1000);
}

// Entries come and go at random; every verdict is compared with a plain state
// per key that is never dropped.
TEST(LocalLimiter, AgreesWithATableThatForgetsNothing) {
  std::mt19937_64 random(5);
  LocalLimiter limiter(64 * 8);
  std::vector<GcraState> plain(700);
  const LimitRate rate{.count = 3, .period = 1000, .burst = 2};
  std::int64_t now = 0;
  for (int i = 0; i < 200'000; ++i) {
    now += static_cast<std::int64_t>(random() % 3);
    const std::size_t key = random() % plain.size();
    const LimitVerdict got = limiter.Charge("l", rate, std::to_string(key), 1, now);
    if (got.kind == Kind::kUnavailable) continue;
    const LimitVerdict wanted = ChargeGcra(rate, 1, now, plain[key]);
    ASSERT_EQ(got.kind, wanted.kind) << "step " << i;
    ASSERT_EQ(got.remaining, wanted.remaining);
    ASSERT_EQ(got.retry_after, wanted.retry_after);
  }
}

TEST(LocalLimiter, KeepsTheBoundOverThreads) {
  LocalLimiter limiter;
  const LimitRate rate{.count = 1000, .period = kSecond, .burst = 50};
  constexpr int kThreads = 8;
  constexpr int kKeys = 5;
  constexpr std::int64_t kSpan = kSecond / 10;
  std::atomic<std::int64_t> clock{0};
  std::vector<std::atomic<int>> admitted(kKeys);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 4000; ++i) {
        const std::int64_t now = clock.fetch_add(kSpan / (kThreads * 4000));
        const int key = (i + t) % kKeys;
        if (limiter.Charge("l", rate, std::to_string(key), 1, now).kind == Kind::kAdmitted) {
          admitted[static_cast<std::size_t>(key)].fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& count : admitted) {
    EXPECT_LE(count.load(), 50 + 100);
    EXPECT_GE(count.load(), 140);  // and the limit is given out, not merely kept
  }
}

// The published test vectors are of SipHash-2-4; of this variant, that it is
// keyed, covers every octet and tells lengths apart.
TEST(SipHash, DependsOnKeyOctetsAndLength) {
  const SipKey key{1, 2};
  std::string text(40, '\0');
  const std::uint64_t whole = SipHash(key, text);
  EXPECT_EQ(SipHash(key, text), whole);
  EXPECT_NE(SipHash({1, 3}, text), whole);
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_NE(SipHash(key, std::string_view(text).substr(0, i)), whole);
    text[i] = 1;
    EXPECT_NE(SipHash(key, text), whole) << i;
    text[i] = 0;
  }
}

}  // namespace
}  // namespace weir::runtime
