// A breaker that never opens: the limits in front of every route that uses it
// let fewer tries through than it waits for, even if every try fails.
//
// Its state is that of one process and one service (BREAK-1), so the tries that
// count are those of one gateway's routes to that service. Each route counts by
// the limit that lets the fewest through; routes that count by one limit with one
// key for all share what it admits.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/places.h"
#include "compiler/checks/tries_bound.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Limit;
using syntax::Policy;
using syntax::Route;
using syntax::Subject;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::uint64_t Plus(std::uint64_t a, std::uint64_t b) { return a > kMost - b ? kMost : a + b; }

// Listeners by which requests come to the route, told apart by `of`.
template <class Of>
std::uint64_t OfListeners(const Gateway& gateway, const Route& route, Of of) {
  std::set<decltype(of(gateway.listeners[0]))> distinct;
  for (std::uint32_t i = 0; i < gateway.listeners.size(); ++i) {
    const auto& only = route.match.listeners;
    if (!only.empty() && std::ranges::find(only, i) == only.end()) continue;
    distinct.insert(of(gateway.listeners[i]));
  }
  return std::max<std::uint64_t>(distinct.size(), 1);
}

std::uint64_t Consumers(const Policy& policy, const Route& route) {
  std::set<std::string> names;
  for (const auto& key : policy[*route.authentication.keys].keys) names.insert(key.consumer);
  return names.size() + 1;  // and none
}

// The values that this part of a key has on requests of the route; none: no bound is known.
std::optional<std::uint64_t> ValuesOf(const Policy& policy, const Gateway& gateway,
                                      const Route& route, const syntax::Attribute& part) {
  const syntax::Match& match = route.match;
  switch (part.subject) {
    case Subject::kRoute:
      return 1;
    case Subject::kScheme:
      return OfListeners(gateway, route, [](const auto& listener) { return listener.protocol; });
    case Subject::kListenerPort:
      return OfListeners(gateway, route,
                         [](const auto& listener) { return listener.address.port; });
    case Subject::kMethod:
      if (match.methods.empty()) return std::nullopt;
      return match.methods.size();
    case Subject::kHost: {
      const bool exact =
          !match.hosts.empty() && std::ranges::all_of(match.hosts, [](const auto& host) {
            return host.kind == syntax::HostPattern::Kind::kExact;
          });
      if (!exact) return std::nullopt;
      return match.hosts.size();
    }
    case Subject::kConsumer:
      if (!route.authentication.keys) return std::nullopt;
      return Consumers(policy, route);
    case Subject::kClientAddress:
    case Subject::kPath:
    case Subject::kHeader:
    case Subject::kQuery:
    case Subject::kCookie:
    case Subject::kJwtVerified:
    case Subject::kJwtClaim:
    case Subject::kPeer:
    case Subject::kCapture:
    case Subject::kUpstreamPath:
      return std::nullopt;
  }
  return std::nullopt;
}

// The keys that one limit has on requests of the route.
std::optional<std::uint64_t> KeysOf(const Policy& policy, const Gateway& gateway,
                                    const Route& route, const Limit& limit) {
  std::uint64_t keys = 1;
  for (const auto& part : limit.by) {
    const auto values = ValuesOf(policy, gateway, route, part);
    if (!values || keys > kMost / *values) return std::nullopt;
    keys *= *values;
  }
  return keys;
}

// What the tries of a route, or of several, are counted by.
struct Counted {
  std::uint64_t tries = kMost;
  std::optional<std::uint32_t> limit;
  TriesWithin within;
};

class BreakerTries {
 public:
  BreakerTries(const Policy& policy, std::uint32_t breaker)
      : policy_(policy), breaker_(breaker), window_(policy.breakers[breaker].window) {}

