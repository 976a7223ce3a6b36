// Ejection and active checks on live hosts (spec/rules/ejection.md, health.md).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

const std::vector<std::string> kTwoWorkers = {"--workers", "2"};

std::int64_t Ejected(RunningProxy& proxy) { return MetricSum(proxy, "weir_host_ejected{"); }

// The statuses of so many requests.
std::set<int> Statuses(const RunningProxy& proxy, int requests) {
  std::set<int> out;
  for (int i = 0; i < requests; ++i) out.insert(Get(proxy).status);
  return out;
}

class Health : public testing::Test {
 protected:
  std::string Hosts(const std::string& clauses) {
    return Compiled(Edge({.service = Endpoints({one.port(), two.port()}) + clauses}));
  }
  SwitchedUpstream one, two;
};

TEST_F(Health, FailuresInARowEjectAHostForAWhile) {
  RunningProxy proxy(Hosts("eject { consecutive-5xx 3  every 500ms  base 500ms  max 50% }"),
                     kTwoWorkers);
  two.status = 500;
  ASSERT_TRUE(Eventually([&] {
    Get(proxy);
    return Ejected(proxy) == 1;
  }));
  EXPECT_EQ(Metric(proxy, two.Sample("weir_host_ejected")), 1);
  EXPECT_TRUE(proxy.AwaitError(two.address() + " is ejected"));
  EXPECT_EQ(two.requests, 3);
  two.status = 200;
  const int before = two.requests;
  EXPECT_TRUE(Eventually([&] { return Ejected(proxy) == 0; }));
  EXPECT_EQ(two.requests, before);
  Statuses(proxy, 10);
  EXPECT_GT(two.requests, before);
  EXPECT_EQ(Metric(proxy, "weir_ejections_total{service=\"app\"}"), 1);
}

// Told apart or not: a host that is down is a host that fails.
TEST_F(Health, AHostThatRefusesIsEjected) {
  for (const char* runs :
       {"consecutive-local-failures 3", "consecutive-5xx 3",
        "consecutive-5xx 0  consecutive-gateway-errors 3", "consecutive-5xx 3  max 50%"}) {
    const std::uint16_t closed = ClosedPort();
    RunningProxy proxy(Compiled(Edge({.service = Endpoints({one.port(), closed}) + "eject { " +
                                                 runs + "  base 60s  at-least-one }",
                                      .route = "retry again",
                                      .definitions = "retry again { attempts 2  backoff 1ms  "
                                                     "budget 100% minimum 10 }"})),
                       kTwoWorkers);
    EXPECT_EQ(Statuses(proxy, 20), std::set<int>{200}) << runs;
    EXPECT_EQ(Ejected(proxy), 1) << runs;
    EXPECT_EQ(Metric(proxy, "weir_retries_total"), 3) << runs;
  }
}

// The third 500 and connection that breaks off, in whatever order, is the third failure.
TEST_F(Health, AnswersAndFailuresMakeOneRunUnlessToldApart) {
  std::atomic<int> asked{0};
  ScriptedUpstream mixed([&](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      if (asked++ % 2 == 1) return peer.Reset();
      peer.Write("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n");
    }
  });
  for (const bool apart : {false, true}) {
    asked = 0;
    RunningProxy proxy(
        Compiled(Edge({.service = Endpoints({one.port(), mixed.port()}) +
                                  "eject { consecutive-5xx 3  base 60s  at-least-one " +
                                  (apart ? "consecutive-local-failures 3" : "") + " }"})),
        {"--workers", "1"});
    for (int i = 0; i < 10; ++i) Get(proxy);
    EXPECT_EQ(Ejected(proxy), 1);
    EXPECT_EQ(asked, apart ? 5 : 3);  // apart: the third 500
  }
}

// A good head is no success before its body is there.
TEST_F(Health, AHostThatBreaksOffItsAnswersIsEjected) {
  ScriptedUpstream torn([](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
      return peer.Reset();
    }
  });
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({one.port(), torn.port()}) +
                                "eject { consecutive-local-failures 3  base 60s  max 50% }"})),
      kTwoWorkers);
  EXPECT_TRUE(Eventually([&] {
    Get(proxy);
    return Ejected(proxy) == 1;
  }));
  EXPECT_EQ(torn.connections(), 3);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Get(proxy).whole);
}

