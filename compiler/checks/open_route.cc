// A route that anybody can use to a service that other routes guard. What is open
// on purpose says so (`authenticate none`), and is no finding.
#include <algorithm>
#include <memory>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/passing_requests.h"
#include "compiler/checks/places.h"
#include "compiler/checks/takes_anybody.h"
#include "compiler/checks/vain_reads.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Policy;
using syntax::Route;

constexpr std::size_t kShown = 3;       // guarded routes beside the open one
constexpr std::size_t kWitnesses = 50;  // of a gateway: each is played on the slow model

bool Demands(const Route& route) { return DemandsCredential(route.authentication); }

// It takes anybody, and no layer says that this is meant.
bool IsOpen(const Policy& policy, const Gateway& gateway, const Route& route) {
  const auto& authentication = route.authentication;
  return !authentication.jwt && !authentication.keys && authentication.node == syntax::kNoNode &&
         TakesAnybody(policy, gateway, route);
}

bool HasRules(const Policy& policy, const Gateway& gateway, const Route& route) {
  const auto& targets = std::get<syntax::Forward>(route.action).targets;
  return !gateway.rules.empty() || !route.rules.empty() ||
         std::ranges::any_of(
             targets, [&](const auto& target) { return !policy[target.service].rules.empty(); });
}

bool OnlyReads(const Route& route) {
  const auto& methods = route.match.methods;
  return !methods.empty() && std::ranges::all_of(methods, [](const std::string& method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
  });
}

// The ways from outside to one service; sidecars speak for their applications.
struct Ways {
  std::vector<const Route*> guarded;
  std::size_t others = 0;
};

std::vector<Ways> WaysToServices(const Policy& policy) {
  std::vector<Ways> ways(policy.services.size());
  for (const Gateway& gateway : policy.gateways) {
    if (gateway.kind != Gateway::Kind::kGateway) continue;
    for (const Route& route : gateway.routes) {
      const auto* forward = std::get_if<syntax::Forward>(&route.action);
      if (forward == nullptr) continue;
      for (const auto& target : forward->targets) {
        Ways& to = ways[target.service.index];
        if (Demands(route)) to.guarded.push_back(&route);
        if (TakesAnybody(policy, gateway, route)) ++to.others;
      }
    }
  }
  return ways;
}

Finding Describe(const Policy& policy, const Route& route, std::uint32_t service,
                 const Ways& ways) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  const bool alone = ways.others == 1;
  diagnostic.rule = "open-route";
  diagnostic.severity = alone && !OnlyReads(route) ? dsl::Severity::kWarning : dsl::Severity::kNote;
  diagnostic.span = SpanOf(policy, route.node);
  diagnostic.message = "route '" + route.name + "' forwards anybody to service '" +
                       policy.services[service].name + "', though " +
                       (alone ? "every other route to it asks for a credential"
                              : "other routes to it ask for a credential");
  for (std::size_t i = 0; i < std::min(ways.guarded.size(), kShown); ++i) {
    diagnostic.labels.push_back({SpanOf(policy, ways.guarded[i]->node), "asks for a credential"});
  }
  finding.fix = "Authenticate it, or write `authenticate none` to say that it is meant.";
  diagnostic.help = finding.fix;
  return finding;
}

// The service whose guard it most plainly goes round, if any.
std::optional<std::uint32_t> Guarded(const Route& route, const std::vector<Ways>& ways) {
  std::optional<std::uint32_t> best;
  for (const auto& target : std::get<syntax::Forward>(route.action).targets) {
    const std::uint32_t service = target.service.index;
    // Where as many are open as not, to be open is no exception.
    if (ways[service].guarded.size() < ways[service].others) continue;
    if (ways[service].guarded.empty()) continue;
    if (!best || ways[service].others < ways[*best].others) best = service;
  }
  return best;
}

}  // namespace

CheckResult CheckOpenRoutes(const Policy& policy) {
  CheckResult result;
  const std::vector<Ways> ways = WaysToServices(policy);
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const Gateway& gateway = policy.gateways[g];
    if (gateway.kind != Gateway::Kind::kGateway) continue;
    std::unique_ptr<PassingRequests> passing;  // made for the first that may be open
    std::size_t shown = 0;
    for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
      const Route& route = gateway.routes[r];
      if (!IsOpen(policy, gateway, route)) continue;
      const auto service = Guarded(route, ways);
      if (!service) continue;
      if (!passing) passing = std::make_unique<PassingRequests>(policy, g);
      if (++shown > kWitnesses && !HasRules(policy, gateway, route)) {
        // Without rules it forwards whatever reaches it.
        if (passing->engine().Decide(r).kind == RouteVerdict::Kind::kAlive) {
          result.findings.push_back(Describe(policy, route, *service, ways[*service]));
        }
        continue;
      }
      auto found = passing->Find(r);
      if (found.kind == PassingRequests::Kind::kNone) continue;
      if (found.kind == PassingRequests::Kind::kUnknown) {
        result.unknown.push_back(
            {"open-route", "whether route '" + route.name + "' forwards anybody: " + found.reason,
             SpanOf(policy, route.node)});
        continue;
      }
      result.findings.push_back(Describe(policy, route, *service, ways[*service]));
      result.findings.back().witness = std::move(found.witness);
    }
  }
  return result;
}

}  // namespace weir::compiler
