// Of thousands of routes only a few bear on one: the solver is shown an extract of
// the gateway, some routes under test and none of the others. With fewer earlier
// routes more requests get through, so "no request" is true of the whole gateway
// as well. A request that is found is looked up: if an earlier route takes it,
// that route joins the extract and the question is put again.
//
// A preflight is answered by the route of another method, and leaving routes out
// cannot be said to let more through. So preflights are kept out at first, and
// only a rule that decides nothing else is asked about them, with every route
// that can meet its own on host and path in the extract.
#include "compiler/checks/rule_standing.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/checks/gateway_extract.h"
#include "compiler/encode/match.h"
#include "compiler/shadow/engine.h"
#include "compiler/witness/confirm.h"
#include "compiler/witness/replay.h"
#include "runtime/table/table.h"
#include "spec/model/authorize.h"
#include "spec/model/canonical.h"
#include "spec/model/match.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;
using syntax::Rule;
using Found = Symbolic::Found;
using Kind = Standing::Kind;

constexpr std::size_t kBatch = 16;        // routes that share an extract
constexpr std::size_t kWorthLooking = 4;  // rules of one route

bool IsOfCredential(syntax::Subject subject) {
  using syntax::Subject;
  return subject == Subject::kJwtVerified || subject == Subject::kJwtClaim ||
         subject == Subject::kConsumer;
}

bool ReadsOnlyCredentials(const syntax::Expression& condition) {
  if (condition.kind == syntax::Expression::Kind::kPredicate) {
    return IsOfCredential(condition.predicate.attribute.subject);
  }
  return std::ranges::all_of(condition.children, ReadsOnlyCredentials);
}

class GatewayRules {
 public:
  GatewayRules(const Policy& policy, std::uint32_t gateway, Standings& standings,
               const StandingBudget& budget)
      : policy_(policy),
        gateway_(gateway),
        routes_(policy.gateways[gateway].routes),
        standings_(standings),
        budget_(budget),
        engine_(policy.gateways[gateway]) {
    for (const Route& route : routes_) {
      for (const auto& test : route.match.fields) fields_.insert(test.name);
    }
    // Where it stands, X-Forwarded-For says who the client is.
    fields_.insert("x-forwarded-for");
    fields_.insert("forwarded");
    has_cors_ = std::ranges::any_of(
        routes_, [](const Route& route) { return route.cors && !route.cors_upstream; });
  }

  std::vector<ClosedRoute> Run() {
    std::vector<std::uint32_t> batch;
    const auto settle = [&] {
      if (!batch.empty()) Settle(std::exchange(batch, {}));
    };
    for (std::uint32_t route = 0; route < routes_.size(); ++route) {
      if (Open(route).empty() && !MayBeClosed(route)) continue;
      const RouteVerdict verdict = engine_.Decide(route);
      if (verdict.kind == RouteVerdict::Kind::kDead) continue;
      // A preflight may be answered before any rule.
      const bool tells = verdict.witness && !(has_cors_ && verdict.witness->method == "OPTIONS");
      if (tells && MayBeClosed(route)) TryPlainest(route, *verdict.witness);
      if (Open(route).empty() && !MayBeClosed(route)) continue;
      batch.push_back(route);
      if (batch.size() == kBatch) settle();
    }
    settle();
    if (has_cors_) AskAboutPreflights();
    return std::move(closed_);
  }

 private:
  // What one rule at one route came to; `taken_by` instead when the request that
  // was found is another route's. `decided` is what was found where the rule decides.
  struct Answer {
    Standing standing = {};
    std::optional<std::uint32_t> taken_by = {};
    std::optional<Found> decided = {};
  };
  struct Posed {
    std::uint32_t route;
    const Rule* rule;
    GatewayExtract::Question question;
  };

  // The same of whether anything gets past the rules of one route.
  struct Passing {
    std::uint32_t route;
    GatewayExtract::Question passed, reached;
  };

  std::vector<const Rule*> InForce(std::uint32_t route) const {
    std::vector<const Rule*> rules;
    const auto add = [&](const std::vector<Rule>& scope) {
      for (const Rule& rule : scope) rules.push_back(&rule);
    };
    add(policy_.gateways[gateway_].rules);
    if (const auto* forward = std::get_if<syntax::Forward>(&routes_[route].action)) {
      for (const auto& target : forward->targets) add(policy_[target.service].rules);
    }
    add(routes_[route].rules);
    return rules;
  }