  // The most tries that can end in the window, over gateways and services; none:
  // no route with the breaker forwards, or no bound is known.
  std::optional<std::uint64_t> Most() {
    std::uint64_t most = 0;
    bool used = false;
    for (const Gateway& gateway : policy_.gateways) {
      std::map<std::uint32_t, std::vector<const Route*>> by_service;
      for (const Route& route : gateway.routes) {
        const auto* forward = std::get_if<syntax::Forward>(&route.action);
        if (forward == nullptr || !route.breaker || route.breaker->index != breaker_) continue;
        for (const auto& target : forward->targets) {
          auto& routes = by_service[target.service.index];
          if (routes.empty() || routes.back() != &route) routes.push_back(&route);
        }
      }
      for (const auto& [service, routes] : by_service) {
        used = true;
        most = std::max(most, TriesOf(gateway, routes));
        if (most == kMost) return std::nullopt;
      }
    }
    if (!used) return std::nullopt;
    return most;
  }

  const std::set<std::uint32_t>& limits() const { return limits_; }

 private:
  std::uint64_t TriesOf(const Gateway& gateway, const std::vector<const Route*>& routes) {
    std::uint64_t sum = 0;
    std::map<std::uint32_t, TriesWithin> shared;  // by limit with one key for all
    for (const Route* route : routes) {
      const Counted counted = Count(gateway, *route);
      if (!counted.limit) return kMost;
      limits_.insert(*counted.limit);
      if (policy_.limits[*counted.limit].by.empty()) {
        // Any of these requests may be of the route that makes the most tries, or
        // takes the longest.
        auto& all = shared.try_emplace(*counted.limit, counted.within).first->second;
        all.lifetime = std::max(all.lifetime, counted.within.lifetime);
        all.attempts = std::max(all.attempts, counted.within.attempts);
      } else {
        sum = Plus(sum, counted.tries);
      }
    }
    for (const auto& [limit, within] : shared) {
      sum = Plus(sum, MostTries(policy_.limits[limit], 1, within));
    }
    return sum;
  }

  Counted Count(const Gateway& gateway, const Route& route) const {
    Counted least;
    if (!route.timeout) return least;
    const std::uint32_t attempts = route.retry ? model::TriesOf(policy_[*route.retry]) : 1;
    for (const auto* limits : {&gateway.limits, &route.limits}) {
      for (const auto ref : *limits) {
        const Limit& limit = policy_[ref];
        // While its store is down another bound holds, or none.
        if (limit.store_down != Limit::StoreDown::kDeny) continue;
        const auto keys = KeysOf(policy_, gateway, route, limit);
        if (!keys) continue;
        const TriesWithin within{window_, *route.timeout, attempts};
        const std::uint64_t tries = MostTries(limit, *keys, within);
        if (tries < least.tries) least = {tries, ref.index, within};
      }
    }
    return least;
  }

  const Policy& policy_;
  const std::uint32_t breaker_;
  const syntax::Duration window_;
  std::set<std::uint32_t> limits_;  // that bound it
};

}  // namespace

CheckResult CheckBreakersNeverTrip(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t b = 0; b < policy.breakers.size(); ++b) {
    const syntax::Breaker& breaker = policy.breakers[b];
    BreakerTries tries(policy, b);
    const auto most = tries.Most();
    // None at all: a limit that refuses everything is the mistake.
    if (!most || *most == 0 || *most >= breaker.failures) continue;
    Finding& finding = result.findings.emplace_back();
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "breaker-never-trips";
    diagnostic.severity = dsl::Severity::kWarning;
    diagnostic.span = SpanOf(policy, breaker.node);
    diagnostic.message = "breaker '" + breaker.name + "' never opens: at most " +
                         std::to_string(*most) + (*most == 1 ? " try" : " tries") +
                         " can fail within " + InWords(breaker.window) + ", and it opens after " +
                         std::to_string(breaker.failures);
    for (const std::uint32_t limit : tries.limits()) {
      diagnostic.labels.push_back(
          {SpanOf(policy, policy.limits[limit].node), "lets no more requests through"});
    }
    finding.fix = "Open after " + std::to_string(*most) +
                  " failures or fewer, or count them over "
                  "a longer time.";
    diagnostic.help = finding.fix;
  }
  return result;
}

}  // namespace weir::compiler
