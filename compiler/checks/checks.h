// Every check of `weir lint`, by its rule.
//
//   CheckResult result = RunChecks(*loaded.policy, loaded.allow_comments);
//
// A rule's page is spec/checks/RULE.md; `weir lint --explain RULE` prints it.
#ifndef WEIR_COMPILER_CHECKS_CHECKS_H_
#define WEIR_COMPILER_CHECKS_CHECKS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/checks/finding.h"
#include "dsl/source/allow_comment.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// Of `shadowed-route`, `duplicate-route` and `impossible-match`.
CheckResult CheckShadowedRoutes(const syntax::Policy& policy);
// Of `unreachable-policy` and `denied-route`.
CheckResult CheckUnreachablePolicies(const syntax::Policy& policy);
CheckResult CheckRetryStorms(const syntax::Policy& policy);
CheckResult CheckLimitsNeverBind(const syntax::Policy& policy);
CheckResult CheckLimitCosts(const syntax::Policy& policy);
CheckResult CheckEjectionsOfAll(const syntax::Policy& policy);
CheckResult CheckEjectionsNeverAct(const syntax::Policy& policy);
CheckResult CheckAttemptsInTime(const syntax::Policy& policy);
CheckResult CheckPartlyShadowedRoutes(const syntax::Policy& policy);
CheckResult CheckClaimsWithoutAuthentication(const syntax::Policy& policy);
CheckResult CheckOpenRoutes(const syntax::Policy& policy);
CheckResult CheckOpenNeighbours(const syntax::Policy& policy);
CheckResult CheckTrustedProxies(const syntax::Policy& policy);
CheckResult CheckGetWithoutHead(const syntax::Policy& policy);
CheckResult CheckAbsentClaims(const syntax::Policy& policy);
CheckResult CheckAffinityCookies(const syntax::Policy& policy);
CheckResult CheckCorsUsable(const syntax::Policy& policy);
CheckResult CheckJwtAudiences(const syntax::Policy& policy);
CheckResult CheckPlaceholders(const syntax::Policy& policy);
CheckResult CheckPerTryCuts(const syntax::Policy& policy);
CheckResult CheckResponseReads(const syntax::Policy& policy);
CheckResult CheckShallowWildcards(const syntax::Policy& policy);
CheckResult CheckStripPrefixes(const syntax::Policy& policy);
CheckResult CheckNamedFiles(const syntax::Policy& policy);
CheckResult CheckCookies(const syntax::Policy& policy);
CheckResult CheckUnusedDefinitions(const syntax::Policy& policy);
CheckResult CheckCorsOrigins(const syntax::Policy& policy);
CheckResult CheckUnsafeRetries(const syntax::Policy& policy);
CheckResult CheckPreflights(const syntax::Policy& policy);
CheckResult CheckTimeoutInversions(const syntax::Policy& policy);
CheckResult CheckBreakersNeverTrip(const syntax::Policy& policy);
CheckResult CheckEndlessResponses(const syntax::Policy& policy);

struct Check {
  std::string_view rule;
  dsl::Severity worst;
  // Null: RunChecks itself finds it, or the check of another rule does.
  CheckResult (*run)(const syntax::Policy& policy);
};

inline constexpr Check kChecks[] = {
    {"shadowed-route", dsl::Severity::kError, CheckShadowedRoutes},
    {"duplicate-route", dsl::Severity::kError, nullptr},
    {"impossible-match", dsl::Severity::kWarning, nullptr},
    {"partly-shadowed-route", dsl::Severity::kWarning, CheckPartlyShadowedRoutes},
    {"claim-without-authentication", dsl::Severity::kError, CheckClaimsWithoutAuthentication},
    {"open-route", dsl::Severity::kWarning, CheckOpenRoutes},
    {"open-neighbour", dsl::Severity::kError, CheckOpenNeighbours},
    {"trusts-everyone", dsl::Severity::kError, CheckTrustedProxies},
    {"get-without-head", dsl::Severity::kNote, CheckGetWithoutHead},
    {"absent-claim", dsl::Severity::kWarning, CheckAbsentClaims},
    {"affinity-cookie-shared", dsl::Severity::kWarning, CheckAffinityCookies},
    {"cors-unusable", dsl::Severity::kWarning, CheckCorsUsable},
    {"jwt-without-audience", dsl::Severity::kNote, CheckJwtAudiences},
    {"literal-placeholder", dsl::Severity::kWarning, CheckPlaceholders},
    {"per-try-cuts", dsl::Severity::kWarning, CheckPerTryCuts},
    {"response-reads-request", dsl::Severity::kWarning, CheckResponseReads},
    {"shallow-wildcard", dsl::Severity::kWarning, CheckShallowWildcards},
    {"strip-prefix-misses", dsl::Severity::kWarning, CheckStripPrefixes},
    {"file-not-found", dsl::Severity::kNote, CheckNamedFiles},
    {"cookie-rejected", dsl::Severity::kWarning, CheckCookies},
    {"unreachable-policy", dsl::Severity::kWarning, CheckUnreachablePolicies},
    {"denied-route", dsl::Severity::kWarning, nullptr},
    {"retry-storm", dsl::Severity::kError, CheckRetryStorms},
    {"limit-never-binds", dsl::Severity::kWarning, CheckLimitsNeverBind},
    {"limit-cost-above-burst", dsl::Severity::kError, CheckLimitCosts},
    {"ejection-of-all", dsl::Severity::kError, CheckEjectionsOfAll},
    {"ejection-never-acts", dsl::Severity::kWarning, CheckEjectionsNeverAct},
    {"attempts-exceed-timeout", dsl::Severity::kWarning, CheckAttemptsInTime},
    {"unused-definition", dsl::Severity::kWarning, CheckUnusedDefinitions},
    {"endless-response", dsl::Severity::kNote, CheckEndlessResponses},
    {"bad-allow", dsl::Severity::kWarning, nullptr},
    {"unused-allow", dsl::Severity::kWarning, nullptr},
    {"cors-overmatch", dsl::Severity::kError, CheckCorsOrigins},
    {"retry-unsafe-method", dsl::Severity::kWarning, CheckUnsafeRetries},
    {"cors-preflight-elsewhere", dsl::Severity::kWarning, CheckPreflights},
    {"timeout-inversion", dsl::Severity::kWarning, CheckTimeoutInversions},
    {"breaker-never-trips", dsl::Severity::kWarning, CheckBreakersNeverTrip},
};

struct RunOptions {
  // Of one rule; further ones are only counted. Warnings and errors always stay.
  std::size_t most_notes = 20;
};

// All checks, findings in the order of their place in the files; those that a
// comment of the policy allows are set apart.
CheckResult RunChecks(const syntax::Policy& policy, std::span<const dsl::AllowComment> allowed = {},
                      const RunOptions& options = {});

// The text of spec/checks/RULE.md.
std::optional<std::string_view> RulePage(std::string_view rule);
// The first sentence of that page, without its full stop and severity.
std::string RuleSummary(std::string_view rule);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_CHECKS_H_
