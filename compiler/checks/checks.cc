#include "compiler/checks/checks.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir::compiler {

CheckResult RunChecks(const syntax::Policy& policy) {
  CheckResult all;
  for (const Check& check : kChecks) {
    CheckResult one = check.run(policy);
    std::ranges::move(one.findings, std::back_inserter(all.findings));
    std::ranges::move(one.unknown, std::back_inserter(all.unknown));
  }
  std::ranges::sort(all.findings, [](const Finding& a, const Finding& b) {
    const auto key = [](const Finding& finding) {
      const auto& diagnostic = finding.diagnostic;
      return std::tie(diagnostic.span.file, diagnostic.span.begin, diagnostic.rule,
                      diagnostic.message);
    };
    return key(a) < key(b);
  });
  return all;
}

}  // namespace weir::compiler
