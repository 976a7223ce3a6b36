// An `allow` or `deny` that never decides: its condition holds for no request
// that gets as far as being authorized, or, of an allow, every request that it
// holds for is denied all the same. Exact: each rule is asked about at
// every route where it is in force (rule_standing.h).
#include <utility>

#include "compiler/checks/checks.h"
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

}  // namespace

CheckResult CheckUnreachablePolicies(const Policy& policy) {
  CheckResult result;
  Standings standings;
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    FindStandings(policy, gateway, standings);
  }
  // Those have a rule of their own, which says why.
  for (const RuleInForce& rule : RulesInForce(policy)) {
    if (NeverHoldsForWantOfIdentity(policy, rule)) standings.erase(rule.rule);
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
