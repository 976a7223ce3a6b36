// Every check of `weir lint`, by its rule.
//
//   for (const Check& check : kChecks) Append(check.run(policy), all);
//
// A rule's page is spec/checks/RULE.md; `weir lint --explain RULE` prints it.
#ifndef WEIR_COMPILER_CHECKS_CHECKS_H_
#define WEIR_COMPILER_CHECKS_CHECKS_H_

#include <optional>
#include <string_view>

#include "compiler/checks/finding.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

CheckResult CheckShadowedRoutes(const syntax::Policy& policy);
CheckResult CheckUnreachablePolicies(const syntax::Policy& policy);
CheckResult CheckRetryStorms(const syntax::Policy& policy);
CheckResult CheckLimitsNeverBind(const syntax::Policy& policy);
CheckResult CheckLimitCosts(const syntax::Policy& policy);
CheckResult CheckEjectionsOfAll(const syntax::Policy& policy);
CheckResult CheckEjectionsNeverAct(const syntax::Policy& policy);
CheckResult CheckAttemptsInTime(const syntax::Policy& policy);

struct Check {
  std::string_view rule;
  dsl::Severity worst;
  CheckResult (*run)(const syntax::Policy& policy);
};

inline constexpr Check kChecks[] = {
    {"shadowed-route", dsl::Severity::kError, CheckShadowedRoutes},
    {"unreachable-policy", dsl::Severity::kWarning, CheckUnreachablePolicies},
    {"retry-storm", dsl::Severity::kError, CheckRetryStorms},
    {"limit-never-binds", dsl::Severity::kWarning, CheckLimitsNeverBind},
    {"limit-cost-above-burst", dsl::Severity::kError, CheckLimitCosts},
    {"ejection-of-all", dsl::Severity::kError, CheckEjectionsOfAll},
    {"ejection-never-acts", dsl::Severity::kWarning, CheckEjectionsNeverAct},
    {"attempts-exceed-timeout", dsl::Severity::kWarning, CheckAttemptsInTime},
};

// All checks, findings in the order of their place in the files.
CheckResult RunChecks(const syntax::Policy& policy);

// The text of spec/checks/RULE.md.
std::optional<std::string_view> RulePage(std::string_view rule);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_CHECKS_H_