  // Those that have not been seen to decide.
  std::vector<const Rule*> Open(std::uint32_t route) {
    std::vector<const Rule*> rules = InForce(route);
    std::erase_if(rules, [&](const Rule* rule) { return standings_[rule].kind == Kind::kDecides; });
    return rules;
  }

  struct Counts {
    std::size_t denies = 0, scopes = 0;  // scopes that have an allow
    bool plain_deny = false;             // which closes a route on purpose
  };
  Counts CountRules(std::uint32_t route) const {
    Counts counts;
    const auto count = [&](const std::vector<Rule>& scope) {
      bool allows = false;
      for (const Rule& rule : scope) {
        allows = allows || rule.allow;
        counts.denies += rule.allow ? 0 : 1;
        const bool always = rule.when.kind == syntax::Expression::Kind::kTrue;
        counts.plain_deny = counts.plain_deny || (!rule.allow && always);
      }
      counts.scopes += allows ? 1 : 0;
    };
    count(policy_.gateways[gateway_].rules);
    count(routes_[route].rules);
    if (const auto* forward = std::get_if<syntax::Forward>(&routes_[route].action)) {
      for (const auto& target : forward->targets) count(policy_[target.service].rules);
    }
    return counts;
  }

  // Whether it takes two rules to refuse everything: allows of two scopes, or several denies.
  bool TakesTwo(std::uint32_t route) const {
    const Counts counts = CountRules(route);
    return counts.scopes >= 2 || (counts.scopes == 0 && counts.denies >= 2);
  }

  // Whether the rules can refuse everything, as far as is known without the solver.
  bool MayBeClosed(std::uint32_t route) const {
    const Counts counts = CountRules(route);
    return counts.scopes + counts.denies > 0 && !counts.plain_deny && !passing_.contains(route) &&
           !passing_callers_.contains(CallersOf(route));
  }

  // The rules and credentials of a route whose rules ask of nothing but the credential:
  // what passes one such route passes any. Else the route itself.
  using Callers = std::tuple<std::vector<const Rule*>, std::string, std::uint32_t>;
  Callers CallersOf(std::uint32_t route) const {
    const std::vector<const Rule*> rules = InForce(route);
    const bool of_caller = std::ranges::all_of(
        rules, [](const Rule* rule) { return ReadsOnlyCredentials(rule->when); });
    if (!of_caller) return {{}, "", route};
    const auto& asked = routes_[route].authentication;
    std::string credentials = asked.optional ? "optional" : "demanded";
    if (asked.jwt) credentials += " jwt " + std::to_string(asked.jwt->index);
    if (asked.keys) credentials += " keys " + std::to_string(asked.keys->index);
    return {rules, credentials, 0};
  }

  void Passes(std::uint32_t route) {
    passing_.insert(route);
    passing_callers_.insert(CallersOf(route));
  }

  // The plainest good credential that the route asks for: a token that says no more than it
  // must (AUTH-3), or the first key. None: it is not plain.
  std::optional<model::Identity> PlainestCaller(std::uint32_t route) const {
    const auto& asked = routes_[route].authentication;
    model::Identity identity;
    if (!asked.jwt && !asked.keys) return identity;
    identity.kind = model::Identity::Kind::kVerified;
    if (!asked.jwt) {
      const syntax::ApiKeys& keys = policy_[*asked.keys];
      if (keys.keys.empty()) return std::nullopt;
      identity.consumer = keys.keys[0].consumer;
      return identity;
    }
    const syntax::Jwt& jwt = policy_[*asked.jwt];
    for (const syntax::Claim& claim : jwt.claims) {
      for (const std::string& name : {claim.name, claim.source}) {
        if (name == "iss" || name == "aud") return std::nullopt;
      }
    }
    identity.jwt_verified = true;
    if (!jwt.issuer.empty()) identity.claims["iss"] = jwt.issuer;
    if (!jwt.audiences.empty()) identity.claims["aud"] = jwt.audiences;
    return identity;
  }

