// An inner hop that can work on a request for longer than an outer one waits for
// it. Every call path is walked as amplification.cc does: through the inbound
// route of a service's sidecar, its application's calls, and the outbound routes.
//
// Along a path it is enough to hold each hop against the one before it: where
// some hop has more time than one further out, a step between them has too. An
// application's own client has no timeout that is written here, so the hop
// before it counts. What follows depends on the last hop and the service alone,
// so each such pair is walked once, and the walk ends on cycles as well.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/places.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

using syntax::Duration;
using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;
using syntax::Route;

struct Place {
  std::uint32_t gateway = 0;
  std::uint32_t route = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

class Walk {
 public:
  explicit Walk(const Policy& policy) : policy_(policy) {}

  CheckResult Run() && {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (std::uint32_t r = 0; r < policy_.gateways[g].routes.size(); ++r) Take({g, r});
    }
    return std::move(result_);
  }

 private:
  struct Step {
    std::optional<Place> place;  // none: an application's call without an outbound route
    Hop hop;
  };

  const Route& At(const Place& place) const {
    return policy_.gateways[place.gateway].routes[place.route];
  }
  std::string NameOf(const Place& place) const {
    return policy_.gateways[place.gateway].name + "/" + At(place).name;
  }
  std::uint32_t TriesOf(const Place& place) const {
    const Route& route = At(place);
    return route.retry ? policy_[*route.retry].attempts : 1;
  }

  // By the targets of one route, a fresh path.
  void Take(const Place& place) {
    const auto* forward = std::get_if<syntax::Forward>(&At(place).action);
    if (forward == nullptr) return;
    for (const auto& target : forward->targets) {
      path_.push_back(StepTo(place, policy_[target.service].name));
      Enter(place, target.service.index);
      path_.pop_back();
    }
  }

  Step StepTo(const Place& place, const std::string& where) const {
    return {place, {NameOf(place) + " -> " + where, TriesOf(place)}};
  }

  // Into the service: by its sidecar's inbound route if it has one, else straight.
  void Enter(const Place& outer, std::uint32_t service) {
    if (!walked_.insert({outer, service}).second) return;
    const auto inbound = RouteOf(service, Listener::Direction::kInbound, std::nullopt);
    if (!inbound) return Call(outer, service);
    path_.push_back(StepTo(*inbound, "application"));
    Compare(outer, *inbound);
    Call(*inbound, service);
    path_.pop_back();
  }

  void Call(const Place& outer, std::uint32_t service) {
    for (const auto& call : policy_.services[service].calls) {
      const std::string& callee = policy_[call.callee].name;
      const auto outbound = RouteOf(service, Listener::Direction::kOutbound, call.callee.index);
      if (outbound) {
        path_.push_back(StepTo(*outbound, callee));
        Compare(outer, *outbound);
      } else {
        path_.push_back({std::nullopt, {policy_.services[service].name + " -> " + callee, 1}});
      }
      Enter(outbound.value_or(outer), call.callee.index);
      path_.pop_back();
    }
  }

  // The first route of the service's sidecar of that direction, and to `callee` if given.
  std::optional<Place> RouteOf(std::uint32_t service, Listener::Direction direction,
                               std::optional<std::uint32_t> callee) const {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      const Gateway& gateway = policy_.gateways[g];
      if (!gateway.sidecar_of || gateway.sidecar_of->index != service) continue;
      for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
        const Route& route = gateway.routes[r];
        const bool there = std::ranges::any_of(route.match.listeners, [&](std::uint32_t listener) {
          return listener < gateway.listeners.size() &&
                 gateway.listeners[listener].direction == direction;
        });
        const auto* forward = std::get_if<syntax::Forward>(&route.action);
        if (!there || (callee && forward == nullptr)) continue;
        const bool leads =
            !callee || std::ranges::any_of(forward->targets, [&](const auto& target) {
              return target.service.index == *callee;
            });
        if (leads) return Place{g, r};
      }
    }
    return std::nullopt;
  }

  // How long a route can be without an answer; none: without end. Tries that each
  // take their time, and the longest back-offs, may end it before its timeout does.
  // What is hedged takes longest if each try but the last fails just before.
  std::optional<Duration> LongestOf(const Route& route) const {
    if (!route.retry || !policy_[*route.retry].per_try) return route.timeout;
    const syntax::Retry& retry = policy_[*route.retry];
    const Duration early = std::min(retry.hedge.value_or(*retry.per_try), *retry.per_try);
    Duration tries = *retry.per_try;
    for (std::uint32_t k = 1; k < retry.attempts; ++k) {
      tries.nanoseconds += early.nanoseconds + model::BackoffCeiling(retry, k);
    }
    return route.timeout ? std::min(*route.timeout, tries) : tries;
  }

  // What one try of a route waits, if that is less than the route does.
  std::optional<Duration> OneTryOf(const Route& route) const {
    if (!route.retry || !policy_[*route.retry].per_try) return std::nullopt;
    const Duration per_try = *policy_[*route.retry].per_try;
    if (route.timeout && per_try >= *route.timeout) return std::nullopt;
    return per_try;
  }

  void Compare(const Place& outer, const Place& inner) {
    const auto longest = LongestOf(At(inner));
    const auto exceeds = [&](const std::optional<Duration>& waits) {
      return waits && (!longest || *longest > *waits);
    };
    const auto whole = At(outer).timeout, one_try = OneTryOf(At(outer));
    if ((!exceeds(whole) && !exceeds(one_try)) || !told_.insert({outer, inner}).second) return;
    const std::string lasts = longest ? "for " + InWords(*longest) : std::string("without end");
    Finding& finding = result_.findings.emplace_back();
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "timeout-inversion";
    diagnostic.span = SpanOf(policy_, At(inner).node);
    diagnostic.message = "'" + NameOf(inner) + "' can work " + lasts + " on what ";
    if (exceeds(whole)) {
      diagnostic.severity = dsl::Severity::kWarning;
      diagnostic.message += "'" + NameOf(outer) + "' gives up after " + InWords(*whole);
      finding.fix = "Give '" + NameOf(inner) + "' no more time than '" + NameOf(outer) +
                    "', by its timeout or by its tries.";
    } else {
      diagnostic.severity = dsl::Severity::kNote;
      diagnostic.message +=
          "each try of '" + NameOf(outer) + "' gives up after " + InWords(*one_try);
      finding.fix = "Give '" + NameOf(inner) +
                    "' no more time than one try, or else the tries "
                    "of one request overlap there.";
    }
    diagnostic.labels.push_back({SpanOf(policy_, At(outer).node), "waits no longer than that"});
    diagnostic.help = finding.fix;
    ShowPath(outer, finding);
  }

  // From the outer hop to the end of the path, which is the inner one.
  void ShowPath(const Place& outer, Finding& finding) {
    std::size_t from = path_.size() - 1;
    while (from > 0 && path_[from].place != outer) --from;
    finding.factor = 1;
    for (; from < path_.size(); ++from) {
      finding.path.push_back(path_[from].hop);
      finding.factor *= path_[from].hop.tries;
    }
  }

  const Policy& policy_;
  std::set<std::pair<Place, std::uint32_t>> walked_;  // the last hop, and the service it leads to
  std::set<std::pair<Place, Place>> told_;
  std::vector<Step> path_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckTimeoutInversions(const Policy& policy) { return Walk(policy).Run(); }

}  // namespace weir::compiler
