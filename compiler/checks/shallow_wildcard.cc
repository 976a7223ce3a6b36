// A path that ends in `*` while what lies deeper falls to a broader route: `*` is one
// segment (MATCH-2), and elsewhere the sign often stands for the whole rest.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "compiler/checks/vain_reads.h"
#include "spec/model/match.h"

namespace weir::compiler {
namespace {

using syntax::PathPattern;
using syntax::PathSegment;
using syntax::Policy;
using syntax::Route;

constexpr std::size_t kWitnesses = 50;  // of a gateway: each is played on the slow model

bool EndsInStar(const PathPattern& path) {
  return path.kind == PathPattern::Kind::kSegments && !path.rest && !path.segments.empty() &&
         path.segments.back().kind == PathSegment::Kind::kWildcard &&
         path.segments.back().capture.empty();
}

// Whether a request is treated alike by both, as far as the texts tell.
bool Alike(const Route& a, const Route& b) {
  if (DemandsCredential(a.authentication) != DemandsCredential(b.authentication)) return false;
  if (const auto* one = std::get_if<syntax::Forward>(&a.action)) {
    const auto* other = std::get_if<syntax::Forward>(&b.action);
    return other != nullptr &&
           std::ranges::equal(one->targets, other->targets,
                              [](const auto& x, const auto& y) { return x.service == y.service; });
  }
  if (const auto* one = std::get_if<syntax::Response>(&a.action)) {
    const auto* other = std::get_if<syntax::Response>(&b.action);
    return other != nullptr && one->status == other->status && one->body == other->body;
  }
  return false;
}

// It has a pattern that was written for more: fewer segments, and both paths.
bool IsBroader(const Route& route, const PathPattern& than, const std::string& path,
               const std::string& deeper) {
  if (route.match.paths.empty()) return true;
  return std::ranges::any_of(route.match.paths, [&](const PathPattern& each) {
    return each.kind == PathPattern::Kind::kSegments &&
           each.segments.size() < than.segments.size() && model::MatchesPath(each, path) &&
           model::MatchesPath(each, deeper);
  });
}

}  // namespace

CheckResult CheckShallowWildcards(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const auto& routes = policy.gateways[g].routes;
    std::unique_ptr<RouteRequests> requests;  // made for the first such path
    std::size_t shown = 0;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      const auto& paths = routes[r].match.paths;
      for (std::uint32_t i = 0; i < paths.size(); ++i) {
        if (!EndsInStar(paths[i])) continue;
        if (!requests) requests = std::make_unique<RouteRequests>(policy, g);
        ShadowEngine& engine = requests->engine();
        RouteVerdict verdict = paths.size() < 2
                                   ? engine.Decide(r)
                                   : engine.ExplainPart(r, {MatchPart::Kind::kPath, i});
        if (verdict.kind != RouteVerdict::Kind::kAlive || !verdict.witness) continue;
        Witness deeper = *std::move(verdict.witness);
        const std::string path = deeper.path;
        deeper.path += "/x";
        Witness looked_up = deeper;
        looked_up.client = ConnectionOf(deeper).peer_address;
        const auto taker = engine.FirstMatch(looked_up);
        if (!taker || *taker == r || Alike(routes[r], routes[*taker])) continue;
        if (!IsBroader(routes[*taker], paths[i], path, deeper.path)) continue;
        Finding finding = Found(
            "shallow-wildcard", dsl::Severity::kWarning, SpanOf(policy, paths[i].node),
            "\"" + paths[i].text + "\" of route '" + routes[r].name +
                "' ends with one segment: what lies deeper, such as \"" + deeper.path +
                "\", falls to route '" + routes[*taker].name + "', which treats it otherwise",
            "Write \"/**\" at the end for everything below, or a name as in \"/{id}\" where one "
            "segment is meant.");
        finding.diagnostic.labels.push_back(
            {SpanOf(policy, routes[*taker].node), "takes what lies deeper"});
        if (shown++ < kWitnesses) {
          if (!requests->Routes(deeper, *taker).empty()) continue;
          finding.witness = std::move(deeper);
        }
        result.findings.push_back(std::move(finding));
      }
    }
  }
  return result;
}

}  // namespace weir::compiler
