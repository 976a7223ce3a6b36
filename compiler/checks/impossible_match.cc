// A route that matches no request by itself: its tests contradict each other, or
// one asks for what no canonical request bears. The parts that do it are found by
// leaving them out one at a time, as long as still nothing matches.
#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/checks/dead_routes.h"
#include "compiler/checks/places.h"
#include "compiler/checks/solver_fallback.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;
using syntax::Match;

bool Impossible(syntax::Gateway& gateway, const Match& match) {
  gateway.routes[0].match = match;
  const auto verdict = ShadowEngine(gateway, {.fallback = SolveByClasses}).Decide(0);
  return verdict.kind == RouteVerdict::Kind::kDead;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

std::string_view SourceWord(FieldMatch::Source source) {
  switch (source) {
    case FieldMatch::Source::kHeader:
      return "header";
    case FieldMatch::Source::kQuery:
      return "query";
  }
  return "";
}

std::string Text(const FieldMatch& field) {
  std::string text = field.negated ? "not " : "";
  text += std::string(SourceWord(field.source)) + " " + field.name;
  switch (field.test) {
    case FieldMatch::Test::kPresent:
      break;
    case FieldMatch::Test::kOneOf:
      if (field.values.size() == 1) return text + " == " + Quoted(field.values[0]);
      text += " in [";
      for (std::size_t i = 0; i < field.values.size(); ++i) {
        text += (i > 0 ? ", " : "") + Quoted(field.values[i]);
      }
      text += "]";
      break;
    case FieldMatch::Test::kPrefix:
      text += " starts-with " + Quoted(field.values[0]);
      break;
    case FieldMatch::Test::kRegex:
      text += " matches ~" + Quoted(field.regex.text);
      break;
  }
  return text;
}

// What is left of a match after everything without which it is still impossible.
Match Core(const syntax::Gateway& gateway, std::uint32_t route) {
  syntax::Gateway alone;
  alone.listeners = gateway.listeners;
  alone.routes = {gateway.routes[route]};
  Match core = gateway.routes[route].match;
  const auto drop = [&](auto without) {
    Match smaller = core;
    without(smaller);
    if (Impossible(alone, smaller)) core = std::move(smaller);
  };
  drop([](Match& match) { match.hosts.clear(); });
  drop([](Match& match) { match.paths.clear(); });
  drop([](Match& match) { match.methods.clear(); });
  drop([](Match& match) { match.clients.clear(); });
  drop([](Match& match) { match.listeners.clear(); });
  for (std::size_t i = core.fields.size(); i-- > 0;) {
    drop([i](Match& match) {
      match.fields.erase(match.fields.begin() + static_cast<std::ptrdiff_t>(i));
    });
  }
  return core;
}

}  // namespace

Finding ImpossibleMatch(const syntax::Policy& policy, const syntax::Gateway& gateway,
                        std::uint32_t route) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "impossible-match";
  diagnostic.severity = dsl::Severity::kWarning;
  diagnostic.span = SpanOf(policy, gateway.routes[route].node);
  const Match core = Core(gateway, route);
  std::vector<std::string> parts;
  const auto part = [&](std::string text, syntax::NodeId node) {
    if (node != syntax::kNoNode) {
      diagnostic.labels.push_back({SpanOf(policy, node), "this takes part"});
    }
    parts.push_back("`" + std::move(text) + "`");
  };
  for (const auto& field : core.fields) part(Text(field), field.node);
  for (const auto& path : core.paths) part("path " + Quoted(path.text), path.node);
  for (const auto& host : core.hosts) part("host " + Quoted(host.name), host.node);
  for (const auto& method : core.methods) part("method " + method, syntax::kNoNode);
  std::string listed;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    listed += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  diagnostic.message = "route '" + gateway.routes[route].name + "' matches no request at all";
  if (parts.size() == 1) diagnostic.message += ": no request can satisfy " + listed;
  if (parts.size() > 1) diagnostic.message += ": no request can satisfy " + listed + " together";
  finding.fix = "Loosen its match, or take it out.";
  diagnostic.help = finding.fix;
  return finding;
}

}  // namespace weir::compiler
