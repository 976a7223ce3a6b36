#include "runtime/state/retry_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::runtime {
namespace {

TEST(RetryBudget, GivesTheMinimumAndThenTheShare) {
  RetryBudget budget(20, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.TryStartRetry());
  EXPECT_FALSE(budget.TryStartRetry());
  for (int i = 0; i < 19; ++i) budget.RequestStarted();
  EXPECT_FALSE(budget.TryStartRetry());  // 20 % of 19 is not yet 4
  budget.RequestStarted();
  EXPECT_TRUE(budget.TryStartRetry());
  EXPECT_FALSE(budget.TryStartRetry());
  budget.RequestEnded();
  budget.RetryEnded();
  EXPECT_FALSE(budget.TryStartRetry());
  budget.RetryEnded();
  EXPECT_TRUE(budget.TryStartRetry());
}

TEST(RetryBudget, NothingIsGivenWithoutAny) {
  RetryBudget budget(0, 0);
  for (int i = 0; i < 1000; ++i) budget.RequestStarted();
  EXPECT_FALSE(budget.TryStartRetry());
}

TEST(RetryBudget, HoldsOverThreads) {
  RetryBudget budget(10, 2);
  for (int i = 0; i < 100; ++i) budget.RequestStarted();
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        if (!budget.TryStartRetry()) continue;
        const int now = static_cast<int>(budget.retries());
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        budget.RetryEnded();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), 10);
  EXPECT_EQ(budget.retries(), 0u);
}

}  // namespace
}  // namespace weir::runtime
