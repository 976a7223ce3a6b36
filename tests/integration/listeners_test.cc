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
  const std::uint16_t second = ClosedPort();
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

}  // namespace
}  // namespace weir::tests
