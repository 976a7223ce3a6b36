// An `eject` that ejects nobody: the share of hosts that it may take rounds down
// to none (10 % of three), or nothing that it counts is switched on.
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/ejectable.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

// Why nothing is ever ejected; empty: something can be. And what to do.
std::pair<std::string, std::string> NeverActs(const syntax::Service& service) {
  const syntax::Ejection& ejection = *service.ejection;
  if (!EjectsByCount(ejection) && !ejection.success_rate) {
    return {"nothing that it counts is switched on", "Write `consecutive-5xx N`, or take it out."};
  }
  const std::string percent = std::to_string(ejection.max_percent) + "%";
  if (ejection.max_percent == 0 && !ejection.at_least_one) {  // however many they are
    return {"at most 0% of its hosts may be ejected", "Write `at-least-one`, or a higher `max`."};
  }
  const auto hosts = HostsOf(service);
  if (!hosts || Ejectable(ejection, *hosts) > 0) return {};
  if (!EjectsByCount(ejection) && *hosts < kSuccessRateHosts) {
    return {"success rates are compared over " + std::to_string(kSuccessRateHosts) +
                " hosts or more, and it has " + std::to_string(*hosts),
            "Write `consecutive-5xx N`, which needs no other host to compare with."};
  }
  if (*hosts == 1) {
    return {percent + " of 1 host, rounded down, is none",
            "Take it out: there is no other host to turn to."};
  }
  return {percent + " of " + std::to_string(*hosts) + " hosts, rounded down, is none",
          "Write `at-least-one`, or a `max` of " + std::to_string((100 + *hosts - 1) / *hosts) +
              "% or more."};
}

}  // namespace

CheckResult CheckEjectionsNeverAct(const syntax::Policy& policy) {
  CheckResult result;
  for (const syntax::Service& service : policy.services) {
    if (!service.ejection || HostsOf(service) == std::uint64_t{0}) continue;
    auto [why, fix] = NeverActs(service);
    if (why.empty()) continue;
    Finding finding;
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "ejection-never-acts";
    diagnostic.severity = dsl::Severity::kWarning;
    diagnostic.span = SpanOf(policy, service.ejection->node);
    diagnostic.message =
        "the ejection of service '" + service.name + "' never ejects a host: " + why;
    finding.fix = std::move(fix);
    diagnostic.help = finding.fix;
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace weir::compiler
