// Access logs that nobody takes: requests go on, so do reloads, and the process ends.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "proxy/net/fd.h"
#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

TEST(Log, AStuckOneHoldsUpNeitherReloadsNorTheEnd) {
  SwitchedUpstream app;
  const auto table = [&](const std::string& log) {
    return Compiled(Edge({.service = Endpoints({app.port()}), .gateway = log + "\n"}));
  };
  RunningProxy proxy(table("log off"), {"--workers", "2"});
  const std::string name = proxy.folder() / "pipe";
  ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
  const proxy::net::Fd unread(open(name.c_str(), O_RDWR | O_CLOEXEC));
  int reloads = 0;
  const auto take = [&](const std::string& log) {
    proxy.WriteTable(table(log));
    proxy.Signal(SIGHUP);
    ++reloads;
    return Eventually([&] { return Metric(proxy, "weir_reloads_total") >= reloads; });
  };
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(take("log json file \"pipe\""));
    for (int i = 0; i < 100; ++i) {  // more than a pipe holds
      EXPECT_EQ(Get(proxy, "/" + std::string(4000, 'x')).status, 200);
    }
    ASSERT_TRUE(take("log off"));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(proxy).status, 200);
  }
  proxy.Signal(SIGTERM);
  EXPECT_EQ(proxy.Wait(), 0);
  EXPECT_NE(proxy.errors().find("nobody takes the access log"), std::string::npos)
      << proxy.errors();
}

}  // namespace
}  // namespace weir::tests
