// A retry whose `unsafe` is at work: a request with a method that must not be
// repeated reaches a route that it is in force on, and an end of a try after
// the request was sent lets it be sent again (RETRY-3, as spec/model/retry.h has it).
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/forward_search.h"
#include "compiler/checks/places.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Retry;
using syntax::Route;
using End = model::TryResult::Kind;

bool TimesOut(const Retry& retry, const Route& route) {
  return retry.per_try && (!route.timeout || *retry.per_try < *route.timeout);
}

// A try can be without an answer for so long before it is over.
bool IsHedged(const Retry& retry, const Route& route) {
  if (!retry.hedge || (route.timeout && *retry.hedge >= *route.timeout)) return false;
  return !retry.per_try || *retry.hedge < *retry.per_try;
}

// Whether some end of a first try, the request sent, is followed by a second, or
// its silence is.
bool SendsTwice(const Retry& retry, const Route& route, const std::string& method) {
  if (!retry.unsafe || (retry.budget_percent == 0 && retry.budget_minimum == 0)) return false;
  const model::RetryState state{.method = method};
  const auto again = [&](End end, std::uint16_t status) {
    return model::MayRetry(retry, {end, status, true}, state);
  };
  if (IsHedged(retry, route) && model::MayHedge(retry, state)) return true;
  if (again(End::kReset, 0)) return true;
  if (TimesOut(retry, route) && again(End::kPerTryTimeout, 0)) return true;
  for (std::uint16_t status = 400; status < 600; ++status) {
    if (again(End::kResponse, status)) return true;
  }
  return false;
}

bool AdmitsUnsafe(const Route& route) {
  const auto& methods = route.match.methods;
  return methods.empty() || !std::ranges::all_of(methods, model::IsIdempotent);
}

Finding Twice(const Policy& policy, const Retry& retry, const Route& route, Witness witness) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "retry-unsafe-method";
  diagnostic.severity = dsl::Severity::kWarning;
  diagnostic.span = SpanOf(policy, retry.node);
  diagnostic.message = "retry '" + retry.name + "' can deliver one " + witness.method +
                       " twice: 'unsafe' lets it be sent again though the first try may have "
                       "been carried out";
  diagnostic.labels.push_back(
      {SpanOf(policy, route.node), "in force here, where the witness goes"});
  finding.fix =
      "Take `unsafe` out; or keep it if the service tells a repeated request from a new "
      "one, by a key that the client sends.";
  diagnostic.help = finding.fix;
  finding.witness = std::move(witness);
  return finding;
}

}  // namespace

CheckResult CheckUnsafeRetries(const Policy& policy) {
  CheckResult result;
  std::map<std::uint32_t, ForwardSearch> searches;
  for (std::uint32_t r = 0; r < policy.retries.size(); ++r) {
    const Retry& retry = policy.retries[r];
    if (!retry.unsafe) continue;
    std::string unknown;
    const auto found_on = [&](std::uint32_t g, std::uint32_t i) {
      const Route& route = policy.gateways[g].routes[i];
      if (!route.retry || route.retry->index != r || !AdmitsUnsafe(route)) return false;
      if (!std::holds_alternative<syntax::Forward>(route.action)) return false;
      if (!SendsTwice(retry, route, "POST")) return false;
      auto found = searches.try_emplace(g, policy, g).first->second.UnsafeMethod(i);
      if (!found.unknown.empty() && unknown.empty()) {
        unknown = "route '" + route.name + "': " + found.unknown;
      }
      if (!found.request) return false;
      result.findings.push_back(Twice(policy, retry, route, std::move(found.request->witness)));
      return true;
    };
    bool found = false;
    for (std::uint32_t g = 0; g < policy.gateways.size() && !found; ++g) {
      for (std::uint32_t i = 0; i < policy.gateways[g].routes.size() && !found; ++i) {
        found = found_on(g, i);
      }
    }
    if (found || unknown.empty()) continue;
    result.unknown.push_back(
        {"retry-unsafe-method",
         "whether retry '" + retry.name + "' can deliver a request twice on " + unknown,
         SpanOf(policy, retry.node)});
  }
  return result;
}

}  // namespace weir::compiler
