// Tries that time leaves no room for: the route's timeout covers every try and
// every back-off until the response's head (RETRY-5), so that a per-try timeout at or above it
// never fires, and tries that each take their per-try timeout may use it up before the last.
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/places.h"
#include "spec/model/retry.h"

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
  const std::int64_t whole = timeout.nanoseconds;
  if (retry.per_try && *retry.per_try >= timeout) {
    return {"the per-try timeout of " + InWords(*retry.per_try) +
                " never fires: the route's timeout of " + InWords(timeout) + " comes first",
            "Write a per-try timeout below the route's, or take it out."};
  }
  const syntax::Duration one_try = retry.per_try.value_or(timeout);
  if (retry.hedge && *retry.hedge >= one_try) {
    return {"no try is hedged: it is over after " + InWords(one_try) +
                ", and the hedge comes after " + InWords(*retry.hedge),
            "Write a hedge below " + InWords(one_try) + ", or take it out."};
  }
  // With a hedge a try need not wait for the one before it to time out.
  if (!retry.per_try || retry.hedge || !RetriesTimeouts(retry)) return {};
  // The try after k time-outs starts at k x per-try at the earliest: back-offs can be 0.
  const std::int64_t per_try = one_try.nanoseconds;
  const std::int64_t started = (whole - 1) / per_try + 1;
  if (started >= model::TriesOf(retry)) return {};
  const std::string last = std::to_string(retry.attempts);
  return {"try " + last + " of " + last + " is never made after time-outs: " +
              std::to_string(started) + (started == 1 ? " try of " : " tries of ") +
              InWords(one_try) + " use up the " + InWords(timeout) + " of the route",
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
