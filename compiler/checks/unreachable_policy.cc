// What can never act. An `allow` or `deny` that never decides: its condition holds for no request
// that gets as far as being authorized, or, of an allow, every request that it
// holds for is denied all the same. Exact: each rule is asked about at
// every route where it is in force (rule_standing.h). So is whether the rules of a
// route let anything past; for the other clauses see idle_clauses.h.
#include <set>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/idle_clauses.h"
#include "compiler/checks/places.h"
#include "compiler/checks/rule_standing.h"
#include "compiler/checks/vain_reads.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Rule;

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
  diagnostic.message = name + (never ? " never decides: its condition holds for no request that "
                                       "is routed and authenticated as far as here"
                                     : " never lets anything through: every request that it "
                                       "holds for is denied");
  for (const Rule* deny : standing.denies) {
    diagnostic.labels.push_back({SpanOf(policy, deny->node), "this deny holds for the witness"});
  }
  finding.witness = std::move(standing.witness);
  finding.fix = never ? "Correct its condition (or the match of the route), or take it out."
                      : "Narrow the deny, or take the allow out: a deny always wins.";
  diagnostic.help = finding.fix;
  result.findings.push_back(std::move(finding));
}

bool IsReported(const Standings& standings, const Rule& rule) {
  const auto at = standings.find(&rule);
  return at != standings.end() && at->second.kind != Standing::Kind::kDecides;
}

// "its own rules, those of service 'app'".
std::string Sources(const Policy& policy, const syntax::Gateway& gateway,
                    const syntax::Route& route) {
  std::string text;
  const auto add = [&](const std::vector<Rule>& rules, const std::string& what) {
    if (!rules.empty()) text += (text.empty() ? "" : ", ") + what;
  };
  add(route.rules, "its own rules");
  add(gateway.rules, "those of gateway '" + gateway.name + "'");
  if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
    for (const auto& target : forward->targets) {
      const auto& service = policy[target.service];
      add(service.rules, "those of service '" + service.name + "'");
    }
  }
  return text;
}

std::string ClosedText(const Policy& policy, const syntax::Gateway& gateway,
                       const syntax::Route& route, const ClosedRoute& closed) {
  const std::string aside = closed.preflights_aside ? ", preflights aside" : "";
  if (closed.between) {
    return "the rules of route '" + route.name + "' refuse every request" + aside +
           (aside.empty() ? "" : ",") + " between them: what the route does is never done";
  }
  const bool asks = route.authentication.jwt || route.authentication.keys;
  return "route '" + route.name + "' can only answer 403" +
         (asks ? ", or 401 without a credential" : "") + aside +
         ": its requests are refused by rules, every one of them (" +
         Sources(policy, gateway, route) + ")";
}

// A route past whose rules nothing comes, unless one of them is reported itself.
void ReportClosed(const Policy& policy, std::uint32_t gateway, ClosedRoute closed,
                  const Standings& standings, const std::set<const Rule*>& in_vain,
                  CheckResult& result) {
  const auto& route = policy.gateways[gateway].routes[closed.route];
  const std::string rule_name = closed.between ? "unreachable-policy" : "denied-route";
  const dsl::Span span = SpanOf(policy, route.node);
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  bool told = false;
  const auto look = [&](const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      told = told || IsReported(standings, rule) || in_vain.contains(&rule);
      diagnostic.labels.push_back({SpanOf(policy, rule.node), "takes part"});
    }
  };
  look(policy.gateways[gateway].rules);
  if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
    for (const auto& target : forward->targets) look(policy[target.service].rules);
  }
  look(route.rules);
  if (told) return;
  if (!closed.reason.empty()) {
    result.unknown.push_back(
        {rule_name,
         "whether any request gets past the rules of route '" + route.name + "': " + closed.reason,
         span});
    return;
  }
  diagnostic.rule = rule_name;
  diagnostic.severity = dsl::Severity::kWarning;
  diagnostic.span = span;
  diagnostic.message = ClosedText(policy, policy.gateways[gateway], route, closed);
  finding.witness = std::move(closed.witness);
  finding.fix = closed.between
                    ? "Loosen one of them, or say `deny` alone if it is meant."
                    : "Let its requests through there, or write `deny` alone if it is meant.";
  diagnostic.help = finding.fix;
  result.findings.push_back(std::move(finding));
}

void ReportIdle(const Policy& policy, std::vector<IdleClause> clauses, CheckResult& result) {
  for (IdleClause& clause : clauses) {
    Finding finding;
    finding.diagnostic.rule = "unreachable-policy";
    finding.diagnostic.severity = dsl::Severity::kWarning;
    finding.diagnostic.span = SpanOf(policy, clause.node);
    finding.diagnostic.message = std::move(clause.message);
    finding.diagnostic.help = clause.fix;
    finding.fix = std::move(clause.fix);
    result.findings.push_back(std::move(finding));
  }
}

}  // namespace

CheckResult CheckUnreachablePolicies(const Policy& policy) {
  CheckResult result;
  Standings standings;
  std::vector<std::vector<ClosedRoute>> closed;
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    closed.push_back(FindStandings(policy, gateway, standings));
  }
  // What claim-without-authentication reports: it says why.
  std::set<const Rule*> in_vain;
  for (const RuleInForce& rule : RulesInForce(policy)) {
    const auto value = ValueForWantOfIdentity(policy, rule);
    if (!value) continue;
    in_vain.insert(rule.rule);
    if (!*value) standings.erase(rule.rule);
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
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    for (ClosedRoute& route : closed[gateway]) {
      ReportClosed(policy, gateway, std::move(route), standings, in_vain, result);
    }
  }
  ReportIdle(policy, IdleClauses(policy, result.unknown), result);
  ReportIdle(policy, IdleTransforms(policy, result.unknown), result);
  return result;
}

}  // namespace weir::compiler
