// `lint`: who is called dead takes no request of the universe, and can be taken out
// without one being treated otherwise; who is not called so is alive by a request of the
// universe or by the witness of its being so; and what an earlier route covers as it is
// written, or a condition that is plainly false, is told.
#include <algorithm>
#include <map>
#include <set>

#include "compiler/checks/checks.h"
#include "compiler/shadow/engine.h"
#include "tests/differential/verdicts/cover.h"
#include "tests/differential/verdicts/judge.h"

namespace weir::testing {
namespace {

using compiler::Finding;
using syntax::Gateway;
using syntax::NodeId;
using syntax::Policy;
using syntax::Route;
using syntax::Rule;

struct RoutePlace {
  std::uint32_t gateway = 0;
  std::uint32_t route = 0;
};

bool Says(const Finding& finding, const char* words) {
  return finding.diagnostic.message.find(words) != std::string::npos;
}

class Lint {
 public:
  Lint(Trial& trial, Tally& tally)
      : trial_(trial), policy_(trial.policy), seen_(trial.seen(trial.policy)), tally_(tally) {}

  Falsehood Run() {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) Play(g);
    Take(compiler::CheckShadowedRoutes(seen_));
    Take(compiler::CheckPartlyShadowedRoutes(seen_));
    Take(compiler::CheckUnreachablePolicies(seen_));
    Take(compiler::CheckClaimsWithoutAuthentication(seen_));
    for (const Finding& finding : findings_) {
      if (auto wrong = Judge(finding)) return *wrong + "\n  " + finding.diagnostic.message;
    }
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (std::uint32_t r = 0; r < policy_.gateways[g].routes.size(); ++r) {
        if (auto wrong = JudgeUntold({g, r})) return wrong;
      }
    }
    return std::nullopt;
  }

 private:
  // What the model says of the whole universe.
  void Play(std::uint32_t g) {
    auto& played = played_.emplace_back();
    for (const Sent& sent : trial_.universe[g]) {
      model::Trace trace;
      played.push_back({Decide(policy_, g, sent, &trace), {}});
      played.back().rules = std::move(trace.rules);
      const model::Outcome& outcome = played.back().outcome;
      if (outcome.route) reached_.insert({g, *outcome.route});
      if (outcome.rule) played.back().rules.push_back(*outcome.rule);
    }
  }

  void Take(compiler::CheckResult result) {
    for (const auto& unknown : result.unknown) {
      tally_.Undecided(unknown.rule);
      unknown_.insert(unknown.span.begin);
    }
    for (Finding& finding : result.findings) findings_.push_back(std::move(finding));
  }

