// Hosts that a file lists, while it changes (`endpoints file`).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/held_requests.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

using std::chrono::milliseconds;

// {"address": "127.0.0.1:PORT"MORE}, for each port.
std::string Listed(const std::vector<std::uint16_t>& ports, const std::string& more = "") {
  std::string out;
  for (const std::uint16_t port : ports) {
    out += (out.empty() ? "" : ", ") + ("{\"address\": \"127.0.0.1:" + std::to_string(port)) +
           "\"" + more + "}";
  }
  return out;
}

std::string File(const std::string& endpoints) { return "{\"endpoints\": [" + endpoints + "]}"; }

std::string FromFile(const std::string& clauses = "", const std::string& route = "") {
  return Compiled(Edge({.service = "endpoints file \"hosts.json\"\n" + clauses, .route = route}));
}

bool AwaitReloads(RunningProxy& proxy, std::int64_t count) {
  return Eventually([&] { return Metric(proxy, "weir_endpoint_reloads_total") >= count; });
}

// Shares are of the hosts that are listed, though a request still holds the old
// list: thirty percent of four are one, of two none.
TEST(EndpointsFile, HostsThatLeftCountForNoEjection) {
  SwitchedUpstream a, b, c, d;
  RunningProxy proxy(FromFile("eject { consecutive-5xx 1  base 60s  max 30% }"), {"--workers", "2"},
                     {{"hosts.json", File(Listed({a.port(), b.port(), c.port(), d.port()}))}});
  Peer held(ConnectTo(proxy.port()));
  held.Write("GET /hold HTTP/1.1\r\nhost: gw\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return a.requests + b.requests + c.requests + d.requests == 1; }));
  proxy.WriteFile("hosts.json", File(Listed({c.port(), d.port()})));
  ASSERT_TRUE(AwaitReloads(proxy, 1));
  c.status = d.status = 500;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(proxy).status, 500);
  EXPECT_EQ(Metric(proxy, "weir_ejections_total{service=\"app\"}"), 0);
  for (SwitchedUpstream* each : {&a, &b, &c, &d}) each->holds = false;
}

TEST(EndpointsFile, ChangesUnderLoadLoseNoRequest) {
  SwitchedUpstream a, b, c, d;
  const std::string left = File(Listed({a.port(), b.port()}));
  const std::string right = File(Listed({c.port(), d.port()}));
  RunningProxy proxy(FromFile("pool { connections 5  pending 100 }", "timeout 10s"),
                     {"--workers", "4"}, {{"hosts.json", left}});
  const std::size_t descriptors = proxy.Descriptors();
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0}, right_ones{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      auto client = std::make_unique<Peer>(ConnectTo(proxy.port()));
      for (int turn = 0; !over; ++turn) {
        client->Write(turn % 3 == 0 ? PostText("/x", "body")
                                    : std::string("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n"));
        const Answer answer = ReadAnswer(*client);
        if (answer.status != 200) ADD_FAILURE() << answer.head;
        ++(answer.status == 200 ? right_ones : wrong);
        if (turn % 50 == 49 || answer.status != 200)
          client = std::make_unique<Peer>(ConnectTo(proxy.port()));
      }
    });
  }
  int changes = 0;
  EXPECT_TRUE(Eventually([&] {  // every 50 ms, until it was read some times
    proxy.WriteFile("hosts.json", ++changes % 2 == 0 ? left : right);
    std::this_thread::sleep_for(milliseconds(40));
    return Metric(proxy, "weir_endpoint_reloads_total") >= 8 && c.requests > 0;
  }));
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(right_ones, 100);
  for (SwitchedUpstream* each : {&a, &b, &c, &d}) EXPECT_GT(each->requests, 0);
  EXPECT_EQ(Metric(proxy, "weir_endpoint_failures_total"), 0);
  EXPECT_TRUE(Eventually([&] {
    const std::int64_t kept = Metric(proxy, "weir_pool_connections{service=\"app\"}");
    return Metric(proxy, "weir_pool_requests_active{service=\"app\"}") == 0 && kept <= 5 &&
           proxy.Descriptors() == descriptors + static_cast<std::size_t>(kept);
  })) << proxy.Admin("/metrics")
      << proxy.Descriptors() << " descriptors, before " << descriptors;
}

