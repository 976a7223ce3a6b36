// `weir-proxy`: serves one table in the foreground.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "proxy/server/server.h"

namespace {

int Fail(const std::string& message) {
  std::fprintf(stderr, "weir-proxy: %s\n", message.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace weir::proxy;
  server::ServerOptions options;
  options.workers = std::max(1u, std::thread::hardware_concurrency());
  std::string admin;
  std::vector<std::string> listen;
  double drain = 30, head_timeout = 10, body_timeout = 30;

  CLI::App app{"Serves the decision table of a gateway or sidecar"};
  app.add_option("--table", options.table, "The table, as `weir compile` writes it")->required();
  app.add_option("--workers", options.workers, "Threads; one a core unless given")
      ->check(CLI::Range(1, 256));
  app.add_option("--admin", admin, "ADDRESS:PORT of /healthz, /readyz and /metrics");
  app.add_option("--listen", listen,
                 "NAME/INDEX=ADDRESS:PORT in place of what the table says; port 0: any free one");
  app.add_option("--zone", options.worker.zone,
                 "Where this proxy is: hosts of this zone are preferred");
  app.add_option("--drain", drain, "Seconds for running requests after SIGTERM");
  app.add_option("--head-timeout", head_timeout, "Seconds for a client to send a head");
  app.add_option("--body-timeout", body_timeout, "Seconds between two pieces of a client's body");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!admin.empty()) {
    options.admin = net::ParseSocketAddress(admin);
    if (!options.admin) return Fail("--admin takes ADDRESS:PORT, not \"" + admin + "\"");
  }
  for (const std::string& text : listen) {
    auto override = server::ParseListenOverride(text);
    if (!override) return Fail(override.error());
    options.listen.push_back(std::move(*override));
  }
  options.drain = static_cast<std::int64_t>(drain * 1e9);
  options.worker.timeouts.head = static_cast<std::int64_t>(head_timeout * 1e9);
  options.worker.timeouts.body = static_cast<std::int64_t>(body_timeout * 1e9);

  server::Server server(std::move(options));
  if (const auto served = server.Run(); !served) {
    for (const std::string& error : served.error()) Fail(error);
    return 2;
  }
  return 0;
}
