// Breakers over several workers (spec/rules/breaker.md).
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/held_requests.h"
#include "tests/integration/policy_text.h"

namespace weir::tests {
namespace {

const char* kState = "weir_breaker_state{breaker=\"b\",service=\"app\"}";
const char* kOpenings = "weir_breaker_openings_total{breaker=\"b\",service=\"app\"}";

EdgeText WithBreaker(const ScriptedUpstream& upstream, const std::string& breaker,
                     const std::string& route = "") {
  return {.service = Endpoints({upstream.port()}),
          .route = "breaker b\n" + route,
          .definitions = "breaker b { " + breaker + " }"};
}

// How many of so many clients at once were let through.
int LetThrough(const RunningProxy& proxy, int clients) {
  std::atomic<int> through{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      if (Get(proxy, "/now").reason() != "breaker-open") ++through;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return through;
}

bool HasNothing(const Peer& peer) {
  char octet = 0;
  return recv(peer.fd(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

class Breakers : public testing::Test {
 protected:
  HeldRequests held;
  ScriptedUpstream upstream{held.script()};
};

TEST_F(Breakers, OpensAndNothingReachesTheService) {
  EdgeText text = WithBreaker(upstream, "open after 3 failures in 60s  for 60s", "retry again");
  text.definitions += "\nretry again { attempts 4  on [503]  backoff 1ms }";
  RunningProxy proxy(Compiled(Edge(text)), {"--workers", "4"});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  EXPECT_EQ(Get(proxy, "/now").status, 200);  // clears nothing
  EXPECT_EQ(Metric(proxy, kState), 0);
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  EXPECT_EQ(Metric(proxy, kState), 1);
  const int connections = upstream.connections();
  EXPECT_EQ(LetThrough(proxy, 20), 0);
  EXPECT_EQ(upstream.connections(), connections);
  const Answer refused = Get(proxy, "/now");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(Metric(proxy, "weir_breaker_refusals_total{breaker=\"b\",service=\"app\"}"), 21);
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), 0);  // a refusal is no cause
  EXPECT_EQ(Metric(proxy, kOpenings), 1);
  for (const std::string& line : proxy.Log(25)) {
    if (LogField(line, "reason") == "breaker-open") {
      EXPECT_EQ(LogField(line, "attempts"), "0");
    }
  }
}

// Who begins an upload and does not go on says nothing of the service.
TEST_F(Breakers, ASlowClientOpensNone) {
  RunningProxy proxy(Compiled(Edge(WithBreaker(upstream, "open after 1 failures in 60s  for 60s",
                                               "idle-timeout 300ms"))),
                     {"--workers", "2"});
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /held HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
               std::string(2000, 'h'));
  const Answer answer = ReadAnswer(client);
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.reason(), "request-timeout");
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(Metric(proxy, kState), 0);
  EXPECT_EQ(Get(proxy, "/now").status, 200);
}

TEST_F(Breakers, TheFallbackAnswersWhileItIsOpen) {
  RunningProxy proxy(Compiled(Edge(WithBreaker(upstream, "open after 1 failures in 60s  for 60s",
                                               "fallback respond 200 \"stored\""))),
                     {"--workers", "4"});
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);  // an upstream's own answer is passed on
  const Answer stored = Get(proxy, "/now");
  EXPECT_EQ(stored.status, 200);
  EXPECT_EQ(stored.body, "stored");
  EXPECT_EQ(stored.reason(), "breaker-open");
}

TEST_F(Breakers, OneProbeOverAllWorkersAndItsEndDecides) {
  RunningProxy proxy(
      Compiled(Edge(WithBreaker(upstream, "open after 1 failures in 60s  for 300ms"))),
      {"--workers", "4"});
  const auto probe = [&](const std::string& path) {
    const std::size_t before = held.arrived().size();
    Peer client(ConnectTo(proxy.port()));
    EXPECT_TRUE(Eventually([&] {
      client.Write("GET " + path + " HTTP/1.1\r\nhost: gw\r\n\r\n");
      if (Eventually([&] { return held.arrived().size() > before || !HasNothing(client); }) &&
          held.arrived().size() > before) {
        return true;
      }
      ReadAnswer(client);  // refused
      return false;
    }));
    EXPECT_EQ(Metric(proxy, kState), 2);
    EXPECT_EQ(LetThrough(proxy, 24), 0);
    EXPECT_EQ(held.arrived().size(), before + 1);
    held.ReleaseOne();
    return ReadAnswer(client).status;
  };
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  EXPECT_EQ(probe("/probe/500"), 500);
  EXPECT_EQ(Metric(proxy, kState), 1);
  EXPECT_EQ(Metric(proxy, kOpenings), 2);
  EXPECT_EQ(probe("/probe"), 200);
  EXPECT_EQ(Metric(proxy, kState), 0);
  EXPECT_EQ(LetThrough(proxy, 10), 10);
}

// A probe whose client goes away says nothing: the next one asked for is the probe.
TEST_F(Breakers, AProbeThatIsCancelledHoldsNobodyUp) {
  RunningProxy proxy(
      Compiled(Edge(WithBreaker(upstream, "open after 1 failures in 60s  for 100ms"))),
      {"--workers", "4"});
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  ASSERT_TRUE(Eventually([&] {
    Peer client(ConnectTo(proxy.port()));
    client.Write("GET /probe HTTP/1.1\r\nhost: gw\r\n\r\n");
    const bool arrived =
        Eventually([&] { return !held.arrived().empty() || !HasNothing(client); }) &&
        !held.arrived().empty();
    client.Reset();
    return arrived;
  }));
  EXPECT_TRUE(Eventually([&] { return Get(proxy, "/now").status == 200; }));
  EXPECT_EQ(Metric(proxy, kState), 0);
}

TEST_F(Breakers, LateResultsAreIgnored) {
  RunningProxy proxy(
      Compiled(Edge(WithBreaker(upstream, "open after 1 failures in 60s  for 500ms"))),
      {"--workers", "4"});
  Peer good(ConnectTo(proxy.port())), bad(ConnectTo(proxy.port()));
  good.Write("GET /good HTTP/1.1\r\nhost: gw\r\n\r\n");
  ASSERT_TRUE(held.Await(1));
  bad.Write("GET /bad/500 HTTP/1.1\r\nhost: gw\r\n\r\n");
  ASSERT_TRUE(held.Await(2));
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  held.ReleaseOne();
  EXPECT_EQ(ReadAnswer(good).status, 200);
  EXPECT_EQ(Metric(proxy, kState), 1);  // a success from before does not close it
  EXPECT_TRUE(Eventually([&] { return Get(proxy, "/now").status == 200; }));
  EXPECT_EQ(Metric(proxy, kState), 0);
  held.ReleaseOne();
  EXPECT_EQ(ReadAnswer(bad).status, 500);
  EXPECT_EQ(Metric(proxy, kState), 0);  // nor does a failure open it
  EXPECT_EQ(Metric(proxy, kOpenings), 1);
}

TEST_F(Breakers, AReloadKeepsItOpen) {
  EdgeText text = WithBreaker(upstream, "open after 1 failures in 60s  for 60s");
  RunningProxy proxy(Compiled(Edge(text)), {"--workers", "4"});
  EXPECT_EQ(Get(proxy, "/now/500").status, 500);
  text.route += "\n timeout 9s";
  proxy.WriteTable(Compiled(Edge(text)));
  proxy.Signal(SIGHUP);
  ASSERT_TRUE(proxy.AwaitError("a new table is in force"));
  EXPECT_EQ(LetThrough(proxy, 10), 0);
  text.definitions = "breaker b { open after 2 failures in 60s  for 60s }";  // another one
  proxy.WriteTable(Compiled(Edge(text)));
  proxy.Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return Get(proxy, "/now").status == 200; }));
}

}  // namespace
}  // namespace weir::tests