TEST_F(Health, NoMoreAreEjectedThanWritten) {
  one.status = two.status = 500;
  {
    RunningProxy proxy(Hosts("eject { consecutive-5xx 2  base 60s  max 10% }"), kTwoWorkers);
    Statuses(proxy, 20);
    EXPECT_EQ(Ejected(proxy), 0);
  }
  {
    RunningProxy proxy(Hosts("eject { consecutive-5xx 2  base 60s  max 10%  at-least-one }"),
                       kTwoWorkers);
    EXPECT_EQ(Statuses(proxy, 20), std::set<int>{500});
    EXPECT_EQ(Ejected(proxy), 1);
  }
  {
    RunningProxy proxy(Hosts("eject { consecutive-5xx 2  base 60s  max 50% }"), kTwoWorkers);
    EXPECT_EQ(Statuses(proxy, 20), std::set<int>{500});
    EXPECT_EQ(Ejected(proxy), 1);
  }
}

TEST_F(Health, WithoutAHost503AndInPanicAllOfThem) {
  one.status = two.status = 500;
  {
    RunningProxy proxy(Hosts("eject { consecutive-5xx 2  base 60s  max 100% }"), kTwoWorkers);
    EXPECT_EQ(Statuses(proxy, 10), (std::set<int>{500, 503}));
    EXPECT_EQ(Ejected(proxy), 2);
    EXPECT_EQ(Get(proxy).reason(), "no-healthy-upstream");
  }
  {
    RunningProxy proxy(Hosts("eject { consecutive-5xx 2  base 60s  max 100%  panic 50% }"),
                       kTwoWorkers);
    EXPECT_EQ(Statuses(proxy, 20), std::set<int>{500});
    EXPECT_EQ(Ejected(proxy), 2);
  }
}

TEST_F(Health, ACheckTakesAHostOutAndBack) {
  RunningProxy proxy(Hosts("check \"/health\" { every 50ms  timeout 5s  unhealthy 2  healthy 2 }"),
                     kTwoWorkers);
  ASSERT_TRUE(Eventually([&] { return proxy.Admin("/readyz").starts_with("HTTP/1.1 200"); }));
  two.health = 503;
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, two.Sample("weir_host_healthy")) == 0; }));
  EXPECT_TRUE(proxy.AwaitError(two.address() + " is unhealthy by its check"));
  const int before = two.requests;
  EXPECT_EQ(Statuses(proxy, 10), std::set<int>{200});
  EXPECT_EQ(two.requests, before);
  two.health = 204;
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, two.Sample("weir_host_healthy")) == 1; }));
  Statuses(proxy, 10);
  EXPECT_GT(two.requests, before);
}

TEST_F(Health, ACheckThatPassesEndsAnEjection) {
  RunningProxy proxy(Hosts("check \"/health\" { every 50ms  timeout 5s }\n"
                           "eject { consecutive-5xx 2  base 300s  max 50% }"),
                     kTwoWorkers);
  two.status = 500;
  EXPECT_TRUE(Eventually([&] {
    Get(proxy);
    return Metric(proxy, "weir_ejections_total{service=\"app\"}") >= 3;
  }));
  two.status = 200;
  EXPECT_TRUE(Eventually([&] { return Ejected(proxy) == 0; }));
}

// A host that never answers is found out though the next check falls due first.
TEST_F(Health, ACheckMayTakeLongerThanItsInterval) {
  two.health = SwitchedUpstream::kStalls;
  RunningProxy proxy(Hosts("check \"/health\" { every 50ms  timeout 300ms }"), kTwoWorkers);
  EXPECT_TRUE(Eventually([&] { return Metric(proxy, two.Sample("weir_host_healthy")) == 0; }));
  EXPECT_EQ(Metric(proxy, one.Sample("weir_host_healthy")), 1);
  const std::size_t descriptors = proxy.Descriptors();
  const int checks = two.checks;
  EXPECT_TRUE(Eventually([&] { return two.checks >= checks + 5; }));
  EXPECT_LE(proxy.Descriptors(), descriptors + 2);
}

TEST_F(Health, TcpChecks) {
  const std::uint16_t closed = ClosedPort();
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({one.port(), closed}) + "check tcp { every 50ms }"})),
      kTwoWorkers);
  EXPECT_TRUE(Eventually([&] { return MetricSum(proxy, "weir_host_healthy{") == 1; }));
  EXPECT_EQ(Metric(proxy, one.Sample("weir_host_healthy")), 1);
  EXPECT_EQ(Statuses(proxy, 10), std::set<int>{200});
}

