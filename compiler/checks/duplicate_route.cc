// A route that matches the very same requests as an earlier one. Two matches
// that are written alike, but for the order of alternatives and the names of
// captures, are the same; otherwise each must cover the other, which the shadow
// engine decides on the two alone.
#include <algorithm>
#include <utility>

#include "compiler/checks/dead_routes.h"
#include "compiler/checks/places.h"
#include "compiler/checks/solver_fallback.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;
using syntax::Match;
using syntax::PathPattern;
using syntax::PathSegment;

// Length first, so that no text can be read as another's parts.
std::string Framed(const std::string& text) { return std::to_string(text.size()) + ":" + text; }

std::string Sorted(std::string kind, std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  for (const std::string& text : texts) kind += Framed(text);
  return Framed(kind);
}

std::string KeyOf(const PathPattern& path) {
  if (path.kind == PathPattern::Kind::kRegex) return "~" + path.regex.text;
  std::string key = path.rest ? "**" : "";
  for (const PathSegment& segment : path.segments) {
    const bool literal = segment.kind == PathSegment::Kind::kLiteral;
    key += "/" + (literal ? Framed(segment.literal) : std::string("*"));
  }
  return key;
}

std::string KeyOf(const FieldMatch& field) {
  std::string key = "s" + std::to_string(static_cast<int>(field.source)) + "t";
  key += std::to_string(static_cast<int>(field.test)) + (field.negated ? "!" : "=");
  return key + Framed(field.name) + Framed(field.regex.text) + Sorted("", field.values);
}

std::string KeyOf(const syntax::Network& network) {
  std::string key(network.base.octets.begin(), network.base.octets.end());
  return key + static_cast<char>(network.prefix);
}

std::string KeyOf(const Match& match) {
  std::vector<std::string> hosts, paths, fields, clients, listeners;
  for (const auto& host : match.hosts) {
    hosts.push_back((host.kind == syntax::HostPattern::Kind::kExact ? "=" : "*") + host.name);
  }
  for (const auto& path : match.paths) paths.push_back(KeyOf(path));
  for (const auto& field : match.fields) fields.push_back(KeyOf(field));
  for (const auto& client : match.clients) clients.push_back(KeyOf(client));
  for (const auto listener : match.listeners) listeners.push_back(std::to_string(listener));
  return Sorted("h", std::move(hosts)) + Sorted("p", std::move(paths)) +
         Sorted("m", match.methods) + Sorted("f", std::move(fields)) +
         Sorted("c", std::move(clients)) + Sorted("l", std::move(listeners));
}

// Whether every request of `inner` is one of `outer`.
bool Covers(const syntax::Gateway& gateway, std::uint32_t outer, std::uint32_t inner) {
  syntax::Gateway two;
  two.listeners = gateway.listeners;
  two.routes = {gateway.routes[outer], gateway.routes[inner]};
  return ShadowEngine(two, {.fallback = SolveByClasses}).Decide(1).kind ==
         RouteVerdict::Kind::kDead;
}

}  // namespace

std::optional<std::uint32_t> SameMatches::Earlier(std::uint32_t route,
                                                  const RouteVerdict& verdict) {
  if (keys_.empty()) {
    for (std::uint32_t i = 0; i < gateway_.routes.size(); ++i) {
      keys_.push_back(KeyOf(gateway_.routes[i].match));
      first_.emplace(keys_.back(), i);
    }
  }
  const std::uint32_t first = first_.at(keys_[route]);
  if (first < route) return first;
  if (verdict.blockers.size() != 1 || !Covers(gateway_, route, verdict.blockers[0])) {
    return std::nullopt;
  }
  return verdict.blockers[0];
}

Finding DuplicateRoute(const syntax::Policy& policy, const syntax::Gateway& gateway,
                       std::uint32_t route, std::uint32_t earlier, TakenOtherwise::Kind outcome) {
  const bool differs = outcome == TakenOtherwise::Kind::kOtherwise;
  const bool same = outcome == TakenOtherwise::Kind::kSame;
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "duplicate-route";
  diagnostic.severity = differs ? dsl::Severity::kError : dsl::Severity::kWarning;
  diagnostic.span = SpanOf(policy, gateway.routes[route].node);
  diagnostic.message = "route '" + gateway.routes[route].name +
                       "' matches the very requests that route '" + gateway.routes[earlier].name +
                       "' matches, and is never reached" +
                       (same ? "; the outcome is the same" : "");
  diagnostic.labels.push_back({SpanOf(policy, gateway.routes[earlier].node), "takes all of them"});
  finding.fix = differs ? "Keep the one that is meant, or narrow the match of the first."
                : same  ? "Take it out: nothing changes."
                        : "Keep the one that is meant.";
  diagnostic.help = finding.fix;
  return finding;
}

}  // namespace weir::compiler