  // The plainest request of the route, as its rules see it.
  void TryPlainest(std::uint32_t route, const Witness& witness) {
    const auto identity = PlainestCaller(route);
    if (!identity) return;
    const auto canonical =
        model::Canonicalise(policy_, gateway_, RawRequestOf(witness), ConnectionOf(witness));
    if (!canonical) return;
    model::Facts facts{*canonical, *identity,
                       model::CapturesOf(routes_[route].match, canonical->path)};
    const syntax::Gateway& gateway = policy_.gateways[gateway_];
    if (model::Authorize(policy_, gateway, routes_[route], facts).allowed) Passes(route);
  }

  void Improve(const Rule* rule, Standing found) {
    Standing& standing = standings_[rule];
    if (found.kind > standing.kind) standing = std::move(found);
  }

  void GiveUp(const std::vector<std::uint32_t>& routes, const std::string& reason) {
    for (const std::uint32_t route : routes) {
      for (const Rule* rule : Open(route)) {
        if (!settled_.contains({route, rule})) Improve(rule, {Kind::kUnknown, reason, {}, {}});
      }
    }
  }

  // The same, and of whether anything gets past them.
  void GiveUpWhole(const std::vector<std::uint32_t>& routes, const std::string& reason) {
    GiveUp(routes, reason);
    for (const std::uint32_t route : routes) {
      if (MayBeClosed(route) && !settled_.contains({route, nullptr})) {
        closed_.push_back({route, TakesTwo(route), reason, {}, has_cors_});
      }
    }
  }

  GatewayExtract Extract(const std::set<std::uint32_t>& places,
                         GatewayExtract::Preflights preflights) const {
    return {policy_, WithRoutes(policy_.gateways[gateway_], places), preflights,
            Unsendable::kWithin};
  }

  std::vector<Posed> Pose(GatewayExtract& extract, const std::set<std::uint32_t>& places,
                          const std::vector<std::uint32_t>& routes) {
    std::vector<Posed> posed;
    for (const std::uint32_t route : routes) {
      const auto place = std::distance(places.begin(), places.find(route));
      for (const Rule* rule : Open(route)) {
        if (settled_.contains({route, rule})) continue;
        posed.push_back({route, rule, extract.Pose(static_cast<std::uint32_t>(place), *rule)});
      }
    }
    return posed;
  }

  void Settle(std::vector<std::uint32_t> routes) {
    std::set<std::uint32_t> places;
    for (std::size_t round = 0; !routes.empty(); ++round) {
      places.insert(routes.begin(), routes.end());
      if (round == budget_.rounds) {
        GiveUpWhole(routes, "too many earlier routes take what it matches (" +
                                std::to_string(places.size()) + " were looked at)");
        return;
      }
      GatewayExtract extract = Extract(places, has_cors_ ? GatewayExtract::Preflights::kNone
                                                         : GatewayExtract::Preflights::kAnswered);
      const std::vector<Posed> posed = Pose(extract, places, routes);
      const std::vector<Passing> passing = PosePassing(extract, places, routes);
      if (const std::string problem = extract.Prepare(); !problem.empty()) {
        if (routes.size() == 1) return GiveUpWhole(routes, problem);
        for (const std::uint32_t route : routes) Settle({route});
        return;
      }
      std::set<std::uint32_t> again;
      near_route_.reset();
      for (const Posed& one : posed) {
        if (standings_[one.rule].kind == Kind::kDecides) continue;
        Answer answer =
            DecidesNearby(extract, one) ? Answer{{Kind::kDecides, "", {}, {}}} : Ask(extract, one);
        if (answer.decided) LookNear(extract, posed, one.route, *answer.decided);
        if (answer.taken_by) {
          places.insert(*answer.taken_by);
          again.insert(one.route);
        } else {
          settled_.insert({one.route, one.rule});
          const bool allows = one.rule->allow && answer.standing.kind == Kind::kDecides;
          if (allows && CountRules(one.route).scopes == 1) Passes(one.route);
          Improve(one.rule, std::move(answer.standing));
        }
      }
      for (const Passing& one : passing) {
        if (!MayBeClosed(one.route)) continue;
        const auto taken_by = AskPassing(extract, one);
        if (taken_by) {
          places.insert(*taken_by);
          again.insert(one.route);
        } else {
          settled_.insert({one.route, nullptr});
        }
      }
      routes.assign(again.begin(), again.end());
    }
  }

