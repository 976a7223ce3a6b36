// A definition that nothing in the policy refers to. The resolver knows: profiles
// and lets are gone from the core.
#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"

namespace weir::compiler {

CheckResult CheckUnusedDefinitions(const syntax::Policy& policy) {
  CheckResult result;
  for (const auto& unused : policy.unused) {
    Finding finding;
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "unused-definition";
    diagnostic.span = SpanOf(policy, unused.node);
    // What is included may be there for other policies too.
    const bool included = diagnostic.span.file != 0;
    diagnostic.severity = included ? dsl::Severity::kNote : dsl::Severity::kWarning;
    diagnostic.message = "nothing refers to " + unused.keyword + " '" + unused.name + "'" +
                         (included ? ", which is defined in an included file" : "");
    finding.fix = "Take it out, or name it where it was meant to be used.";
    diagnostic.help = finding.fix;
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace weir::compiler