TEST(EndpointsFile, NeitherUnreadyNorWeightlessHostsGetRequests) {
  SwitchedUpstream a, b, c;
  RunningProxy proxy(
      FromFile(), {"--workers", "2"},
      {{"hosts.json", File(Listed({a.port()}) + "," + Listed({b.port()}, ", \"ready\": false") +
                           "," + Listed({c.port()}, ", \"weight\": 0"))}});
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(a.requests, 12);
  proxy.WriteFile("hosts.json", File(Listed({a.port()}, ", \"ready\": false") + "," +
                                     Listed({b.port()}) + "," + Listed({c.port()})));
  ASSERT_TRUE(AwaitReloads(proxy, 1));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(a.requests, 12);
  EXPECT_GT(b.requests, 0);
  EXPECT_GT(c.requests, 0);
  proxy.WriteFile("hosts.json", File(Listed({a.port()}, ", \"weight\": 0")));
  ASSERT_TRUE(AwaitReloads(proxy, 2));
  EXPECT_EQ(Get(proxy).reason(), "no-healthy-upstream");
}

TEST(EndpointsFile, TheOwnZoneComesFirst) {
  SwitchedUpstream near, far;
  const auto hosts = [&](const std::string& ready) {
    return File(Listed({near.port()}, ", \"zone\": \"eu-1\", \"ready\": " + ready) + "," +
                Listed({far.port()}, ", \"zone\": \"us-1\""));
  };
  RunningProxy proxy(FromFile(), {"--workers", "2", "--zone", "eu-1"},
                     {{"hosts.json", hosts("true")}});
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(near.requests, 12);
  proxy.WriteFile("hosts.json", hosts("false"));
  ASSERT_TRUE(AwaitReloads(proxy, 1));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(far.requests, 12);
  RunningProxy elsewhere(FromFile(), {"--workers", "1", "--zone", "ap-1"},
                         {{"hosts.json", hosts("true")}});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Get(elsewhere).status, 200);
  EXPECT_EQ(near.requests, 14);
  EXPECT_EQ(far.requests, 14);
}

TEST(EndpointsFile, ABadFileChangesNothingAndIsSaid) {
  SwitchedUpstream a, b;
  RunningProxy proxy(FromFile(), {"--workers", "2"}, {{"hosts.json", File(Listed({a.port()}))}});
  proxy.WriteFile("hosts.json", File("{\"address\": \"localhost:80\"}"));
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_endpoint_failures_total") == 1; }));
  EXPECT_TRUE(proxy.AwaitError("service app: the endpoints stay as they were: "));
  EXPECT_TRUE(proxy.AwaitError("hosts.json: endpoint 1: \"address\" is not a literal"));
  EXPECT_EQ(Get(proxy).status, 200);
  proxy.WriteFile("hosts.json", "{");
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_endpoint_failures_total") == 2; }));
  EXPECT_EQ(Get(proxy).status, 200);
  std::filesystem::remove(proxy.folder() / "hosts.json");
  std::this_thread::sleep_for(milliseconds(300));  // longer than it looks away
  EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(a.requests, 3);
  proxy.WriteFile("hosts.json", File(Listed({b.port()})));
  ASSERT_TRUE(AwaitReloads(proxy, 1));
  EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(b.requests, 1);
  EXPECT_EQ(Metric(proxy, "weir_endpoint_failures_total"), 2);
}

