// A decision whose limits are charged by a store that answers later: it goes on with
// the answer, at the store's deadline, or not at all.
#include <gtest/gtest.h>

#include "tests/unit/proxy/exchange_fakes.h"

namespace weir::proxy {
namespace {

using runtime::LimitVerdict;

constexpr LimitVerdict kAdmitted{.remaining = 5};
constexpr LimitVerdict kRefused{.kind = LimitVerdict::Kind::kRefused, .retry_after = 1};
constexpr LimitVerdict kUnavailable{.kind = LimitVerdict::Kind::kUnavailable};

// Limits: `one` and `two` of the route, `outer` of the gateway.
std::string Text(const std::string& one_down, const std::string& two_down) {
  return "limit outer { 9 per 1s  by client.address }\n"
         "limit one { 9 per 1s  by client.address  store-down " +
         one_down +
         " }\n"
         "limit two { 9 per 1s  by client.address  store-down " +
         two_down +
         " }\n"
         "service app { endpoints [127.0.0.1:1] }\n"
         "gateway edge {\n  listen http 127.0.0.1:8080\n  explain headers\n  limit outer\n"
         "  route all {\n    match path \"/**\"\n    limit one\n    limit two\n"
         "    forward app\n  }\n}\n";
}

class SuspendedDecision : public testing::Test {
 protected:
  void Ask(const std::string& one_down = "deny", const std::string& two_down = "deny") {
    world_ = std::make_unique<ExchangeWorld>(Text(one_down, two_down), true);
    exchange_ = &world_->Begin(client_, "GET", "/");
  }
  // Past the gateway's limit.
  void AskRoute(const std::string& one_down = "deny", const std::string& two_down = "deny") {
    Ask(one_down, two_down);
    world_->late.Answer({kAdmitted});
  }
  std::size_t recorded() const { return world_->metrics.requests_ended.value(); }

