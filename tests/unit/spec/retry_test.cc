// What may be tried again (spec/rules/retry.md).
#include "spec/model/retry.h"

#include <gtest/gtest.h>

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

// RETRY-9: what may have been seen uses up a try, what was not sent does not.
TEST(Retry, AStaleConnection) {
  EXPECT_TRUE(MayResendStale(1, {.method = "GET"}, false, false));
  EXPECT_TRUE(MayResendStale(1, {.method = "POST"}, false, false));
  EXPECT_FALSE(MayResendStale(1, {.method = "GET"}, true, false));
  EXPECT_TRUE(MayResendStale(2, {.method = "GET"}, true, false));
  EXPECT_FALSE(MayResendStale(2, {.method = "GET", .tries_made = 2}, true, false));
  EXPECT_FALSE(MayResendStale(2, {.method = "POST"}, true, false));
  EXPECT_FALSE(MayResendStale(2, {.method = "GET"}, false, true));
  EXPECT_FALSE(MayResendStale(2, {.method = "GET", .body_replayable = false}, false, false));
}

TEST(Retry, TheBudget) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  syntax::Retry retry;
  retry.budget_percent = 50;
  retry.budget_minimum = 1;
  BudgetHistory history;
  EXPECT_TRUE(TakeRetry(retry, history, 0));
  EXPECT_FALSE(TakeRetry(retry, history, 0));
  for (int i = 0; i < 4; ++i) history.requests.push_back(2 * kSecond);
  EXPECT_TRUE(TakeRetry(retry, history, 3 * kSecond));
  EXPECT_FALSE(WithinBudget(retry, history, 10 * kSecond));  // both count to the end of the step
  EXPECT_TRUE(WithinBudget(retry, history, 11 * kSecond));   // the first no longer does
  EXPECT_FALSE(WithinBudget(retry, history, 12 * kSecond));  // nor do the requests, the second does
  EXPECT_TRUE(WithinBudget(retry, history, 14 * kSecond));
}

}  // namespace
}  // namespace weir::model