// While no descriptor is free neither file can be read, which is said once; both
// are read as soon as one is, though nobody writes them again.
TEST(EndpointsFile, WhatCouldNotBeReadIsReadLater) {
  SwitchedUpstream a, b;
  RunningProxy proxy(FromFile(), {"--workers", "1"}, {{"hosts.json", File(Listed({a.port()}))}});
  proxy.LimitDescriptors(3);
  proxy.WriteFile("hosts.json", File(Listed({b.port()})));
  proxy.WriteTable(FromFile("", "timeout 3s"));
  const std::string table = "edge.weirt: Too many open files";
  const std::string hosts = "hosts.json: Too many open files";
  ASSERT_TRUE(proxy.AwaitError(hosts));
  ASSERT_TRUE(proxy.AwaitError(table));
  std::this_thread::sleep_for(milliseconds(600));  // looks again at least once
  const std::string errors = proxy.errors();
  EXPECT_EQ(errors.find(hosts), errors.rfind(hosts)) << errors;
  EXPECT_EQ(errors.find(table), errors.rfind(table)) << errors;
  proxy.LimitDescriptors(1000);
  ASSERT_TRUE(proxy.AwaitError("a new table is in force (the file changed)"));
  EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(b.requests, 1);
  EXPECT_EQ(Metric(proxy, "weir_reload_failures_total"), 1);
  EXPECT_EQ(Metric(proxy, "weir_endpoint_failures_total"), 1);
}

// Who waited for a place learns that there is nowhere to go; the place is not lost.
TEST(EndpointsFile, AllHostsMayGoWhileRequestsWait) {
  HeldRequests held;
  ScriptedUpstream one(held.script()), two(held.script());
  const std::string both = File(Listed({one.port(), two.port()}));
  RunningProxy proxy(FromFile("pool { connections 2  pending 20 }", "timeout 10s"),
                     {"--workers", "4"}, {{"hosts.json", both}});
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = held.arrived().size();
    std::vector<std::unique_ptr<Peer>> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(std::make_unique<Peer>(ConnectTo(proxy.port())));
      clients.back()->Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
    }
    ASSERT_TRUE(held.Await(before + 2));
    ASSERT_TRUE(
        Eventually([&] { return Metric(proxy, "weir_pool_pending{service=\"app\"}") == 8; }));
    proxy.WriteFile("hosts.json", File(""));
    ASSERT_TRUE(AwaitReloads(proxy, 2 * round + 1));
    held.Release(2);
    int served = 0, refused = 0;
    for (const auto& client : clients) {
      const Answer answer = ReadAnswer(*client);
      served += answer.status == 200;
      refused += answer.reason() == "no-healthy-upstream";
    }
    EXPECT_EQ(served, 2);
    EXPECT_EQ(refused, 8);
    EXPECT_TRUE(Eventually([&] {
      return Metric(proxy, "weir_pool_requests_active{service=\"app\"}") == 0 &&
             Metric(proxy, "weir_pool_pending{service=\"app\"}") == 0;
    }));
    proxy.WriteFile("hosts.json", both);
    ASSERT_TRUE(AwaitReloads(proxy, 2 * round + 2));
  }
  EXPECT_LE(Metric(proxy, "weir_pool_connections{service=\"app\"}"), 2);
}

// A check that is under way outlasts changes of the list.
TEST(EndpointsFile, ChangesDoNotPutChecksOff) {
  SwitchedUpstream a, b;
  b.health = SwitchedUpstream::kStalls;
  const std::string hosts = Listed({a.port(), b.port()});
  RunningProxy proxy(FromFile("check \"/health\" { every 50ms  timeout 1s  unhealthy 1 }"),
                     {"--workers", "1"}, {{"hosts.json", File(hosts)}});
  EXPECT_TRUE(Eventually([&] {
    proxy.WriteFile("hosts.json",
                    File(hosts + ", " + Listed({ClosedPort()}, ", \"ready\": false")));
    return Metric(proxy, b.Sample("weir_host_healthy")) == 0;
  }));
  EXPECT_EQ(Metric(proxy, a.Sample("weir_host_healthy")), 1);
  EXPECT_GE(Metric(proxy, "weir_endpoint_reloads_total"), 3);
}

}  // namespace
}  // namespace weir::tests
