// The policy of every simulated run. Its routes are in the order of Route (ledger.h).
#include "tests/support/simulator/policy.h"

#include <cstdio>
#include <cstdlib>
#include <variant>

#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"

namespace weir::simulator {

namespace {

constexpr const char* kPolicy = R"(
service app { endpoints [10.1.0.1:1001, 10.1.0.2:1002] }
service pooled { endpoints [10.1.0.3:1003]  pool { connections 2  pending 2  requests 3 } }
service checked {
  endpoints [10.1.0.4:1004, 10.1.0.5:1005]
  check "/check" { every 5s  timeout 1s  unhealthy 2  healthy 1 }
}
service fragile {
  endpoints [10.1.0.6:1006, 10.1.0.7:1007]
  eject { consecutive-5xx 3  every 10s  base 5s  max 50% }
}
service frail { endpoints [10.1.0.8:1008, 10.1.0.9:1009] }

retry careful {
  attempts 3  per-try 300ms  on [5xx, reset, connect-failure, per-try-timeout]
  budget 100% minimum 1000  backoff 20ms to 100ms
}
retry tight {
  attempts 3  on [5xx, reset, connect-failure]  budget 20% minimum 1  backoff 20ms to 100ms
}
retry hedged { attempts 2  hedge 50ms  on [5xx]  budget 100% minimum 1000  backoff 20ms to 100ms }
breaker steady { open after 3 failures in 10s  for 5s }

gateway edge {
  listen http 10.0.0.1:8080
  log off
  route plain { match path "/plain/**"  timeout 2s  forward app }
  route long { match path "/long/**"  timeout none  idle-timeout 4s  forward app }
  route retry { match path "/retry/**"  timeout 5s  retry careful  forward app }
  route tight { match path "/tight/**"  timeout 5s  retry tight  forward app }
  route hedge { match path "/hedge/**"  timeout 5s  retry hedged  forward app }
  route breaker { match path "/breaker/**"  timeout 2s  breaker steady  forward frail }
  route pool { match path "/pool/**"  timeout 3s  forward pooled }
  route checked { match path "/checked/**"  timeout 2s  forward checked }
  route eject { match path "/eject/**"  timeout 2s  forward fragile }
}
)";

}  // namespace

const Compiled& ThePolicy() {
  static const Compiled compiled = [] {
    const dsl::LoadResult loaded = dsl::LoadText("simulated.weir", kPolicy);
    std::fputs(dsl::Render(loaded.diagnostics, loaded.sources).c_str(), stderr);
    if (!loaded.policy) std::abort();
    return Compiled{*loaded.policy, compiler::Lower(*loaded.policy, &loaded.sources, 0).value()};
  }();
  return compiled;
}

const syntax::Route& RouteOf(Route route) {
  return ThePolicy().policy.gateways.front().routes[static_cast<std::size_t>(route)];
}

const syntax::Service& ServiceOf(Route route) {
  const auto& forward = std::get<syntax::Forward>(RouteOf(route).action);
  return ThePolicy().policy[forward.targets.front().service];
}

const syntax::Retry* RetryOf(Route route) {
  const auto& retry = RouteOf(route).retry;
  return retry ? &ThePolicy().policy[*retry] : nullptr;
}

}  // namespace weir::simulator
