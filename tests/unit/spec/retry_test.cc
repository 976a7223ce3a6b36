// What may be tried again (spec/rules/retry.md).
#include "spec/model/retry.h"

#include <gtest/gtest.h>

#include "runtime/state/retry_budget.h"

namespace weir::model {
namespace {

using Cause = syntax::RetryCause::Kind;
using End = TryResult::Kind;

TEST(Retry, Causes) {
  const struct {
    Cause cause;
    TryResult result;
    bool is;
  } rows[] = {
      {Cause::kConnectFailure, {End::kConnectFailure}, true},
      {Cause::kConnectFailure, {End::kReset}, false},
      {Cause::kReset, {End::kReset}, true},
      {Cause::kPerTryTimeout, {End::kPerTryTimeout}, true},
      {Cause::kGatewayError, {End::kResponse, 502}, true},
      {Cause::kGatewayError, {End::kResponse, 500}, false},
      {Cause::kGatewayError, {End::kResponse, 505}, false},
      {Cause::kGatewayError, {End::kReset}, true},
      {Cause::kGatewayError, {End::kConnectFailure}, false},
      {Cause::k5xx, {End::kResponse, 500}, true},
      {Cause::k5xx, {End::kResponse, 499}, false},
      {Cause::k5xx, {End::kConnectFailure}, true},
      {Cause::k5xx, {End::kRefusedStream}, true},
      {Cause::k5xx, {End::kLocal}, false},
      {Cause::kRetriable4xx, {End::kResponse, 409}, true},
      {Cause::kRetriable4xx, {End::kResponse, 429}, false},
  };
  for (const auto& row : rows) {
    const syntax::Retry retry{.attempts = 2, .on = {{.kind = row.cause}}};
    EXPECT_EQ(IsCause(retry, row.result), row.is)
        << static_cast<int>(row.cause) << " " << static_cast<int>(row.result.kind) << " "
        << row.result.status;
  }
  const syntax::Retry teapot{.attempts = 2, .on = {{.kind = Cause::kStatus, .status = 418}}};
  EXPECT_TRUE(IsCause(teapot, {End::kResponse, 418}));
  EXPECT_FALSE(IsCause(teapot, {End::kResponse, 419}));
}

// An unsafe method is delivered at most once.
TEST(Retry, AnUnsafeMethodWhoseOctetsWentOutIsNotTriedAgain) {
  syntax::Retry retry{.attempts = 3, .on = {{.kind = Cause::k5xx}}};
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_TRUE(MayRetry(retry, {End::kReset, 0, true}, {.method = method})) << method;
  }
  for (const char* method : {"POST", "PATCH", "get", "PURGE"}) {
    EXPECT_FALSE(MayRetry(retry, {End::kReset, 0, true}, {.method = method})) << method;
    EXPECT_FALSE(MayRetry(retry, {End::kResponse, 503, true}, {.method = method})) << method;
    EXPECT_TRUE(MayRetry(retry, {End::kConnectFailure, 0, false}, {.method = method})) << method;
    EXPECT_TRUE(MayRetry(retry, {End::kRefusedStream, 0, true}, {.method = method})) << method;
  }
  retry.unsafe = true;
  EXPECT_TRUE(MayRetry(retry, {End::kReset, 0, true}, {.method = "POST"}));
}

TEST(Retry, WhatEndsIt) {
  const syntax::Retry retry{.attempts = 3, .on = {{.kind = Cause::k5xx}}};
  const TryResult reset{End::kReset, 0, true};
  EXPECT_TRUE(MayRetry(retry, reset, {.method = "GET", .tries_made = 2}));
  EXPECT_FALSE(MayRetry(retry, reset, {.method = "GET", .tries_made = 3}));
  EXPECT_FALSE(MayRetry(retry, reset, {.method = "GET", .response_started = true}));
  EXPECT_FALSE(MayRetry(retry, reset, {.method = "GET", .body_replayable = false}));
  EXPECT_FALSE(MayRetry(retry, reset, {.method = "GET", .rate_limited = true}));
  EXPECT_FALSE(MayRetry(retry, {End::kLocal}, {.method = "GET"}));
  EXPECT_FALSE(MayRetry(retry, {End::kResponse, 200, true}, {.method = "GET"}));
}

TEST(Retry, BackoffDoublesUpToItsMaximum) {
  const syntax::Retry retry;
  const std::int64_t ms = 1'000'000;
  const std::int64_t ceilings[] = {25 * ms, 50 * ms, 100 * ms, 200 * ms, 250 * ms, 250 * ms};
  for (std::uint32_t k = 1; k <= 6; ++k) EXPECT_EQ(BackoffCeiling(retry, k), ceilings[k - 1]);
  EXPECT_EQ(BackoffCeiling(retry, 100), 250 * ms);
}

TEST(Retry, TheBudgetIsTheModels) {
  for (const std::uint64_t requests : {0u, 1u, 10u, 15u, 19u, 20u, 24u, 25u, 100u, 101u}) {
    for (const std::uint32_t percent : {0u, 20u, 33u, 100u}) {
      for (const std::uint32_t minimum : {0u, 1u, 3u}) {
        syntax::Retry retry;
        retry.budget_percent = percent;
        retry.budget_minimum = minimum;
        runtime::RetryBudget budget(percent, minimum);
        for (std::uint64_t i = 0; i < requests; ++i) budget.RequestStarted();
        std::uint64_t in_flight = 0;
        while (WithinBudget(retry, in_flight, requests)) {
          ASSERT_TRUE(budget.TryStartRetry()) << requests << " " << percent << " " << minimum;
          ++in_flight;
        }
        ASSERT_FALSE(budget.TryStartRetry()) << requests << " " << percent << " " << minimum;
      }
    }
  }
}

}  // namespace
}  // namespace weir::model
