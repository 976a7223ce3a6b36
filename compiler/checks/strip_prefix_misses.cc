// A `strip-prefix` that takes nothing off some of the route's paths: they go
// upstream as they are (TRANSFORM-2). One that never strips at all is
// `unreachable-policy`'s to tell.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "compiler/checks/upstream_path.h"

namespace weir::compiler {
namespace {

using syntax::PathPattern;
using syntax::PathSegment;
using syntax::Policy;
using syntax::Route;
using syntax::Transform;

enum class Begins { kAlways, kSometimes, kNever };

// Whether the paths that the pattern matches begin with the segments of `prefix`.
Begins BeginsWith(const PathPattern& path, const std::string& prefix) {
  if (path.kind == PathPattern::Kind::kRegex) return Begins::kAlways;  // not looked into
  Begins begins = Begins::kAlways;
  std::size_t i = 0;
  for (std::size_t at = 0; at < prefix.size(); ++i) {
    const std::size_t end = std::min(prefix.find('/', at + 1), prefix.size());
    if (i >= path.segments.size()) return path.rest ? Begins::kSometimes : Begins::kNever;
    const PathSegment& segment = path.segments[i];
    if (segment.kind == PathSegment::Kind::kWildcard) {
      begins = Begins::kSometimes;
    } else if (segment.literal != prefix.substr(at + 1, end - at - 1)) {
      return Begins::kNever;
    }
    at = end;
  }
  return begins;
}

// The strip-prefix that meets the path as it came; a rewrite above it leaves none.
const Transform* FirstStrip(const Route& route) {
  for (const Transform& transform : route.request) {
    if (WritesPath(transform)) {
      return transform.kind == Transform::Kind::kStripPrefix ? &transform : nullptr;
    }
  }
  return nullptr;
}

class Misses {
 public:
  explicit Misses(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      requests_.reset();
      for (std::uint32_t r = 0; r < policy_.gateways[g].routes.size(); ++r) Look(g, r);
    }
    return std::move(result_);
  }

 private:
  void Look(std::uint32_t gateway, std::uint32_t place) {
    const Route& route = policy_.gateways[gateway].routes[place];
    if (!std::holds_alternative<syntax::Forward>(route.action)) return;
    const Transform* strip = FirstStrip(route);
    if (strip == nullptr) return;
    const auto& paths = route.match.paths;
    std::vector<std::uint32_t> never, sometimes;
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
      const Begins begins = BeginsWith(paths[i], strip->name);
      if (begins == Begins::kNever) never.push_back(i);
      if (begins == Begins::kSometimes) sometimes.push_back(i);
    }
    if (never.size() == paths.size() && !paths.empty()) return;
    for (const std::uint32_t i : never) Tell(gateway, place, *strip, i, true);
    for (const std::uint32_t i : sometimes) Tell(gateway, place, *strip, i, false);
    if (!paths.empty()) return;
    Finding finding = Start(route, *strip, "", false);
    result_.findings.push_back(std::move(finding));
  }

  Finding Start(const Route& route, const Transform& strip, const std::string& what, bool never) {
    return Found("strip-prefix-misses", never ? dsl::Severity::kWarning : dsl::Severity::kNote,
                 SpanOf(policy_, strip.node),
                 "strip-prefix \"" + strip.name + "\" takes nothing off " +
                     (never ? "" : "some paths of ") + what +
                     (what.empty() ? "route '" : " of route '") + route.name + "': " +
                     (never ? "it does not begin so, and goes on as it is"
                            : "what does not begin so goes on as it is"),
                 never ? "Give this path a route of its own, or correct the prefix."
                       : "Match \"" + strip.name + "/**\" if the others are not meant.");
  }

  void Tell(std::uint32_t gateway, std::uint32_t place, const Transform& strip, std::uint32_t path,
            bool never) {
    const Route& route = policy_.gateways[gateway].routes[place];
    const PathPattern& pattern = route.match.paths[path];
    Finding finding = Start(route, strip, "\"" + pattern.text + "\"", never);
    finding.diagnostic.labels.push_back({SpanOf(policy_, pattern.node), "not begun so"});
    finding.witness = Show(gateway, place, path);
    result_.findings.push_back(std::move(finding));
  }

  // A request that is forwarded with its path as it came.
  std::optional<Witness> Show(std::uint32_t gateway, std::uint32_t place, std::uint32_t path) {
    if (++shown_ > kWitnesses) return std::nullopt;
    const Route& route = policy_.gateways[gateway].routes[place];
    if (!requests_) requests_ = std::make_unique<RouteRequests>(policy_, gateway);
    auto sent = requests_->To(place);
    if (!sent) return std::nullopt;
    if (route.match.paths.size() > 1) {
      auto verdict = requests_->engine().ExplainPart(place, {MatchPart::Kind::kPath, path});
      if (verdict.kind != RouteVerdict::Kind::kAlive || !verdict.witness) return std::nullopt;
      verdict.witness->jwt = sent->witness.jwt;
      verdict.witness->consumer = sent->witness.consumer;
      verdict.witness->peer = sent->witness.peer;
      sent->witness = *std::move(verdict.witness);
    }
    const auto outcome = requests_->OutcomeOf(*sent);
    if (!outcome || outcome->kind != model::Outcome::Kind::kForward || outcome->route != place ||
        outcome->upstream_path != sent->witness.path) {
      return std::nullopt;
    }
    return std::move(sent->witness);
  }

  static constexpr std::size_t kWitnesses = 50;

  const Policy& policy_;
  std::unique_ptr<RouteRequests> requests_;  // of the gateway that is looked at
  std::size_t shown_ = 0;
  CheckResult result_;
};

}  // namespace

CheckResult CheckStripPrefixes(const Policy& policy) { return Misses(policy).Run(); }

}  // namespace weir::compiler
