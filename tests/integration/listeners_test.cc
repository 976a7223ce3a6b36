// Listeners that a reload takes away, and what must go with them.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

// A second listener or none, before a host.
std::string Table(std::uint16_t second, const SwitchedUpstream& host) {
  const std::string listen =
      second == 0 ? "" : "listen http 127.0.0.1:" + std::to_string(second) + "\n";
  return Compiled(Edge({.service = Endpoints({host.port()}), .gateway = listen}));
}

// The generation that a listener served with goes with its last connection: of it
// one can see the connections kept to its hosts.
TEST(Listeners, OneTakenAwayKeepsNothing) {
  SwitchedUpstream one, two;
  const std::uint16_t second = FreePort();
  RunningProxy proxy(Table(0, two), {"--workers", "1"});
  const std::size_t descriptors = proxy.Descriptors();
  std::int64_t reloads = 0;
  const auto take = [&](const std::string& table) {
    proxy.WriteTable(table);
    proxy.Signal(SIGHUP);
    ++reloads;
    return Eventually([&] { return Metric(proxy, "weir_reloads_total") >= reloads; });
  };
  for (const bool busy : {true, false, true, false}) {
    one.holds = true;
    const int before = one.requests;
    ASSERT_TRUE(take(Table(second, one)));
    EXPECT_EQ(Get(proxy).status, 200);
    std::unique_ptr<Peer> client;
    if (busy) {
      client = std::make_unique<Peer>(ConnectTo(second));
      client->Write("GET /hold HTTP/1.1\r\nhost: gw\r\n\r\n");
      ASSERT_TRUE(Eventually([&] { return one.requests == before + 2; }));
    }
    ASSERT_TRUE(take(Table(0, two)));
    if (busy) {
      EXPECT_GT(proxy.Descriptors(), descriptors + 1);
      one.holds = false;
      EXPECT_EQ(ReadAnswer(*client).status, 200);  // by the table it came under
      client.reset();
    }
    for (int i = 0; i < 200 && proxy.Descriptors() != descriptors; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // before its host hangs up
    }
    EXPECT_EQ(proxy.Descriptors(), descriptors);
  }
}

// Two proxies in a row that speak over IPv6 with each other.
TEST(Listeners, ListenerPeerAndUpstreamMayBeIpv6) {
  ScriptedUpstream host(EchoHeads);
  RunningProxy second(Compiled(Edge({.service = Endpoints({host.port()})})),
                      {"--listen", "edge/0=[::1]:0"});
  const std::string mark = "listening edge/0 on [::1]:";
  const std::string said = second.errors();
  const std::size_t at = said.find(mark);
  ASSERT_NE(at, std::string::npos) << said;
  const std::string there = "[::1]:" + std::to_string(std::stoi(said.substr(at + mark.size())));
  RunningProxy first(Compiled(Edge({.service = "endpoints [" + there + "]"})));
  const Answer answer = Get(first, "/six");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("x-forwarded-for: ::1\r\n"), std::string::npos) << answer.body;
  EXPECT_NE(first.Log(1).at(0).find("\"upstream\":\"" + there + "\""), std::string::npos);
  EXPECT_NE(second.Log(1).at(0).find("\"client_ip\":\"::1\""), std::string::npos);
}

}  // namespace
}  // namespace weir::tests