  std::vector<Passing> PosePassing(GatewayExtract& extract, const std::set<std::uint32_t>& places,
                                   const std::vector<std::uint32_t>& routes) {
    std::vector<Passing> posed;
    const Rule anything;
    for (const std::uint32_t route : routes) {
      if (!MayBeClosed(route) || settled_.contains({route, nullptr})) continue;
      const auto place =
          static_cast<std::uint32_t>(std::distance(places.begin(), places.find(route)));
      posed.push_back({route, extract.PosePassed(place), extract.Pose(place, anything)});
    }
    return posed;
  }

  // The earlier route that takes what was found, if one does; else it is settled.
  std::optional<std::uint32_t> AskPassing(GatewayExtract& extract, const Passing& one) {
    const auto undecided = [&](std::string reason) {
      closed_.push_back({one.route, TakesTwo(one.route), std::move(reason), {}, has_cors_});
      return std::nullopt;
    };
    for (const auto* question : {&one.passed, &one.reached}) {
      if (question->row == nullptr) continue;
      const Found found = extract.Find("a request passes", question->reached, budget_.query_ms);
      if (found.kind == Found::Kind::kNone) continue;
      if (found.kind == Found::Kind::kUnknown) return undecided(found.reason);
      Witness witness = extract.WitnessOf(found.request, *question->row);
      const auto taken_by = TakenBy(witness);
      if (taken_by && *taken_by < one.route) return taken_by;
      if (question == &one.passed) {
        Passes(one.route);
        return std::nullopt;
      }
      if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
      std::string wrong;
      for (const char* refusal : {"denied", "not-allowed"}) {
        wrong = Confirm(policy_, gateway_, replay_->table(), witness,
                        extract.CallerOf(found.request, *question->row),
                        {false, 403, refusal, one.route});
        if (wrong.empty()) break;
      }
      if (!wrong.empty()) return undecided(wrong);
      closed_.push_back({one.route, TakesTwo(one.route), "", std::move(witness), has_cors_});
    }
    return std::nullopt;
  }

  // Whether the rule decides a request near one that its route has had.
  bool DecidesNearby(GatewayExtract& extract, const Posed& one) {
    if (near_route_ != one.route || one.question.row == nullptr) return false;
    const auto near = extract.FindNear(one.question.decides, fields_);
    if (!near.found || near.routed_alike) return near.found;
    return TakenBy(extract.WitnessOf(near.request, *one.question.row)) == one.route;
  }

  // The request by which one rule decides is what the others of its route are looked
  // for nearby.
  void LookNear(GatewayExtract& extract, const std::vector<Posed>& posed, std::uint32_t route,
                const Found& decided) {
    std::vector<Formula> formulas;
    for (const Posed& one : posed) {
      if (one.route == route) formulas.push_back(one.question.decides);
    }
    if (formulas.size() < kWorthLooking) return;
    extract.LookNear(std::move(formulas), decided);
    near_route_ = route;
  }

  Answer Ask(GatewayExtract& extract, const Posed& one) {
    const std::string name = one.rule->allow ? "allow" : "deny";
    if (one.question.row == nullptr) return {};
    const struct {
      const char* what;
      Formula formula;
      Kind kind;
    } asked[] = {{" decides", one.question.decides, Kind::kDecides},
                 {" holds", one.question.holds, Kind::kDeniedAnyway},
                 {" is reached", one.question.reached, Kind::kNeverHolds}};
    for (const auto& ask : asked) {
      Found found = extract.Find(name + ask.what, ask.formula, budget_.query_ms);
      if (found.kind == Found::Kind::kNone) continue;
      if (found.kind == Found::Kind::kUnknown) return {{Kind::kUnknown, found.reason, {}, {}}};
      Witness witness = extract.WitnessOf(found.request, *one.question.row);
      const auto taken_by = TakenBy(witness);
      if (taken_by && *taken_by < one.route) return {{}, taken_by};
      if (taken_by != one.route) {
        return {{Kind::kUnknown, "the solver's request is not one of its route's", {}, {}}};
      }
      if (ask.kind == Kind::kDeniedAnyway) {
        return {DeniedAnyway(extract, one, std::move(witness), found.request)};
      }
      Answer answer{{ask.kind, "", {}, {}}};
      if (ask.kind == Kind::kDecides) answer.decided = std::move(found);
      return answer;
    }
    return {};
  }

