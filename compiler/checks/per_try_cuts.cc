// A `per-try` that only cuts: a request that is never tried again after its time is
// over has that time, and not the route's (RETRY-3, RETRY-5).
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Retry;
using syntax::Route;
using End = model::TryResult::Kind;

constexpr std::size_t kWitnesses = 50;  // of a gateway: each is played on the slow model

// Whether the end of its time is followed by another try, or its silence is.
bool IsTriedAgain(const Retry& retry, const std::string& method) {
  if (retry.budget_percent == 0 && retry.budget_minimum == 0) return false;
  const model::RetryState state{.method = method};
  if (model::MayRetry(retry, {End::kPerTryTimeout, 0, true}, state)) return true;
  return retry.hedge && *retry.hedge < *retry.per_try && model::MayHedge(retry, state);
}

bool MayCut(const Policy& policy, const Route& route) {
  if (!route.retry || !std::holds_alternative<syntax::Forward>(route.action)) return false;
  const Retry& retry = policy[*route.retry];
  // One attempt with a per-try is how a bound of the first try is written.
  return retry.attempts > 1 && retry.per_try && (!route.timeout || *retry.per_try < *route.timeout);
}

Finding Describe(const Policy& policy, const Route& route, const std::vector<std::string>& cut,
                 bool all) {
  const Retry& retry = policy[*route.retry];
  const std::string limit = route.timeout ? "of the " + InWords(*route.timeout) + " of the route"
                                          : "though the route has no timeout";
  std::string methods;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    methods += (i == 0 ? "" : i + 1 == cut.size() ? " and " : ", ") + cut[i];
  }
  const bool cause = model::IsCause(retry, {End::kPerTryTimeout, 0, true});
  const bool budget = retry.budget_percent != 0 || retry.budget_minimum != 0;
  const std::string why = !budget  ? "the budget allows no retry"
                          : !cause ? "`on` does not name its end"
                                   : "what is not idempotent is not sent twice";
  Finding finding = Found(
      "per-try-cuts", all ? dsl::Severity::kWarning : dsl::Severity::kNote,
      SpanOf(policy, route.node),
      "on route '" + route.name + "' a " + methods + " has " + InWords(*retry.per_try) + " " +
          limit + ": per-try cuts its first try, and no other follows, as " + why,
      cause || !budget
          ? "Give these methods a route with a retry of its own without `per-try`, or raise it."
          : "Add per-try-timeout to `on`, or take `per-try` out.");
  finding.diagnostic.labels.push_back({SpanOf(policy, retry.node), "the retry in force"});
  return finding;
}

}  // namespace

CheckResult CheckPerTryCuts(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    // A sidecar's routes take whatever its application sends.
    if (policy.gateways[g].kind != syntax::Gateway::Kind::kGateway) continue;
    const auto& routes = policy.gateways[g].routes;
    std::map<std::uint32_t, RouteRequests> requests;
    std::size_t shown = 0;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      const Route& route = routes[r];
      if (!MayCut(policy, route)) continue;
      std::vector<std::string> methods = route.match.methods;
      if (methods.empty()) methods = {"GET", "POST"};
      std::vector<std::string> cut;
      for (const std::string& method : methods) {
        if (!IsTriedAgain(policy[*route.retry], method)) cut.push_back(method);
      }
      if (cut.empty()) continue;
      Finding finding = Describe(policy, route, cut, cut.size() == route.match.methods.size());
      if (shown < kWitnesses) {
        auto& search = requests.try_emplace(g, policy, g).first->second;
        if (auto sent = search.To(r)) {
          sent->witness.method = cut[0];
          if (search.Forwards(*sent, r).empty()) {
            finding.witness = std::move(sent->witness);
            ++shown;
          }
        }
      }
      result.findings.push_back(std::move(finding));
    }
  }
  return result;
}

}  // namespace weir::compiler
