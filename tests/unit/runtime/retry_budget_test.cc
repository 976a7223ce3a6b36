#include "runtime/state/retry_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::runtime {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(RetryBudget, GivesTheMinimumAndThenTheShare) {
  RetryBudget budget(20, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.TryStartRetry(0));
  EXPECT_FALSE(budget.TryStartRetry(0));
  for (int i = 0; i < 19; ++i) budget.RequestStarted(kSecond);
  EXPECT_FALSE(budget.TryStartRetry(kSecond));  // 20 % of 19 is not yet 4
  budget.RequestStarted(kSecond);
  EXPECT_TRUE(budget.TryStartRetry(kSecond));
  EXPECT_FALSE(budget.TryStartRetry(kSecond));
}

TEST(RetryBudget, ARetryCountsForTenSecondsAndARequestForNoLonger) {
  RetryBudget budget(100, 0);
  budget.RequestStarted(0);
  EXPECT_TRUE(budget.TryStartRetry(5 * kSecond));
  budget.RequestStarted(9 * kSecond);
  EXPECT_TRUE(budget.TryStartRetry(9 * kSecond));  // two requests, two retries
  EXPECT_FALSE(budget.TryStartRetry(10 * kSecond));
  // One request left, both retries still count; then one of them.
  EXPECT_FALSE(budget.TryStartRetry(15 * kSecond));
  budget.RequestStarted(16 * kSecond);
  EXPECT_TRUE(budget.TryStartRetry(16 * kSecond));
  EXPECT_FALSE(budget.TryStartRetry(16 * kSecond));
}

// However short a try is: what is over counts like what is under way.
TEST(RetryBudget, OneAfterAnotherIsNoWayRound) {
  RetryBudget budget(20, 0);
  int retries = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = i * kSecond / 100;
    budget.RequestStarted(now);
    for (int again = 0; again < 4; ++again) retries += budget.TryStartRetry(now);
  }
  EXPECT_LE(retries, 200);
  EXPECT_GE(retries, 190);
}

TEST(RetryBudget, NothingIsGivenWithoutAny) {
  RetryBudget budget(0, 0);
  for (int i = 0; i < 1000; ++i) budget.RequestStarted(0);
  EXPECT_FALSE(budget.TryStartRetry(0));
}

// A worker whose clock was read earlier than another's.
TEST(RetryBudget, ClocksOutOfTurn) {
  RetryBudget budget(100, 1);
  EXPECT_TRUE(budget.TryStartRetry(20 * kSecond));
  EXPECT_FALSE(budget.TryStartRetry(kSecond));  // counts as at 20 s
  budget.RequestStarted(19 * kSecond);
  EXPECT_FALSE(budget.TryStartRetry(19 * kSecond));
  budget.RequestStarted(20 * kSecond);
  EXPECT_TRUE(budget.TryStartRetry(19 * kSecond));
}

TEST(RetryBudget, HoldsOverThreads) {
  RetryBudget budget(10, 2);
  std::atomic<int> retries{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        if (i % 10 == 0) budget.RequestStarted(i % 3 * kSecond);
        if (budget.TryStartRetry(i % 3 * kSecond)) ++retries;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(retries.load(), 400);  // 10 % of 4000
  EXPECT_GE(retries.load(), 2);
}

}  // namespace
}  // namespace weir::runtime