  FakeClient client_;
  std::unique_ptr<ExchangeWorld> world_;
  Exchange* exchange_ = nullptr;
};

TEST_F(SuspendedDecision, GoesOnWhenTheStoreAnswers) {
  Ask();
  EXPECT_EQ(world_->upstreams(), 0u);
  EXPECT_EQ(client_.allowed, 0u);
  world_->late.Answer({kAdmitted});
  EXPECT_EQ(world_->upstreams(), 0u);  // the route's limits are asked for now
  world_->late.Answer({kAdmitted, kAdmitted});
  ASSERT_EQ(world_->upstreams(), 1u);
  world_->upstream(0).Answer(200, "hello");
  EXPECT_EQ(client_.status, 200);
  EXPECT_EQ(client_.body, "hello");
  EXPECT_TRUE(client_.finished);
  EXPECT_EQ(world_->late.cancelled, 0);
}

TEST_F(SuspendedDecision, AsksForTheLimitsOfAPhaseInOneRun) {
  AskRoute();
  world_->late.Answer({kAdmitted, kAdmitted});
  EXPECT_EQ(world_->late.runs, (std::vector<std::vector<std::string>>{{"outer"}, {"one", "two"}}));
  exchange_->OnClientGone();  // while the upstream is asked
}

TEST_F(SuspendedDecision, EndsAtTheFirstRefusal) {
  AskRoute();
  world_->late.Answer({kRefused});
  EXPECT_EQ(client_.status, 429);
  EXPECT_EQ(client_.reason, "rate-limited");
  EXPECT_TRUE(client_.finished);
  EXPECT_EQ(world_->metrics.limit_refusals.value(), 1u);
  EXPECT_EQ(world_->upstreams(), 0u);
}

TEST_F(SuspendedDecision, TheSecondOfARunRefuses) {
  AskRoute();
  world_->late.Answer({kAdmitted, kRefused});
  EXPECT_EQ(client_.status, 429);
}

TEST_F(SuspendedDecision, TheStoreIsDownAtItsDeadline) {
  AskRoute("deny", "deny");
  world_->Pass(99 * kMillisecond);
  EXPECT_EQ(client_.status, 0);
  world_->Pass(2 * kMillisecond);
  EXPECT_EQ(client_.status, 503);
  EXPECT_EQ(client_.reason, "store-down");
  EXPECT_EQ(world_->late.cancelled, 1);
  EXPECT_FALSE(world_->late.asked());
}

// One wait for the whole run, then each limit's own clause.
TEST_F(SuspendedDecision, WhatFollowsIsEachLimitsOwn) {
  AskRoute("allow", "deny");
  world_->Pass(101 * kMillisecond);
  EXPECT_EQ(client_.status, 503);
  EXPECT_EQ(world_->late.runs.size(), 2u);

  client_ = {};
  AskRoute("allow", "allow");
  world_->Pass(101 * kMillisecond);
  EXPECT_EQ(client_.status, 0);
  ASSERT_EQ(world_->upstreams(), 1u);
  world_->upstream(0).Answer(200, "");
  EXPECT_EQ(client_.status, 200);
}

// A limit that the store says nothing of is passed over, and the rest is asked for.
TEST_F(SuspendedDecision, ChargesWithoutAVerdictComeAgain) {
  AskRoute("allow", "deny");
  world_->late.Answer({kUnavailable});
  EXPECT_EQ(world_->late.runs.back(), std::vector<std::string>{"two"});
  world_->late.Answer({kAdmitted});
  EXPECT_EQ(world_->upstreams(), 1u);
  exchange_->OnClientGone();  // while the upstream is asked
}

// Each run has its whole time.
TEST_F(SuspendedDecision, TheDeadlineIsOfOneRun) {
  Ask();
  world_->Pass(60 * kMillisecond);
  world_->late.Answer({kAdmitted});
  world_->Pass(60 * kMillisecond);
  EXPECT_EQ(client_.status, 0);
  world_->late.Answer({kAdmitted, kAdmitted});
  world_->Pass(200 * kMillisecond);  // nobody waits any more
  EXPECT_EQ(client_.status, 0);
  EXPECT_EQ(world_->upstreams(), 1u);
  exchange_->OnClientGone();  // while the upstream is asked
}

TEST_F(SuspendedDecision, TheClientGoes) {
  AskRoute();
  exchange_->OnClientGone();
  EXPECT_EQ(world_->late.cancelled, 1);
  EXPECT_EQ(client_.status, 0);
  EXPECT_EQ(recorded(), 1u);
  world_->Pass(200 * kMillisecond);  // the deadline is over, and nothing comes of it
  EXPECT_EQ(recorded(), 1u);
  EXPECT_EQ(world_->context->idle.size(), 1u);  // to be used again
}

TEST_F(SuspendedDecision, TheWorkerDrains) {
  AskRoute("allow", "allow");
  exchange_->OnRequestBad({503, runtime::Reason::kDraining, "the proxy stops", true});
  EXPECT_EQ(world_->late.cancelled, 1);
  EXPECT_EQ(client_.status, 503);
  EXPECT_EQ(client_.reason, "draining");
  EXPECT_TRUE(client_.finished);
  EXPECT_EQ(recorded(), 1u);
  world_->Pass(200 * kMillisecond);
  EXPECT_EQ(world_->upstreams(), 0u);
}

// The same exchange serves the next request with nothing left of the one before.
TEST_F(SuspendedDecision, AnExchangeIsUsedAgain) {
  AskRoute();
  exchange_->OnClientGone();
  world_->Settle();
  FakeClient next;
  EXPECT_EQ(&world_->Begin(next, "GET", "/next"), exchange_);
  world_->late.Answer({kAdmitted});
  world_->late.Answer({kAdmitted, kAdmitted});
  world_->upstream(0).Answer(204, "");
  EXPECT_EQ(next.status, 204);
}

}  // namespace
}  // namespace weir::proxy
