// Tries beside a try that does not answer, and the budget of all tries (RETRY-7, RETRY-11).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/held_requests.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

const std::vector<std::string> kFourWorkers = {"--workers", "4"};

std::string Hedged(const std::vector<std::uint16_t>& ports, const std::string& retry,
                   const std::string& route = "") {
  return Compiled(Edge({.service = Endpoints(ports),
                        .route = "retry hedged\n" + route,
                        .definitions = "retry hedged { on [5xx]  backoff 1ms  " + retry + " }"}));
}

TEST(Hedges, TheSecondHostAnswersForAStalledOne) {
  std::atomic<int> begun{0}, given_up{0};
  ScriptedUpstream stalled([&](Peer& peer) {
    if (!peer.ReadTo(kEnd).ends_with(kEnd)) return;
    ++begun;
    for (int i = 0; i < 5000 && !peer.Gone(); ++i) std::this_thread::sleep_for(milliseconds(1));
    given_up += peer.Gone();
  });
  SwitchedUpstream good;
  RunningProxy proxy(
      Hedged({stalled.port(), good.port()}, "attempts 2  hedge 100ms  budget 100% minimum 10"),
      {"--workers", "1"});
  for (int i = 0; i < 6; ++i) {
    const int before = begun;
    const auto start = Clock::now();
    const Answer answer = Get(proxy);
    const auto took = Clock::now() - start;
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.Field("x-host"), good.address());
    if (begun == before) continue;  // it came to the good host at once
    EXPECT_GE(took, milliseconds(90));
    EXPECT_LT(took, milliseconds(5000));  // of the route's 15 s
  }
  EXPECT_GE(begun, 1);
  EXPECT_TRUE(Eventually([&] { return given_up == begun; }));
  EXPECT_EQ(MetricSum(proxy, "weir_host_requests_active"), 0);
  int twos = 0;
  for (const std::string& line : proxy.Log(6)) {
    EXPECT_EQ(LogField(line, "upstream"), good.address()) << line;
    twos += LogField(line, "attempts") == "2";
  }
  EXPECT_EQ(twos, Metric(proxy, "weir_hedges_total"));
  EXPECT_GE(twos, begun);
}

TEST(Hedges, APostIsNeverHedged) {
  SwitchedUpstream one, two;
  one.status = two.status = SwitchedUpstream::kStalls;
  RunningProxy proxy(
      Hedged({one.port(), two.port()}, "attempts 3  hedge 20ms  per-try 5s  budget 100% minimum 10",
             "timeout 400ms"),
      kFourWorkers);
  const Answer answer = Post(proxy, "/x", "body");
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(one.requests + two.requests, 1);
  EXPECT_EQ(Metric(proxy, "weir_hedges_total"), 0);
  EXPECT_EQ(Get(proxy).status, 504);  // while a GET is
  EXPECT_GE(Metric(proxy, "weir_hedges_total"), 1);
}

// One that fails beside one that is under way ends nothing.
TEST(Hedges, AFailureLeavesTheOtherToAnswer) {
  SwitchedUpstream bad;
  bad.status = 503;
  ScriptedUpstream slow([](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      std::this_thread::sleep_for(milliseconds(150));
      peer.Write(Ok("slow"));
    }
  });
  RunningProxy proxy(
      Hedged({slow.port(), bad.port()}, "attempts 2  hedge 30ms  budget 100% minimum 10"),
      {"--workers", "1"});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get(proxy).body, "slow") << i;
  EXPECT_GE(Metric(proxy, "weir_hedges_total"), 1);
}

// Answers that come at about the time of the hedge: never another request's.
TEST(Hedges, NoAnswerIsMistaken) {
  std::atomic<unsigned> turn{0};
  const auto script = [&](Peer& peer) {
    for (;;) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      std::this_thread::sleep_for(std::chrono::microseconds(turn++ * 7919 % 6000));
      peer.Write(Ok(head.substr(0, head.find('\r'))));
    }
  };
  ScriptedUpstream one(script), two(script);
  RunningProxy proxy(
      Hedged({one.port(), two.port()}, "attempts 3  hedge 3ms  budget 100% minimum 100"),
      kFourWorkers);
  std::atomic<int> wrong{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      Peer client(ConnectTo(proxy.port()));
      for (int j = 0; j < 150; ++j) {
        const std::string line =
            "GET /" + std::to_string(i) + "/" + std::to_string(j) + " HTTP/1.1";
        client.Write(line + "\r\nhost: gw\r\n\r\n");
        wrong += ReadAnswer(client).body != line;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(Metric(proxy, "weir_hedges_total"), 10);
  EXPECT_TRUE(Eventually([&] { return MetricSum(proxy, "weir_host_requests_active") == 0; }));
}

TEST(Budgets, HedgesStayWithinItOverAllWorkers) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(Hedged({upstream.port()}, "attempts 2  hedge 10ms  budget 1% minimum 2"),
                     kFourWorkers);
  std::list<Peer> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(ConnectTo(proxy.port())).Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
  }
  ASSERT_TRUE(held.Await(12));
  EXPECT_TRUE(Eventually([&] { return Metric(proxy, "weir_retry_budget_refusals_total") == 8; }));
  EXPECT_EQ(held.arrived().size(), 12u);
  EXPECT_EQ(Metric(proxy, "weir_hedges_total"), 2);
  held.Release();
  for (Peer& client : clients) EXPECT_EQ(ReadAnswer(client).status, 200);
}

// The first time a target comes it is 503, then it is held.
TEST(Budgets, RetriesStayWithinItOverAllWorkers) {
  HeldRequests held;
  std::mutex mutex;
  std::map<std::string, int> seen;
  const auto answer = held.script();
  ScriptedUpstream upstream([&](Peer& peer) {
    const std::string head = peer.ReadTo(kEnd);
    bool again = false;
    {
      const std::lock_guard lock(mutex);
      again = ++seen[head.substr(0, head.find('\r'))] > 1;
    }
    if (!again)
      return peer.Write("HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    peer.Unread(head);
    answer(peer);
  });
  RunningProxy proxy(Hedged({upstream.port()}, "attempts 2  budget 1% minimum 2"), kFourWorkers);
  std::list<Peer> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(ConnectTo(proxy.port()))
        .Write("GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: gw\r\n\r\n");
  }
  ASSERT_TRUE(held.Await(2));
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_retry_budget_refusals_total") == 8; }));
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), 2);
  held.Release();
  int good = 0, passed_on = 0;
  for (Peer& client : clients) {
    const int status = ReadAnswer(client).status;
    good += status == 200;
    passed_on += status == 503;  // the last answer (RETRY-7)
  }
  EXPECT_EQ(good, 2);
  EXPECT_EQ(passed_on, 8);
  // What is over counts for as long as what is under way. A worker that has kept
  // a connection of the answers above gets a 200 on it, at the first try.
  int sent = 0;
  EXPECT_TRUE(
      Eventually([&] { return Get(proxy, "/again" + std::to_string(sent++)).status == 503; }));
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), 2);
}

}  // namespace
}  // namespace weir::tests
