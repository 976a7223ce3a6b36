// `weir-proxy`: serves one table in the foreground.
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "proxy/server/server.h"
#include "runtime/base/ascii.h"
#include "runtime/command_line/command_line.h"

namespace {

// What the command line says, in its own units.
struct CommandLine {
  std::string table, admin, zone, via;
  std::vector<std::string> listen;
  unsigned workers = std::max(1u, std::thread::hardware_concurrency());
  double drain = 30, drain_idle = 1, head_timeout = 10, body_timeout = 30, body_grace = 5;  // s
  double keep_alive = 75, write_timeout = 60, connect_timeout = 5, upstream_idle = 30;      // s
  unsigned body_rate = 240, loops_allowed = 0, max_connections = 0, max_connections_per_address = 0;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "weir-proxy: %s\n", message.c_str());
  return 2;
}

std::int64_t Nanoseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

int Serve(const CommandLine& given) {
  using namespace weir::proxy;
  server::ServerOptions options;
  options.table = given.table;
  options.workers = given.workers;
  options.worker.zone = given.zone;
  if (!given.via.empty() && !weir::IsToken(given.via)) {
    return Fail("--via takes a token of RFC 9110, not \"" + given.via + "\"");
  }
  options.worker.via = given.via;
  options.worker.loops_allowed = given.loops_allowed;
  if (!given.admin.empty()) {
    options.admin = net::ParseSocketAddress(given.admin);
    if (!options.admin) return Fail("--admin takes ADDRESS:PORT, not \"" + given.admin + "\"");
  }
  for (const std::string& text : given.listen) {
    auto override = server::ParseListenOverride(text);
    if (!override) return Fail(override.error());
    options.listen.push_back(std::move(*override));
  }
  options.drain = Nanoseconds(given.drain);
  if (given.max_connections > 0) options.max_connections = given.max_connections;
  options.max_connections_per_address = given.max_connections_per_address;
  options.worker.timeouts.ending = Nanoseconds(given.drain_idle);
  options.worker.timeouts.head = Nanoseconds(given.head_timeout);
  options.worker.timeouts.body_grace = Nanoseconds(given.body_grace);
  options.worker.timeouts.body_rate = given.body_rate;
  options.worker.timeouts.body = Nanoseconds(given.body_timeout);
  options.worker.timeouts.keep_alive = Nanoseconds(given.keep_alive);
  options.worker.timeouts.write = Nanoseconds(given.write_timeout);
  options.worker.pool.connect_timeout = Nanoseconds(given.connect_timeout);
  options.worker.pool.idle_timeout = Nanoseconds(given.upstream_idle);

  server::Server server(std::move(options));
  if (const auto served = server.Run(); !served) {
    for (const std::string& error : served.error()) Fail(error);
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine given;
  weir::command_line::Program proxy;
  proxy.name = "weir-proxy";
  proxy.summary = "Serves the decision table of a gateway or sidecar";
  proxy.version = WEIR_VERSION;
  proxy.options = {
      {"--table", "The table, as `weir compile` writes it", &given.table, {.required = true}},
      {"--workers", "Threads; one a core unless given", &given.workers, {.range = {{1, 256}}}},
      {"--admin", "ADDRESS:PORT of /healthz, /readyz and /metrics", &given.admin},
      {"--listen", "NAME/INDEX=ADDRESS:PORT in place of what the table says; port 0: any free one",
       &given.listen},
      {"--zone", "Where this proxy is: hosts of this zone are preferred", &given.zone},
      {"--via",
       "What this deployment is called in Via, by which it sees loops. Default: the gateway's name "
       "and a hash of its policy",
       &given.via},
      {"--loops-allowed",
       "How often a request may have been here before; above it 508",
       &given.loops_allowed,
       {.shows_default = true}},
      {"--drain",
       "Seconds for running requests after SIGTERM",
       &given.drain,
       {.shows_default = true}},
      {"--drain-idle",
       "Seconds that idle connections stay open after SIGTERM, for requests on their way: these "
       "are answered with `connection: close`",
       &given.drain_idle,
       {.shows_default = true}},
      {"--max-connections",
       "Client connections at most; above it the one that waits longest for a request is closed "
       "for the next. Default: half of the open files that the limit (ulimit -n) leaves",
       &given.max_connections,
       {.range = {{1, 10'000'000}}}},
      {"--max-connections-per-address",
       "Client connections of one address at most, of IPv6 of one /64; those in trusted-proxies "
       "are exempt. Default: no such bound",
       &given.max_connections_per_address,
       {.range = {{1, 10'000'000}}}},
      {"--head-timeout",
       "Seconds for a client to send a head",
       &given.head_timeout,
       {.shows_default = true}},
      {"--body-timeout",
       "Seconds between two pieces of a client's body",
       &given.body_timeout,
       {.shows_default = true}},
      {"--body-min-rate",
       "Bytes a second that a client's body has to come at, on average after --body-grace; 0: as "
       "slowly as --body-timeout lets it",
       &given.body_rate,
       {.shows_default = true}},
      {"--body-grace",
       "Seconds before a body's rate counts",
       &given.body_grace,
       {.shows_default = true}},
      {"--keep-alive",
       "Seconds that a client's connection may wait for its next request",
       &given.keep_alive,
       {.shows_default = true}},
      {"--write-timeout",
       "Seconds between two writes of a response, to a client that reads nothing",
       &given.write_timeout,
       {.shows_default = true}},
      {"--connect-timeout",
       "Seconds for a connection to an upstream to stand",
       &given.connect_timeout,
       {.shows_default = true}},
      {"--upstream-idle",
       "Seconds that a connection to an upstream is kept without a request",
       &given.upstream_idle,
       {.shows_default = true}},
  };
  proxy.exit_statuses = {{0, "Ended by SIGTERM or SIGINT, after its running requests"},
                         {2, "The call is wrong, or the table cannot be served"}};
  proxy.run = [&given] { return Serve(given); };
  return weir::command_line::Main(proxy, argc, argv);
}
