// The phases of an exchange and the times of its attempts, on a clock that the test
// sets: no socket and no waiting.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>

#include "tests/unit/proxy/exchange_fakes.h"

namespace weir::proxy {
namespace {

std::string Text(const std::string& route, const std::string& definitions = "",
                 const std::string& service = "") {
  return definitions + "service app { endpoints [127.0.0.1:1]  " + service +
         " }\n"
         "gateway edge {\n  listen http 127.0.0.1:8080\n  explain headers\n"
         "  route all {\n    match path \"/**\"\n" +
         route + "\n    forward app\n  }\n}\n";
}

constexpr UpstreamFailure kReset{
    .kind = UpstreamFailure::Kind::kReset, .sent = true, .detail = "reset"};

TEST(Exchange, PassesBodiesOnByCredit) {
  ExchangeWorld world(Text(""));
  FakeClient client;
  Exchange& exchange = world.Begin(client, "POST", "/a?b", {BodySize::Kind::kUnknown, 0});
  EXPECT_EQ(world.upstreams(), 0u);  // there is nothing to send yet
  EXPECT_EQ(client.allowed, kStreamWindow);
  exchange.OnRequestData("on");
  ASSERT_EQ(world.upstreams(), 1u);
  FakeUpstream& up = world.upstream(0);
  EXPECT_EQ(up.method, "POST");
  EXPECT_EQ(up.body, "on");
  EXPECT_EQ(client.allowed, kStreamWindow);
  up.credit = 0;
  exchange.OnRequestData("e");
  EXPECT_EQ(client.allowed, 0u);
  up.credit = 7;
  up.Room();
  EXPECT_EQ(client.allowed, 7u);
  exchange.OnRequestData("two");
  exchange.OnRequestEnd({});
  EXPECT_EQ(up.body, "onetwo");
  EXPECT_TRUE(up.request_ended);

  client.credit = 5;
  up.Head(200);
  up.Data("abc");
  EXPECT_EQ(up.allowed, 2u);
  client.credit = 100;
  exchange.OnClientCredit();
  EXPECT_EQ(up.allowed, 100u);
  up.End();
  EXPECT_EQ(client.body, "abc");
  EXPECT_TRUE(client.finished);
  EXPECT_EQ(world.metrics.bytes_in.value(), 6u);
  EXPECT_EQ(world.metrics.bytes_out.value(), 3u);
}

TEST(Exchange, SendsTheBodyAgainToTheNextAttempt) {
  ExchangeWorld world(Text("retry r  timeout none", "retry r { attempts 2  on [reset] }\n"));
  FakeClient client;
  Exchange& exchange = world.Begin(client, "PUT", "/", {BodySize::Kind::kUnknown, 0});
  exchange.OnRequestData("one");
  world.upstream(0).Fail(kReset);
  EXPECT_EQ(world.upstreams(), 1u);  // it backs off
  exchange.OnRequestData("two");
  exchange.OnRequestEnd({});
  world.Pass(300 * kMillisecond);
  ASSERT_EQ(world.upstreams(), 2u);
  EXPECT_EQ(world.upstream(1).body, "onetwo");
  EXPECT_TRUE(world.upstream(1).request_ended);
  world.upstream(1).Fail(kReset);
  EXPECT_EQ(client.status, 502);
  EXPECT_EQ(client.reason, "retries-exhausted");
  EXPECT_EQ(world.metrics.retries.value(), 1u);
}

TEST(Exchange, APostThatWasSentIsNotSentAgain) {
  ExchangeWorld world(Text("retry r", "retry r { attempts 3  on [reset, connect-failure] }\n"));
  FakeClient client;
  world.Begin(client, "POST", "/");
  world.upstream(0).Fail({.kind = UpstreamFailure::Kind::kConnect, .detail = "refused"});
  world.Pass(300 * kMillisecond);
  ASSERT_EQ(world.upstreams(), 2u);  // nothing had gone out
  world.upstream(1).Fail(kReset);
  world.Pass(300 * kMillisecond);
  EXPECT_EQ(world.upstreams(), 2u);
  EXPECT_EQ(client.status, 502);
}

TEST(Exchange, APerTryTimeIsACauseForAnother) {
  ExchangeWorld world(
      Text("retry r  timeout 10s", "retry r { attempts 2  per-try 1s  on [per-try-timeout] }\n"));
  FakeClient client;
  world.Begin(client, "GET", "/");
  world.Pass(999 * kMillisecond);
  EXPECT_FALSE(world.upstream(0).cancelled);
  world.Pass(2 * kMillisecond);
  EXPECT_TRUE(world.upstream(0).cancelled);
  world.Pass(300 * kMillisecond);
  ASSERT_EQ(world.upstreams(), 2u);
  world.upstream(1).Answer(200, "late");
  EXPECT_EQ(client.body, "late");
}

TEST(Exchange, WhoeverAnswersFirstAnswersAHedgedRequest) {
  ExchangeWorld world(Text("retry r", "retry r { attempts 2  hedge 50ms  on [5xx] }\n"));
  FakeClient client;
  world.Begin(client, "GET", "/");
  world.Pass(51 * kMillisecond);
  ASSERT_EQ(world.upstreams(), 2u);
  world.upstream(1).Head(200);
  EXPECT_TRUE(world.upstream(0).cancelled);
  world.upstream(1).Data("second");
  world.upstream(1).End();
  EXPECT_EQ(client.body, "second");
  EXPECT_EQ(world.metrics.hedges.value(), 1u);
}

TEST(Exchange, AnAnswerThatBreaksOffBreaksTheClientsToo) {
  ExchangeWorld world(Text("timeout none"));
  FakeClient client;
  world.Begin(client, "GET", "/");
  world.upstream(0).Head(200);
  world.upstream(0).Data("half");
  world.upstream(0).Fail(kReset);
  EXPECT_TRUE(client.aborted);
  EXPECT_FALSE(client.finished);
  EXPECT_EQ(world.metrics.requests_ended.value(), 1u);
}

TEST(Exchange, AClientThatGoesCancelsTheAttempt) {
  ExchangeWorld world(Text("timeout none"));
  FakeClient client;
  Exchange& exchange = world.Begin(client, "GET", "/");
  exchange.OnClientGone();
  EXPECT_TRUE(world.upstream(0).cancelled);
  EXPECT_EQ(world.metrics.requests_ended.value(), 1u);
}

// ---- when a request with a body asks for a place -----------------------------------

constexpr const char* kFivePlaces = "pool { connections 5  pending 0 }";

TEST(ExchangePlaces, TenThatDripLeaveFiveToOthers) {
  ExchangeWorld world(Text("", "", kFivePlaces));
  world.context->body_lead = 1200;
  std::deque<FakeClient> drips(10);
  for (FakeClient& drip : drips) {
    Exchange& exchange = world.Begin(drip, "POST", "/", {BodySize::Kind::kLength, 100});
    exchange.OnRequestData("x");
    EXPECT_GT(drip.allowed, 0u);
  }
  EXPECT_EQ(world.upstreams(), 0u);
  for (std::size_t i = 0; i < 5; ++i) {
    FakeClient next;
    world.Begin(next, "GET", "/");
    world.upstream(0).Answer(200, "at once");
    EXPECT_EQ(next.body, "at once");
    world.Settle();
  }
  for (FakeClient& drip : drips) EXPECT_EQ(drip.status, 0);
  world.Pass(60 * 1000 * kMillisecond);  // the route's idle timeout
  for (FakeClient& drip : drips) EXPECT_EQ(drip.status, 408);
}

TEST(ExchangePlaces, ALeadOfTheBodyOrItsEndAsksForOne) {
  ExchangeWorld world(Text("", "", kFivePlaces));
  world.context->body_lead = 1200;
  FakeClient long_one, short_one, empty_one;
  Exchange& exchange = world.Begin(long_one, "POST", "/", {BodySize::Kind::kLength, 5000});
  exchange.OnRequestData(std::string(1199, 'a'));
  EXPECT_EQ(world.upstreams(), 0u);
  exchange.OnRequestData("b");
  ASSERT_EQ(world.upstreams(), 1u);
  EXPECT_EQ(world.upstream(0).body, std::string(1199, 'a') + "b");
  Exchange& whole = world.Begin(short_one, "POST", "/", {BodySize::Kind::kLength, 3});
  whole.OnRequestData("abc");
  EXPECT_EQ(world.upstreams(), 1u);
  whole.OnRequestEnd({});
  ASSERT_EQ(world.upstreams(), 2u);
  EXPECT_EQ(world.upstream(1).body, "abc");
  EXPECT_TRUE(world.upstream(1).request_ended);
  Exchange& empty = world.Begin(empty_one, "POST", "/", {BodySize::Kind::kUnknown, 0});
  empty.OnRequestEnd({});
  EXPECT_EQ(world.upstreams(), 3u);
  for (std::size_t i = 0; i < 3; ++i) world.upstream(i).Answer(200, "");
}

TEST(ExchangePlaces, AStreamHasOneAtOnce) {
  ExchangeWorld world(Text("timeout none  idle-timeout 5s", "", kFivePlaces));
  world.context->body_lead = 1200;
  FakeClient client;
  Exchange& exchange = world.Begin(client, "POST", "/", {BodySize::Kind::kUnknown, 0});
  ASSERT_EQ(world.upstreams(), 1u);
  EXPECT_TRUE(client.times_waived);
  world.upstream(0).Head(200);
  world.upstream(0).Data("first");
  EXPECT_EQ(client.body, "first");
  exchange.OnRequestData("hi");
  EXPECT_EQ(world.upstream(0).body, "hi");
  exchange.OnRequestEnd({});
  world.upstream(0).End();
  EXPECT_TRUE(client.finished);
}

// ---- RETRY-5: which time runs when -----------------------------------------------

constexpr std::int64_t kSecond = 1000 * kMillisecond;

// One response that drips a byte each `gap`: for how long it lives, at most `most`.
std::int64_t LifeOfADrip(const std::string& route, std::int64_t gap, std::int64_t most) {
  ExchangeWorld world(Text(route));
  FakeClient client;
  world.Begin(client, "GET", "/");
  world.upstream(0).Head(200);
  const std::int64_t began = world.clock.now;
  while (!client.aborted && world.clock.now - began < most) {
    world.Pass(gap);
    if (!client.aborted) world.upstream(0).Data("x");
  }
  if (!client.aborted) world.upstream(0).End();
  return world.clock.now - began;
}

TEST(ExchangeTimes, ATimeoutEndsWithTheHead) {
  EXPECT_EQ(LifeOfADrip("timeout 2s  idle-timeout 5s", kSecond, 60 * kSecond), 60 * kSecond);
  EXPECT_EQ(LifeOfADrip("timeout none  idle-timeout 5s", kSecond, 60 * kSecond), 60 * kSecond);
}

TEST(ExchangeTimes, ATotalTimeoutGoesOnUntilTheEnd) {
  EXPECT_EQ(LifeOfADrip("timeout total 2s  idle-timeout 5s", kSecond, 60 * kSecond), 2 * kSecond);
}

TEST(ExchangeTimes, TheIdleTimeoutWatchesTheResponse) {
  EXPECT_EQ(LifeOfADrip("timeout 2s  idle-timeout 5s", 4 * kSecond, 60 * kSecond), 60 * kSecond);
  EXPECT_EQ(LifeOfADrip("timeout 2s  idle-timeout 5s", 5 * kSecond, 60 * kSecond), 5 * kSecond);
}

// What a client gets whose upstream never answers, and when.
std::pair<int, std::int64_t> LifeOfSilence(const std::string& route) {
  ExchangeWorld world(Text(route));
  FakeClient client;
  world.Begin(client, "GET", "/");
  const std::int64_t began = world.clock.now;
  while (client.status == 0 && world.clock.now - began < 1000 * kSecond) world.Pass(kSecond);
  return {client.status, world.clock.now - began};
}

TEST(ExchangeTimes, BeforeTheHeadTheTimeoutCountsAlone) {
  EXPECT_EQ(LifeOfSilence("timeout 300s  idle-timeout 5s"), std::pair(504, 300 * kSecond));
  EXPECT_EQ(LifeOfSilence("timeout total 300s  idle-timeout 5s"), std::pair(504, 300 * kSecond));
  EXPECT_EQ(LifeOfSilence("timeout 3s  idle-timeout 5s"), std::pair(504, 3 * kSecond));
}

TEST(ExchangeTimes, WithoutATimeoutTheIdleTimeoutCounts) {
  EXPECT_EQ(LifeOfSilence("timeout none  idle-timeout 5s"), std::pair(504, 5 * kSecond));
}

// The time until the head begins with the end of the request.
TEST(ExchangeTimes, ASlowRequestIsTheClientsToFinish) {
  ExchangeWorld world(Text("timeout 2s  idle-timeout 5s"));
  FakeClient client;
  Exchange& exchange = world.Begin(client, "POST", "/", {BodySize::Kind::kUnknown, 0});
  for (int i = 0; i < 10; ++i) {
    exchange.OnRequestData("x");
    world.Pass(4 * kSecond);
  }
  EXPECT_EQ(client.status, 0);
  world.Pass(kSecond);
  EXPECT_EQ(client.status, 408);
}

TEST(ExchangeTimes, ATimeoutCoversEveryTryUntilAHeadThatCounts) {
  ExchangeWorld world(
      Text("retry r  timeout 2s", "retry r { attempts 9  on [5xx]  budget 100% minimum 100 }\n"));
  FakeClient client;
  world.Begin(client, "GET", "/");
  const std::int64_t began = world.clock.now;
  while (client.status == 0 && world.clock.now - began < 60 * kSecond) {
    FakeUpstream& up = world.upstream(world.upstreams() - 1);
    if (up.attached()) up.Head(503);  // which ends the try
    world.Pass(400 * kMillisecond);
  }
  EXPECT_EQ(client.status, 504);
  EXPECT_GE(world.clock.now - began, 2 * kSecond);
  EXPECT_LT(world.clock.now - began, 3 * kSecond);
}

// A try's own time is until its head too.
TEST(ExchangeTimes, APerTryTimeEndsWithTheHead) {
  ExchangeWorld world(
      Text("retry r  timeout 10s", "retry r { attempts 2  per-try 1s  on [per-try-timeout] }\n"));
  FakeClient client;
  world.Begin(client, "GET", "/");
  world.upstream(0).Head(200);
  world.Pass(5 * kSecond);
  EXPECT_FALSE(client.aborted);
  world.upstream(0).Data("whole");
  world.upstream(0).End();
  EXPECT_EQ(client.body, "whole");
  EXPECT_TRUE(client.finished);
}

}  // namespace
}  // namespace weir::proxy
