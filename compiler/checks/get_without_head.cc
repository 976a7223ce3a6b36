// A route that takes GET and not HEAD: methods are compared as they are written
// (MATCH-8), so that HEAD of the same URL is somebody else's.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Policy;
using syntax::Route;

constexpr std::size_t kWitnesses = 50;  // of a gateway: each is played on the slow model

bool TakesGetAlone(const Route& route) {
  const auto& methods = route.match.methods;
  return std::ranges::find(methods, "GET") != methods.end() &&
         std::ranges::find(methods, "HEAD") == methods.end();
}

// Whether HEAD there comes to what GET comes to here, as far as the texts tell.
bool AnswersAlike(const Route& a, const Route& b) {
  const auto* one = std::get_if<syntax::Forward>(&a.action);
  const auto* other = std::get_if<syntax::Forward>(&b.action);
  if (one == nullptr || other == nullptr) return false;
  return std::ranges::equal(one->targets, other->targets,
                            [](const auto& x, const auto& y) { return x.service == y.service; });
}

}  // namespace

CheckResult CheckGetWithoutHead(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const Gateway& gateway = policy.gateways[g];
    if (gateway.kind != Gateway::Kind::kGateway) continue;
    if (std::ranges::none_of(gateway.routes, TakesGetAlone)) continue;
    RouteRequests requests(policy, g);
    std::size_t shown = 0;
    for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
      const Route& route = gateway.routes[r];
      if (!TakesGetAlone(route)) continue;
      RouteVerdict verdict = requests.engine().Decide(r);
      if (verdict.kind != RouteVerdict::Kind::kAlive || !verdict.witness) continue;
      Witness request = *std::move(verdict.witness);
      request.method = "GET";
      Witness looked_up = request;
      looked_up.client = ConnectionOf(request).peer_address;
      if (requests.engine().FirstMatch(looked_up) != r) continue;  // its GET is another's
      request.method = looked_up.method = "HEAD";
      const auto taker = requests.engine().FirstMatch(looked_up);
      if (taker && AnswersAlike(route, gateway.routes[*taker])) continue;
      Finding finding;
      auto& diagnostic = finding.diagnostic;
      diagnostic.rule = "get-without-head";
      diagnostic.severity = dsl::Severity::kNote;
      diagnostic.span = SpanOf(policy, route.node);
      diagnostic.message =
          "route '" + route.name + "' takes GET and not HEAD: a HEAD of the same URL " +
          (taker ? "goes to route '" + gateway.routes[*taker].name + "'" : "is taken by no route");
      if (taker) {
        diagnostic.labels.push_back(
            {SpanOf(policy, gateway.routes[*taker].node), "takes the HEAD"});
      }
      finding.fix = "Write `method [GET, HEAD]` where the service answers both.";
      diagnostic.help = finding.fix;
      if (shown++ < kWitnesses) {
        const auto outcome = requests.OutcomeOf({request, {}});
        // What its fields make of it (431, say) is not about the method.
        if (!outcome || outcome->route != taker) continue;
        finding.witness = std::move(request);
      }
      result.findings.push_back(std::move(finding));
    }
  }
  return result;
}

}  // namespace weir::compiler
