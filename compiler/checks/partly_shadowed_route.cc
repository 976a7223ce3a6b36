// An alternative of a route (one of its hosts, paths or methods) that earlier
// routes take wholly while the route as a whole is alive. Of alternatives there
// are as many as words in the text; pairs of routes that overlap at all would be
// quadratic in number, and most of them are meant.
#include <algorithm>
#include <memory>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/solver_fallback.h"
#include "compiler/checks/vain_reads.h"
#include "compiler/shadow/engine.h"
#include "compiler/witness/replay.h"

namespace weir::compiler {
namespace {

using syntax::Route;
using Kind = MatchPart::Kind;

// Whether `taker` lets through, as far as its own text tells, whom `route` asks
// for a credential or holds rules against.
bool AsksLess(const Route& taker, const Route& route) {
  return (DemandsCredential(route.authentication) && !DemandsCredential(taker.authentication)) ||
         (!route.rules.empty() && taker.rules.empty() &&
          std::holds_alternative<syntax::Forward>(taker.action));
}

class Alternatives {
 public:
  Alternatives(const syntax::Policy& policy, std::uint32_t gateway, CheckResult& result)
      : policy_(policy),
        gateway_(gateway),
        routes_(policy.gateways[gateway].routes),
        result_(result),
        engine_(policy.gateways[gateway], {.fallback = SolveByClasses}) {}

  void Run() {
    for (std::uint32_t route = 0; route < routes_.size(); ++route) {
      const auto& match = routes_[route].match;
      if (match.hosts.size() < 2 && match.paths.size() < 2 && match.methods.size() < 2) continue;
      // What is dead as a whole, or undecided, is `shadowed-route`'s to tell.
      if (engine_.Decide(route).kind != RouteVerdict::Kind::kAlive) continue;
      const auto each = [&](Kind kind, std::size_t count) {
        first_of_route_ = result_.findings.size();
        for (std::uint32_t i = 0; count > 1 && i < count; ++i) Look(route, {kind, i});
      };
      each(Kind::kHost, match.hosts.size());
      each(Kind::kPath, match.paths.size());
      each(Kind::kMethod, match.methods.size());
    }
  }

 private:
  std::string NameOf(std::uint32_t route, const MatchPart& part) const {
    const auto& match = routes_[route].match;
    if (part.kind == Kind::kMethod) return "method " + match.methods[part.place];
    if (part.kind == Kind::kHost) {
      const auto& host = match.hosts[part.place];
      const bool exact = host.kind == syntax::HostPattern::Kind::kExact;
      return "host \"" + (exact ? "" : std::string("*.")) + host.name + "\"";
    }
    const auto& path = match.paths[part.place];
    const bool regex = path.kind == syntax::PathPattern::Kind::kRegex;
    return "path " + (regex ? "~\"" + path.regex.text : "\"" + path.text) + "\"";
  }

  dsl::Span PlaceOf(std::uint32_t route, const MatchPart& part) const {
    const auto& match = routes_[route].match;
    syntax::NodeId node = syntax::kNoNode;
    if (part.kind == Kind::kHost) node = match.hosts[part.place].node;
    if (part.kind == Kind::kPath) node = match.paths[part.place].node;
    return SpanOf(policy_, node != syntax::kNoNode ? node : routes_[route].node);
  }

  void Undecided(std::uint32_t route, const MatchPart& part, const std::string& reason) {
    result_.unknown.push_back({"partly-shadowed-route",
                               "whether " + NameOf(route, part) + " of route '" +
                                   routes_[route].name + "' is reached: " + reason,
                               PlaceOf(route, part)});
  }

  void Look(std::uint32_t route, const MatchPart& part) {
    RouteVerdict verdict = engine_.ExplainPart(route, part);
    if (verdict.kind == RouteVerdict::Kind::kAlive) return;
    if (verdict.kind == RouteVerdict::Kind::kUnknown) return Undecided(route, part, verdict.reason);
    Finding finding;
    finding.diagnostic.span = PlaceOf(route, part);
    const std::string what =
        "route '" + routes_[route].name + "' is never reached by " + NameOf(route, part) + ": ";
    if (verdict.blockers.empty()) {
      Impossible(what, finding);
    } else if (!verdict.witness) {
      return Undecided(route, part, "no request that shows it was found");
    } else {
      if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
      const std::string wrong = replay_->Disagreement(*verdict.witness, verdict.taken_by);
      if (!wrong.empty()) return Undecided(route, part, wrong);
      Taken(what, route, std::move(verdict), finding);
    }
    finding.diagnostic.help = finding.fix;
    if (part.kind == Kind::kMethod && SaidOfAnother(route, part, finding)) return;
    result_.findings.push_back(std::move(finding));
  }

  // Methods have no place of their own: those of one route that the same routes
  // take are one finding.
  bool SaidOfAnother(std::uint32_t route, const MatchPart& part, const Finding& finding) {
    const auto tail = [](const Finding& each) {
      const std::string& text = each.diagnostic.message;
      return text.substr(text.find(": "));
    };
    for (std::size_t i = first_of_route_; i < result_.findings.size(); ++i) {
      Finding& other = result_.findings[i];
      if (tail(other) != tail(finding)) continue;
      std::string& text = other.diagnostic.message;
      const std::size_t at = text.find(" by method ");
      if (at != text.npos) text.insert(at + 10, "s");
      text.insert(text.find(": "), ", " + routes_[route].match.methods[part.place]);
      return true;
    }
    return false;
  }

  void Impossible(const std::string& what, Finding& finding) {
    finding.diagnostic.rule = "impossible-match";
    finding.diagnostic.severity = dsl::Severity::kWarning;
    finding.diagnostic.message = what + "with the rest of its match it matches no request at all";
    finding.fix = "Take it out of the list.";
  }

  void Taken(const std::string& what, std::uint32_t route, RouteVerdict verdict, Finding& finding) {
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "partly-shadowed-route";
    const Route& taker = routes_[verdict.taken_by];
    const bool less = AsksLess(taker, routes_[route]);
    diagnostic.severity =
        less || verdict.outcome_differs ? dsl::Severity::kWarning : dsl::Severity::kNote;
    std::vector<std::string> names;
    const bool one = verdict.blockers.size() == 1;
    for (const std::uint32_t blocker : verdict.blockers) {
      names.push_back(routes_[blocker].name);
      diagnostic.labels.push_back({SpanOf(policy_, routes_[blocker].node),
                                   one ? "takes all of them" : "takes some of them"});
    }
    diagnostic.message = what + (one ? "route " : "routes ") + Listed(names) +
                         (one ? " takes" : " together take") + " every such request";
    if (less) {
      diagnostic.message += one ? ", and asks less of the caller"
                                : ", and route '" + taker.name + "' asks less of the caller";
    } else if (!verdict.outcome_differs) {
      diagnostic.message += ", and the outcome is the same";
    }
    finding.witness = std::move(verdict.witness);
    finding.taken_by = taker.name;
    finding.fix = verdict.outcome_differs ? "Take it out of the list, or move the route above " +
                                                std::string(one ? "that one." : "those.")
                                          : "Take it out of the list: nothing changes.";
  }

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  const std::vector<Route>& routes_;
  CheckResult& result_;
  ShadowEngine engine_;
  std::unique_ptr<WitnessReplay> replay_;  // made for the first finding
  std::size_t first_of_route_ = 0;         // finding of the alternatives now looked at
};

}  // namespace

CheckResult CheckPartlyShadowedRoutes(const syntax::Policy& policy) {
  CheckResult result;
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    Alternatives(policy, gateway, result).Run();
  }
  return result;
}

}  // namespace weir::compiler