  std::optional<RoutePlace> RouteOf(NodeId node) const {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (std::uint32_t r = 0; r < policy_.gateways[g].routes.size(); ++r) {
        if (policy_.gateways[g].routes[r].node == node) return RoutePlace{g, r};
      }
    }
    return std::nullopt;
  }
  const Route& At(RoutePlace at) const { return policy_.gateways[at.gateway].routes[at.route]; }

  Falsehood Judge(const Finding& finding) {
    const std::string& rule = finding.diagnostic.rule;
    const NodeId node = finding.diagnostic.span.begin;
    told_.insert(node);
    if (rule == "shadowed-route" || rule == "duplicate-route" || rule == "impossible-match" ||
        rule == "partly-shadowed-route") {
      const auto at = RouteOf(node);
      if (!at) return "a finding about no route";
      if (Says(finding, "is never reached by")) return JudgePartly(finding, *at);
      tally_.verdicts["dead"]++;
      dead_.insert({at->gateway, at->route});
      if (reached_.contains({at->gateway, at->route})) return "a request reaches the dead route";
      return JudgeTaken(finding, *at);
    }
    if (rule == "denied-route") return JudgeDenied(node);
    return JudgeIdle(finding);
  }

  // The witness is one that the dead route matches and another takes.
  Falsehood JudgeTaken(const Finding& finding, RoutePlace at) {
    if (!finding.witness) return std::nullopt;
    tally_.evidence["witnesses of lint"]++;
    if (auto wrong = NotServed(policy_.gateways[at.gateway], *finding.witness)) return wrong;
    const auto outcome = Decide(policy_, at.gateway, *finding.witness);
    const auto& routes = policy_.gateways[at.gateway].routes;
    if (!outcome.route || routes[*outcome.route].name != finding.taken_by) {
      return "the witness is not taken by '" + finding.taken_by + "'";
    }
    Policy alone = policy_;
    auto& first = alone.gateways[at.gateway].routes;
    std::rotate(first.begin(), first.begin() + at.route, first.begin() + at.route + 1);
    const auto now = Decide(alone, at.gateway, *finding.witness);
    if (now.route != 0u) return "the dead route does not match the witness";
    return std::nullopt;
  }

  // Alternatives as the finding names them.
  static std::vector<MatchAlternative> Named(const Finding& finding, const syntax::Match& match) {
    std::vector<MatchAlternative> named;
    const std::string& text = finding.diagnostic.message;
    const std::size_t begin = text.find("is never reached by ") + 20;
    const std::string list = text.substr(begin, text.rfind(": ") - begin);
    for (const MatchAlternative& each : AlternativesOf(match)) {
      const std::string name = NameOf(match, each);
      const bool method = each.kind == MatchAlternative::Kind::kMethod;
      const bool is = method ? (list.starts_with("method") &&
                                (list + ",").find(" " + name + ",") != std::string::npos)
                             : list.starts_with(name);
      if (is) named.push_back(each);
    }
    return named;
  }

  Falsehood JudgePartly(const Finding& finding, RoutePlace at) {
    tally_.verdicts["partly"]++;
    const auto named = Named(finding, At(at).match);
    if (named.empty()) return "no alternative bears that name";
    for (const MatchAlternative& each : named) {
      partly_.insert({at.gateway, at.route, NameOf(At(at).match, each)});
      Policy narrow = policy_;
      auto& match = narrow.gateways[at.gateway].routes[at.route].match;
      match = Only(match, each);
      for (const Sent& sent : trial_.universe[at.gateway]) {
        if (Decide(narrow, at.gateway, sent).route == at.route) {
          return "a request reaches it by that alternative: " + Describe(sent);
        }
      }
    }
    return std::nullopt;
  }

  Falsehood JudgeDenied(NodeId node) {
    const auto at = RouteOf(node);
    if (!at) return "a finding about no route";
    tally_.verdicts["denied"]++;
    for (std::size_t i = 0; i < trial_.universe[at->gateway].size(); ++i) {
      const model::Outcome& outcome = played_[at->gateway][i].outcome;
      if (outcome.route != at->route) continue;
      tally_.evidence["requests of denied routes"]++;
      if (outcome.kind == model::Outcome::Kind::kForward || outcome.reason == "respond" ||
          outcome.reason == "redirect") {
        return "a request comes through: " + Describe(trial_.universe[at->gateway][i]);
      }
    }
    return std::nullopt;
  }

  static bool TakeOutOf(std::vector<Rule>& rules, NodeId node) {
    const auto at = std::ranges::find(rules, node, &Rule::node);
    if (at == rules.end()) return false;
    // The only allow of a scope: without it the scope would be open.
    if (at->allow && std::ranges::count_if(rules, &Rule::allow) == 1) return false;
    rules.erase(at);
    return true;
  }

  // The policy without what the finding calls idle; none: it calls nothing so.
  std::optional<Policy> Without(const Finding& finding) const {
    const NodeId node = finding.diagnostic.span.begin;
    Policy without = policy_;
    bool any = false;
    if (Says(finding, "never decides") || Says(finding, "never lets anything through") ||
        Says(finding, "it never holds")) {
      for (auto& service : without.services) any = TakeOutOf(service.rules, node) || any;
      for (Gateway& gateway : without.gateways) {
        any = TakeOutOf(gateway.rules, node) || any;
        for (Route& route : gateway.routes) any = TakeOutOf(route.rules, node) || any;
      }
    }
    for (Gateway& gateway : without.gateways) {
      if (Says(finding, "has no effect") || Says(finding, "never strips")) {
        for (Route& route : gateway.routes) {
          const auto is = [&](const auto& transform) { return transform.node == node; };
          any = std::erase_if(route.request, is) + std::erase_if(route.response, is) > 0 || any;
        }
      }
      if (Says(finding, "the otherwise of") && gateway.otherwise &&
          gateway.otherwise->node == node) {
        gateway.otherwise.reset();
        any = true;
      }
    }
    if (!any) return std::nullopt;
    return without;
  }

  Falsehood JudgeIdle(const Finding& finding) {
    const NodeId node = finding.diagnostic.span.begin;
    const bool decides = Says(finding, "never decides");
    const bool lets = Says(finding, "never lets anything through");
    if (decides || lets) tally_.verdicts["dead rule"]++;
    const auto without = Without(finding);
    if (without) tally_.verdicts["idle"]++;
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (std::size_t i = 0; i < trial_.universe[g].size(); ++i) {
        const Sent& sent = trial_.universe[g][i];
        const Played& played = played_[g][i];
        const bool held = std::ranges::count(played.rules, node) > 0;
        if (held && decides) return "the rule decides: " + Describe(sent);
        if (held && lets && played.outcome.reason != "denied") {
          return "the allow lets something through: " + Describe(sent);
        }
        if (!without) continue;
        // A field that a rule reads may stand on one line only (CANON-13).
        if (played.outcome.reason == "bad-request") continue;
        model::Trace before{.response = kResponse}, after = before;
        const auto a = Decide(policy_, g, sent, &before), b = Decide(*without, g, sent, &after);
        if (!(a == b) || before.response != after.response) {
          return "taking it out changes what becomes of " + Describe(sent);
        }
      }
    }
    return std::nullopt;
  }

  // What is not told of a route is that it is dead, or a part of it.
  Falsehood JudgeUntold(RoutePlace at) {
    const Gateway& gateway = policy_.gateways[at.gateway];
    const Route& route = At(at);
    if (dead_.contains({at.gateway, at.route}) || unknown_.contains(route.node)) {
      return std::nullopt;
    }
    if (const auto cover = CoverOf(gateway, at.route, route.match)) {
      return "route '" + route.name + "' is covered by '" + gateway.routes[*cover].name +
             "' as it is written, and nothing is told";
    }
    tally_.verdicts["alive"]++;
    if (!reached_.contains({at.gateway, at.route})) {
      if (auto wrong = JudgeAlive(at)) return wrong;
    } else {
      tally_.evidence["routes that a request of the universe reaches"]++;
    }
    for (const MatchAlternative& each : AlternativesOf(route.match)) {
      if (partly_.contains({at.gateway, at.route, NameOf(route.match, each)})) continue;
      const auto cover = CoverOf(gateway, at.route, Only(route.match, each));
      if (!cover) continue;
      return NameOf(route.match, each) + " of route '" + route.name + "' is covered by '" +
             gateway.routes[*cover].name + "' as it is written, and nothing is told";
    }
    return JudgeFalseRules(at);
  }

  Falsehood JudgeAlive(RoutePlace at) {
    compiler::ShadowEngine engine(seen_.gateways[at.gateway]);
    const auto verdict = engine.Explain(at.route);
    if (verdict.kind == compiler::RouteVerdict::Kind::kUnknown) return std::nullopt;
    const std::string name = "route '" + At(at).name + "' is alive, it is said, ";
    if (!verdict.witness) return name + "without a witness";
    if (auto wrong = NotServed(policy_.gateways[at.gateway], *verdict.witness)) {
      return name + "but " + *wrong;
    }
    if (Decide(policy_, at.gateway, *verdict.witness).route != at.route) {
      return name + "but its witness does not reach it";
    }
    tally_.evidence["routes that their witness reaches"]++;
    return std::nullopt;
  }

  // A rule whose condition is written `false`, where some request comes as far as rules.
  Falsehood JudgeFalseRules(RoutePlace at) {
    static const std::set<std::string> kAuthorized = {"ok", "denied", "not-allowed", "respond",
                                                      "redirect"};
    const bool reached = std::ranges::any_of(played_[at.gateway], [&](const Played& played) {
      return played.outcome.route == at.route && kAuthorized.contains(played.outcome.reason);
    });
    if (!reached) return std::nullopt;
    for (const Rule& rule : At(at).rules) {
      if (rule.when.kind != syntax::Expression::Kind::kFalse) continue;
      tally_.evidence["rules that are written false"]++;
      if (!told_.contains(rule.node) && !unknown_.contains(rule.node)) {
        return "a rule of route '" + At(at).name + "' is false, and nothing is told";
      }
    }
    return std::nullopt;
  }

  struct Played {
    model::Outcome outcome;
    std::vector<NodeId> rules;
  };
  const std::vector<std::pair<std::string, std::string>> kResponse = {
      {"x-a", "one"}, {"content-type", "text/plain"}, {"vary", "x-b"}};

  Trial& trial_;
  const Policy& policy_;
  const Policy seen_;
  Tally& tally_;
  std::vector<std::vector<Played>> played_;
  std::vector<Finding> findings_;
  std::set<NodeId> unknown_, told_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reached_, dead_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> partly_;
};

}  // namespace

Falsehood JudgeLint(Trial& trial, Tally& tally) {
  if (auto wrong = Lint(trial, tally).Run()) return "lint: " + *wrong;
  return std::nullopt;
}

}  // namespace weir::testing
