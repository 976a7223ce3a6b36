// A route whose responses may take for ever while they hold one of few places: the
// route's timeout ends with the head (RETRY-5), and a byte now and then keeps the
// idle timeout from firing.
#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

// How many responses a service has places for; 0: without end.
std::uint32_t PlacesOf(const syntax::Service& service) {
  return service.pool ? std::min(service.pool->connections, service.pool->requests) : 0;
}

}  // namespace

CheckResult CheckEndlessResponses(const syntax::Policy& policy) {
  CheckResult result;
  for (const auto& gateway : policy.gateways) {
    for (const auto& route : gateway.routes) {
      const auto* forward = std::get_if<syntax::Forward>(&route.action);
      if (forward == nullptr || route.timeout_total) continue;
      for (const auto& [service, weight, node] : forward->targets) {
        const std::uint32_t places = PlacesOf(policy[service]);
        if (places == 0) continue;
        result.findings.push_back(
            Found("endless-response", dsl::Severity::kNote, SpanOf(policy, route.node),
                  "a response on route '" + route.name + "' that moves a byte within every " +
                      InWords(route.idle_timeout) + " can hold one of the " +
                      std::to_string(places) + " places of '" + policy[service].name + "' for ever",
                  "Write `timeout total` with the longest that a whole response may take, or "
                  "allow it where responses are streams."));
        break;
      }
    }
  }
  return result;
}

}  // namespace weir::compiler
