// An `allow` or `deny` that never decides: its condition holds for no request
// that gets as far as being authorized, or, of an allow, every request that it
// holds for is denied all the same. Exact: each rule is asked about over the
// rows of every route where it is in force (compiler/encode).
#include <map>
#include <optional>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/encode/classes.h"
#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"
#include "compiler/witness/replay.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Rule;

constexpr unsigned kBudgetMs = 2'000;

// What is known of a rule over all gateways, from worst to best.
struct Standing {
  enum class Kind : std::uint8_t { kNotReached, kNeverHolds, kDeniedAnyway, kUnknown, kDecides };
  Kind kind = Kind::kNotReached;
  std::string reason;               // kUnknown
  std::optional<Witness> witness;   // kDeniedAnyway
  std::vector<const Rule*> denies;  // kDeniedAnyway: those that hold for the witness
};
using Standings = std::map<const Rule*, Standing>;

class GatewayRules {
 public:
  GatewayRules(const Policy& policy, std::uint32_t gateway)
      : policy_(policy),
        gateway_(gateway),
        routes_(policy.gateways[gateway].routes),
        listeners_(AddListeners(u_, policy.gateways[gateway])),
        rows_(EncodeGateway(u_, policy, policy.gateways[gateway], listeners_)) {}

  void Run(Standings& standings) {
    for (std::uint32_t route = 0; route < routes_.size(); ++route) Pose(route);
    if (questions_.empty()) return;
    const auto classes = ClassesOf(u_);
    if (!classes) {
      for (const auto& [rule, question] : questions_) {
        Improve(standings[rule], {Standing::Kind::kUnknown, classes.error(), {}, {}});
      }
      return;
    }
    Symbolic symbolic(u_, *classes);
    for (const auto& [rule, question] : questions_) {
      auto& standing = standings[rule];
      if (standing.kind != Standing::Kind::kDecides) {
        Improve(standing, Answer(symbolic, *rule, question));
      }
    }
  }

 private:
  struct Part {
    std::uint32_t row = 0;  // some row of the route, for its place
    Formula holds = kFalse;
    std::vector<std::pair<const Rule*, Formula>> denies;
  };
  struct Question {
    std::vector<Formula> reached, decides;
    std::vector<Part> parts;
  };

  static void Improve(Standing& standing, Standing found) {
    if (found.kind > standing.kind) standing = std::move(found);
  }

