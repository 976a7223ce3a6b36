// Tries that time leaves no room for: the route's timeout covers every try and
// every back-off (RETRY-5), so that a per-try timeout at or above it never fires,
// and tries that each take their per-try timeout may use it up before the last.
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

using Cause = syntax::RetryCause::Kind;

bool RetriesTimeouts(const syntax::Retry& retry) {
  for (const auto& cause : retry.on) {
    if (cause.kind == Cause::kPerTryTimeout || cause.kind == Cause::kGatewayError ||
        cause.kind == Cause::k5xx) {
      return true;
    }
  }
  return false;
}

// What cannot happen, and what to do; empty: all that is written can.
std::pair<std::string, std::string> Impossible(const syntax::Retry& retry,
                                               const syntax::Duration& timeout) {
  const std::int64_t per_try = retry.per_try->nanoseconds, whole = timeout.nanoseconds;
  if (per_try >= whole) {
    return {"the per-try timeout of " + InWords(*retry.per_try) +
                " never fires: the route's timeout of " + InWords(timeout) + " comes first",
            "Write a per-try timeout below the route's, or take it out."};
  }
  // The try after k time-outs starts at k x per-try at the earliest: back-offs can be 0.
  const std::int64_t started = (whole - 1) / per_try + 1;
  if (!RetriesTimeouts(retry) || started >= retry.attempts) return {};
  const std::string last = std::to_string(retry.attempts);
  return {"try " + last + " of " + last +
              " is never made after time-outs: " + std::to_string(started) + " tries of " +
              InWords(*retry.per_try) + " use up the " + InWords(timeout) + " of the route",
          "Write fewer attempts, a shorter per-try timeout, or a timeout above " +
              InWords({per_try * (static_cast<std::int64_t>(retry.attempts) - 1)}) + "."};
}

}  // namespace

CheckResult CheckAttemptsInTime(const syntax::Policy& policy) {
  CheckResult result;
  for (const auto& gateway : policy.gateways) {
    for (const auto& route : gateway.routes) {
      if (!route.retry || !route.timeout) continue;
      if (!std::holds_alternative<syntax::Forward>(route.action)) continue;
      const syntax::Retry& retry = policy[*route.retry];
      if (!retry.per_try) continue;
      auto [what, fix] = Impossible(retry, *route.timeout);
      if (what.empty()) continue;
      Finding finding;
      auto& diagnostic = finding.diagnostic;
      diagnostic.rule = "attempts-exceed-timeout";
      diagnostic.severity = dsl::Severity::kWarning;
      diagnostic.span = SpanOf(policy, route.node);
      diagnostic.message = "on route '" + route.name + "' " + what;
      diagnostic.labels.push_back({SpanOf(policy, retry.node), "the retry in force"});
      finding.fix = std::move(fix);
      diagnostic.help = finding.fix;
      result.findings.push_back(std::move(finding));
    }
  }
  return result;
}

}  // namespace weir::compiler
