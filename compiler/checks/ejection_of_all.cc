// An `eject` that can leave a service without a host: a fault that passes by
// itself becomes 503 for everyone until the ejections end.
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/ejectable.h"
#include "compiler/checks/places.h"

namespace weir::compiler {

CheckResult CheckEjectionsOfAll(const syntax::Policy& policy) {
  CheckResult result;
  for (const syntax::Service& service : policy.services) {
    const auto hosts = HostsOf(service);
    if (!service.ejection || !hosts || *hosts == 0) continue;
    const syntax::Ejection& ejection = *service.ejection;
    if (ejection.panic_percent > 0 || Ejectable(ejection, *hosts) < *hosts) continue;
    const bool one = *hosts == 1;
    Finding finding;
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "ejection-of-all";
    diagnostic.severity = one ? dsl::Severity::kError : dsl::Severity::kWarning;
    diagnostic.span = SpanOf(policy, ejection.node);
    diagnostic.message =
        "service '" + service.name + "' can be left without a host: " +
        (one ? "its only one can be ejected"
             : "all of its " + std::to_string(*hosts) + " can be ejected at one time");
    diagnostic.labels.push_back({SpanOf(policy, service.endpoints.front().node),
                                 one ? "the only host" : "the first of its hosts"});
    finding.fix = one ? "Take the ejection out (a check tells when the host is back), or add hosts."
                      : "Write a `max` below 100%, or `panic P` to balance over all hosts when "
                        "few are left.";
    diagnostic.help = finding.fix;
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace weir::compiler