  std::optional<std::uint32_t> TakenBy(Witness witness) {
    witness.client = ConnectionOf(witness).peer_address;
    return engine_.FirstMatch(witness);
  }

  Standing DeniedAnyway(GatewayExtract& extract, const Posed& one, Witness witness,
                        const std::vector<Value>& request) {
    if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
    const Row& row = *one.question.row;
    const std::string wrong =
        Confirm(policy_, gateway_, replay_->table(), witness, extract.CallerOf(request, row),
                {false, 403, "denied", one.route});
    if (!wrong.empty()) return {Kind::kUnknown, wrong, {}, {}};
    Standing standing{Kind::kDeniedAnyway, "", std::move(witness), {}};
    for (const Rule* rule : InForce(one.route)) {
      if (!rule->allow && extract.Holds(*rule, request, row)) standing.denies.push_back(rule);
    }
    return standing;
  }

  // Rules that decide nothing but, perhaps, requests of a preflight's shape.
  void AskAboutPreflights() {
    settled_.clear();
    std::vector<Reach> reaches;
    for (const Route& route : routes_) {
      reaches.push_back(ReachOf(route.match));
      reaches.back().methods.clear();
    }
    std::size_t asked = 0;
    for (std::uint32_t route = 0; route < routes_.size(); ++route) {
      const auto& methods = routes_[route].match.methods;
      if (!methods.empty() && std::ranges::find(methods, "OPTIONS") == methods.end()) continue;
      if (Open(route).empty()) continue;
      if (asked++ >= budget_.preflight_routes) {
        GiveUp({route}, "more than " + std::to_string(budget_.preflight_routes) +
                            " routes would have to be asked about preflights");
        continue;
      }
      std::set<std::uint32_t> places;
      for (std::uint32_t other = 0; other < routes_.size(); ++other) {
        if (MayOverlap(reaches[other], reaches[route])) places.insert(other);
      }
      if (places.size() > budget_.neighbours) {
        GiveUp({route}, std::to_string(places.size()) + " routes can take its preflights");
        continue;
      }
      GatewayExtract extract = Extract(places, GatewayExtract::Preflights::kAnswered);
      const std::vector<Posed> posed = Pose(extract, places, {route});
      if (const std::string problem = extract.Prepare(); !problem.empty()) {
        GiveUp({route}, problem);
        continue;
      }
      for (const Posed& one : posed) {
        Answer answer = Ask(extract, one);
        if (!answer.taken_by) Improve(one.rule, std::move(answer.standing));
      }
    }
  }

  const Policy& policy_;
  const std::uint32_t gateway_;
  const std::vector<Route>& routes_;
  Standings& standings_;
  const StandingBudget& budget_;
  ShadowEngine engine_;
  bool has_cors_ = false;
  std::set<std::string> fields_;             // names that matches read
  std::optional<std::uint32_t> near_route_;  // whose request the extract looks near to
  // Null: of the route as a whole.
  std::set<std::pair<std::uint32_t, const Rule*>> settled_;
  std::vector<ClosedRoute> closed_;
  std::set<std::uint32_t> passing_;  // routes whose rules let something through
  std::set<Callers> passing_callers_;
  std::unique_ptr<WitnessReplay> replay_;  // made for the first finding
};

bool HasRules(const Policy& policy, const syntax::Gateway& gateway) {
  if (!gateway.rules.empty()) return true;
  return std::ranges::any_of(gateway.routes, [&](const Route& route) {
    if (!route.rules.empty()) return true;
    const auto* forward = std::get_if<syntax::Forward>(&route.action);
    return forward != nullptr && std::ranges::any_of(forward->targets, [&](const auto& target) {
             return !policy[target.service].rules.empty();
           });
  });
}

}  // namespace

std::vector<ClosedRoute> FindStandings(const Policy& policy, std::uint32_t gateway,
                                       Standings& standings, const StandingBudget& budget) {
  if (!HasRules(policy, policy.gateways[gateway])) return {};
  return GatewayRules(policy, gateway, standings, budget).Run();
}

}  // namespace weir::compiler
