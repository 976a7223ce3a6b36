// Copies of requests, whose answers nobody waits for.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

using Clock = std::chrono::steady_clock;

std::string Mirrored(const SwitchedUpstream& app, std::uint16_t shadow,
                     const std::string& more = "") {
  return Compiled(Edge({.service = Endpoints({app.port()}),
                        .route = "mirror shadow\n timeout 2s",
                        .definitions = "service shadow {\n" + Endpoints({shadow}) + more + "\n}"}));
}

// 50 requests, one POST in five with a large body: they are answered as if there
// were no copy, in much less time than one copy would hold them up.
void ExpectNoDelay(RunningProxy& proxy) {
  const auto start = Clock::now();
  for (int i = 0; i < 50; ++i) {
    if (i % 5 != 0) {
      EXPECT_EQ(Get(proxy).status, 200);
      continue;
    }
    Peer client(ConnectTo(proxy.port()));
    std::thread writer([&] { client.Write(PostText("/x", std::string(1 << 20, 'b'))); });
    EXPECT_EQ(ReadAnswer(client).status, 200);
    writer.join();
  }
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));  // of 100 s, if each waited
  EXPECT_TRUE(Eventually([&] { return MetricSum(proxy, "weir_host_requests_active") == 0; }));
}

TEST(Mirrors, TheCopyArrivesWithItsBody) {
  SwitchedUpstream app;
  std::mutex mutex;
  std::vector<std::string> copies;
  ScriptedUpstream shadow([&](Peer& peer) {
    for (;;) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      const std::string body = peer.ReadExactly(LengthOf(head));
      {
        const std::lock_guard lock(mutex);
        copies.push_back(head + body);
      }
      peer.Write("HTTP/1.1 500 No\r\ncontent-length: 5\r\n\r\nwrong");
    }
  });
  RunningProxy proxy(Mirrored(app, shadow.port()), {"--workers", "2"});
  const std::string body(30'000, 'c');
  const Answer answer = Post(proxy, "/orders?x=1", body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("x-host"), app.address());
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return copies.size();
  };
  ASSERT_TRUE(Eventually([&] { return count() == 1; }));
  EXPECT_TRUE(copies[0].starts_with("POST /orders?x=1 HTTP/1.1\r\n")) << copies[0].substr(0, 200);
  EXPECT_NE(copies[0].find("\r\nhost: gw\r\n"), std::string::npos);
  EXPECT_TRUE(copies[0].ends_with(kEnd + body));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_TRUE(Eventually([&] { return count() == 31; }));
  EXPECT_EQ(Metric(proxy, "weir_mirrors_total"), 31);
  EXPECT_EQ(proxy.Log(31).size(), 31u);  // a copy has no record
}

TEST(Mirrors, AShadowThatStallsDelaysNothing) {
  SwitchedUpstream app;
  ScriptedUpstream shadow([](Peer& peer) {  // reads nothing either
    for (int i = 0; i < 5000 && !peer.Gone(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  RunningProxy proxy(Mirrored(app, shadow.port()), {"--workers", "2"});
  ExpectNoDelay(proxy);
  EXPECT_EQ(Metric(proxy, "weir_mirrors_total"), 50);
}

TEST(Mirrors, AShadowThatFailsChangesNothing) {
  SwitchedUpstream app;
  const std::vector<ScriptedUpstream::Script> faults = {
      [](Peer& peer) { peer.Close(); },
      [](Peer& peer) { peer.Reset(); },
      [](Peer& peer) {
        peer.ReadTo(kEnd);
        peer.Write("garbage\r\n\r\n");
      },
      [](Peer& peer) {
        peer.ReadTo(kEnd);
        peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nshort");
        peer.Reset();
      },
      [](Peer& peer) {  // early, and more than anybody reads
        peer.ReadTo(kEnd);
        peer.Write(Ok(std::string(1 << 20, 's')));
        peer.AtEnd();
      },
  };
  for (const auto& fault : faults) {
    ScriptedUpstream shadow(fault);
    RunningProxy proxy(Mirrored(app, shadow.port()), {"--workers", "2"});
    ExpectNoDelay(proxy);
  }
  RunningProxy proxy(Mirrored(app, ClosedPort()), {"--workers", "2"});
  ExpectNoDelay(proxy);
}

// A copy never waits for a place.
TEST(Mirrors, AFullPoolDropsTheCopy) {
  SwitchedUpstream app, shadow;
  shadow.status = SwitchedUpstream::kStalls;
  RunningProxy proxy(Mirrored(app, shadow.port(), "pool { connections 1  pending 10 }"),
                     {"--workers", "1"});  // a place that another worker keeps is none at once
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(Metric(proxy, "weir_mirrors_total"), 1);
  EXPECT_EQ(Metric(proxy, "weir_mirrors_dropped_total"), 4);
  EXPECT_EQ(Metric(proxy, "weir_pool_pending{service=\"shadow\"}"), 0);
  shadow.status = 200;
  EXPECT_TRUE(Eventually(
      [&] { return Metric(proxy, "weir_pool_requests_active{service=\"shadow\"}") == 0; }));
  EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(Metric(proxy, "weir_mirrors_total"), 2);
}

TEST(Mirrors, ACopyOfHalfARequestIsGivenUp) {
  SwitchedUpstream app;
  std::atomic<int> begun{0}, cut{0};
  ScriptedUpstream shadow([&](Peer& peer) {
    const std::string head = peer.ReadTo(kEnd);
    ++begun;
    if (peer.ReadExactly(LengthOf(head)).size() < LengthOf(head)) ++cut;
  });
  RunningProxy proxy(Mirrored(app, shadow.port()), {"--workers", "2"});
  {
    Peer client(ConnectTo(proxy.port()));
    client.Write("POST /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
                 std::string(2000, 'h'));
    ASSERT_TRUE(Eventually([&] { return begun == 1; }));
    client.Reset();
  }
  EXPECT_TRUE(Eventually([&] { return cut == 1; }));
  EXPECT_TRUE(Eventually([&] { return MetricSum(proxy, "weir_host_requests_active") == 0; }));
}

// A copy that was sent whole outlives its request, but not its worker: nothing is
// left at the end, of checks under way neither (what leaks fails the ASan build).
TEST(Mirrors, CopiesAndChecksUnderWayEndWithTheProxy) {
  SwitchedUpstream app, shadow;
  shadow.status = app.health = SwitchedUpstream::kStalls;
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({app.port()}) + "check \"/health\" { timeout 60s }",
                     .route = "mirror shadow\n timeout 60s",
                     .definitions = "service shadow {\n" + Endpoints({shadow.port()}) + "\n}"})),
      {"--workers", "2"});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Get(proxy).status, 200);
  ASSERT_TRUE(Eventually([&] { return shadow.requests == 4 && app.checks == 1; }));
  proxy.Signal(SIGTERM);
  EXPECT_EQ(proxy.Wait(), 0) << proxy.errors();
}

}  // namespace
}  // namespace weir::tests