  std::vector<const Rule*> RulesOf(std::uint32_t route) const {
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

  void Pose(std::uint32_t route) {
    const auto rules = RulesOf(route);
    if (rules.empty()) return;
    Formula authorized = kFalse, not_denied = kFalse;
    std::optional<std::uint32_t> some;
    for (std::uint32_t r = 0; r < rows_.size(); ++r) {
      const Row& row = rows_[r];
      if (row.route != route) continue;
      const bool denied = row.reason == "denied";
      const bool past = denied || row.reason == "not-allowed" || row.reason == "respond" ||
                        row.reason == "redirect" || row.forwards;
      if (!past) continue;
      some = r;
      authorized = u_.f.Or(authorized, row.when);
      if (!denied) not_denied = u_.f.Or(not_denied, row.when);
    }
    if (!some) return;
    Part part;
    part.row = *some;
    const RulePlace& place = rows_[*some].place;
    for (const Rule* rule : rules) {
      if (!rule->allow) part.denies.emplace_back(rule, Encode(u_, rule->when, place));
    }
    for (const Rule* rule : rules) {
      const Formula when = Encode(u_, rule->when, place);
      Question& question = questions_[rule];
      part.holds = u_.f.And(authorized, when);
      question.reached.push_back(authorized);
      question.decides.push_back(rule->allow ? u_.f.And(not_denied, when) : part.holds);
      question.parts.push_back(part);
    }
  }

  Standing Answer(Symbolic& symbolic, const Rule& rule, const Question& question) {
    using Found = Symbolic::Found::Kind;
    const std::string name = rule.allow ? "allow" : "deny";
    const auto ask = [&](const std::string& what, const std::vector<Formula>& formulas) {
      return symbolic.Find(name + " " + what, u_.f.Or(formulas), kBudgetMs);
    };
    const auto decides = ask("decides", question.decides);
    if (decides.kind == Found::kSome) return {Standing::Kind::kDecides, "", {}, {}};
    if (decides.kind == Found::kUnknown) return {Standing::Kind::kUnknown, decides.reason, {}, {}};
    std::vector<Formula> holds;
    for (const Part& part : question.parts) holds.push_back(part.holds);
    const auto denied = ask("holds", holds);
    if (denied.kind == Found::kUnknown) return {Standing::Kind::kUnknown, denied.reason, {}, {}};
    if (denied.kind == Found::kSome) return DeniedAnyway(denied.request, question);
    const auto reached = ask("is reached", question.reached);
    if (reached.kind == Found::kSome) return {Standing::Kind::kNeverHolds, "", {}, {}};
    if (reached.kind == Found::kUnknown) return {Standing::Kind::kUnknown, reached.reason, {}, {}};
    return {};
  }

  Standing DeniedAnyway(const std::vector<Value>& request, const Question& question) {
    for (const Part& part : question.parts) {
      if (!u_.Evaluate(part.holds, request)) continue;
      const Row& row = rows_[part.row];
      Standing standing{Standing::Kind::kDeniedAnyway, "", {}, {}};
      standing.witness = Decode(u_, request, row.place, listeners_);
      for (const auto& [deny, when] : part.denies) {
        if (u_.Evaluate(when, request)) standing.denies.push_back(deny);
      }
      const Expected expected{false, 403, "denied", row.route};
      const std::string wrong =
          Confirm(policy_, gateway_, WitnessReplay(policy_, gateway_).table(), *standing.witness,
                  IdentityOf(u_, request, row.place), expected);
      if (!wrong.empty()) return {Standing::Kind::kUnknown, wrong, {}, {}};
      return standing;
    }
    return {Standing::Kind::kUnknown, "the solver's request is not one the rule holds for", {}, {}};
  }

  const Policy& policy_;
  const std::uint32_t gateway_;
  const std::vector<syntax::Route>& routes_;
  Universe u_;
  const std::vector<std::uint32_t> listeners_;
  const std::vector<Row> rows_;
  std::map<const Rule*, Question> questions_;
};

void Report(const Policy& policy, const Rule& rule, const std::string& where, Standing standing,
            CheckResult& result) {
  const std::string name = std::string(rule.allow ? "this allow" : "this deny") + " of " + where;
  const dsl::Span span = SpanOf(policy, rule.node);
  if (standing.kind == Standing::Kind::kUnknown) {
    result.unknown.push_back(
        {"unreachable-policy", "whether " + name + " ever decides: " + standing.reason, span});
    return;
  }
  const bool never = standing.kind == Standing::Kind::kNeverHolds;
  if (!never && standing.kind != Standing::Kind::kDeniedAnyway) return;
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "unreachable-policy";
  diagnostic.severity = dsl::Severity::kWarning;
  diagnostic.span = span;
  diagnostic.message = name + (never ? " holds for no request that comes so far"
                                     : " never lets anything through: every request that it "
                                       "holds for is denied");
  for (const Rule* deny : standing.denies) {
    diagnostic.labels.push_back({SpanOf(policy, deny->node), "this deny holds for the witness"});
  }
  finding.witness = std::move(standing.witness);
  finding.fix = never ? "Correct its condition, or take it out."
                      : "Narrow the deny, or take the allow out: a deny always wins.";
  diagnostic.help = finding.fix;
  result.findings.push_back(std::move(finding));
}

}  // namespace

CheckResult CheckUnreachablePolicies(const Policy& policy) {
  CheckResult result;
  Standings standings;
  const auto has_rules = [&](const syntax::Gateway& gateway) {
    bool some = !gateway.rules.empty();
    for (const auto& route : gateway.routes) {
      some = some || !route.rules.empty();
      if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
        for (const auto& target : forward->targets) {
          some = some || !policy[target.service].rules.empty();
        }
      }
    }
    return some;
  };
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    if (has_rules(policy.gateways[gateway])) GatewayRules(policy, gateway).Run(standings);
  }
  const auto report = [&](const std::vector<Rule>& rules, const std::string& where) {
    for (const Rule& rule : rules) {
      const auto at = standings.find(&rule);
      if (at != standings.end()) Report(policy, rule, where, std::move(at->second), result);
    }
  };
  for (const auto& service : policy.services) {
    report(service.rules, "service '" + service.name + "'");
  }
  for (const auto& gateway : policy.gateways) {
    report(gateway.rules, "gateway '" + gateway.name + "'");
    for (const auto& route : gateway.routes) report(route.rules, "route '" + route.name + "'");
  }
  return result;
}

}  // namespace weir::compiler