// Not ready before the first checks; requests are served all the same (HEALTH-1).
TEST_F(Health, ReadyWaitsForTheFirstChecks) {
  one.health = SwitchedUpstream::kStalls;
  RunningProxy proxy(Hosts("check \"/health\" { every 60s  timeout 50s }"), kTwoWorkers);
  ASSERT_TRUE(Eventually([&] { return one.checks == 1 && two.checks == 1; }));
  EXPECT_TRUE(proxy.Admin("/readyz").starts_with("HTTP/1.1 503"));
  EXPECT_EQ(Statuses(proxy, 4), std::set<int>{200});
  one.health = 500;  // a verdict is a verdict
  EXPECT_TRUE(Eventually([&] { return proxy.Admin("/readyz").starts_with("HTTP/1.1 200"); }));
}

TEST_F(Health, AReloadKeepsWhatIsKnownOfHosts) {
  const auto table = [&](const std::string& route) {
    return Compiled(Edge({.service = Endpoints({one.port(), two.port()}) +
                                     "check \"/health\" { every 60s  timeout 5s }\n"
                                     "eject { consecutive-5xx 2  base 60s  max 50% }",
                          .route = route}));
  };
  two.health = 503;
  RunningProxy proxy(table("timeout 8s"), kTwoWorkers);
  ASSERT_TRUE(Eventually([&] { return proxy.Admin("/readyz").starts_with("HTTP/1.1 200"); }));
  one.status = 500;
  Statuses(proxy, 2);
  EXPECT_EQ(Metric(proxy, one.Sample("weir_host_ejected")), 1);
  for (int i = 1; i <= 3; ++i) {
    proxy.WriteTable(table("timeout " + std::to_string(i) + "s"));
    proxy.Signal(SIGHUP);
    ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_reloads_total") >= i; }));
    EXPECT_TRUE(proxy.Admin("/readyz").starts_with("HTTP/1.1 200"));
    EXPECT_EQ(Metric(proxy, one.Sample("weir_host_ejected")), 1);
    EXPECT_EQ(Metric(proxy, two.Sample("weir_host_healthy")), 0);
    EXPECT_EQ(Get(proxy).reason(), "no-healthy-upstream");
  }
  EXPECT_EQ(one.checks, 1);  // their rhythm goes on
}

// A table that is refused takes no host of the old one out of the count, though it
// lists fewer: what is in force goes on as it was.
TEST_F(Health, ARefusedTableChangesNoEjection) {
  const auto table = [&](const std::vector<std::uint16_t>& ports, const std::string& route) {
    return Compiled(
        Edge({.service = Endpoints(ports) + "eject { consecutive-5xx 2  base 60s  max 50% }",
              .route = route,
              .definitions = "service shadow { endpoints file \"nowhere.json\" }"}));
  };
  RunningProxy proxy(table({one.port(), two.port()}, ""), kTwoWorkers);
  proxy.WriteTable(table({one.port()}, "mirror shadow"));
  ASSERT_TRUE(proxy.AwaitError("the old one stays in force"));
  two.status = 500;
  EXPECT_TRUE(Eventually([&] {
    Get(proxy);
    return Metric(proxy, two.Sample("weir_host_ejected")) == 1;
  }));
}

// A check outlasts reloads that come more often than it takes.
TEST_F(Health, ReloadsDoNotPutChecksOff) {
  two.health = SwitchedUpstream::kStalls;
  RunningProxy proxy(Hosts("check \"/health\" { every 50ms  timeout 1s  unhealthy 1 }"),
                     kTwoWorkers);
  for (int i = 0; i < 80 && Metric(proxy, two.Sample("weir_host_healthy")) != 0; ++i) {
    proxy.Signal(SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(Metric(proxy, two.Sample("weir_host_healthy")), 0);
  EXPECT_TRUE(proxy.Admin("/readyz").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(proxy.AwaitError(two.address() + " is unhealthy by its check"));
  EXPECT_EQ(Metric(proxy, one.Sample("weir_host_healthy")), 1);
  EXPECT_GE(Metric(proxy, "weir_reloads_total"), 5);
}

}  // namespace
}  // namespace weir::tests
