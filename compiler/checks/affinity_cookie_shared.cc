// Two services that write one affinity cookie for the same browser: each answer
// overwrites what the other's wrote, as the cookie has `Path=/` and names a host of
// one service (BALANCE-14).
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/encode/match.h"
#include "compiler/encode/overlap.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;
using syntax::Service;

constexpr std::size_t kMostPairs = 100'000;  // of routes that are compared

std::vector<std::uint32_t> StickyTargets(const Policy& policy, const Route& route) {
  std::vector<std::uint32_t> sticky;
  const auto* forward = std::get_if<syntax::Forward>(&route.action);
  if (forward == nullptr) return sticky;
  for (const auto& target : forward->targets) {
    if (target.weight > 0 && policy[target.service].affinity)
      sticky.push_back(target.service.index);
  }
  return sticky;
}

// Whether one browser can use both: its cookie goes by host.
bool MayShareAHost(const Route& a, const Route& b) {
  syntax::Match one, other;
  one.hosts = a.match.hosts;
  other.hosts = b.match.hosts;
  return MayOverlap(ReachOf(one), ReachOf(other));
}

class SharedCookies {
 public:
  explicit SharedCookies(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (const auto& gateway : policy_.gateways) {
      std::vector<std::pair<const Route*, std::uint32_t>> sticky;
      for (const Route& route : gateway.routes) {
        const auto targets = StickyTargets(policy_, route);
        for (std::size_t i = 0; i < targets.size(); ++i) {
          for (std::size_t j = 0; j < i; ++j) Compare(route, targets[j], route, targets[i]);
          const bool known = std::ranges::any_of(sticky, [&](const auto& each) {
            return each.second == targets[i] && SameHosts(*each.first, route);
          });
          if (!known) sticky.emplace_back(&route, targets[i]);
        }
      }
      std::size_t pairs = 0;
      for (std::size_t i = 0; i < sticky.size(); ++i) {
        for (std::size_t j = 0; j < i && ++pairs < kMostPairs; ++j) {
          Compare(*sticky[j].first, sticky[j].second, *sticky[i].first, sticky[i].second);
        }
      }
    }
    return std::move(result_);
  }

 private:
  static bool SameHosts(const Route& a, const Route& b) {
    return std::ranges::equal(a.match.hosts, b.match.hosts, [](const auto& x, const auto& y) {
      return x.kind == y.kind && x.name == y.name;
    });
  }

  void Compare(const Route& a, std::uint32_t one, const Route& b, std::uint32_t other) {
    const Service &first = policy_.services[one], &second = policy_.services[other];
    if (one == other || first.affinity->cookie != second.affinity->cookie) return;
    const bool split = &a == &b;
    if (!split && !MayShareAHost(a, b)) return;
    if (!told_.insert(std::minmax(one, other)).second) return;
    Finding finding = Found(
        "affinity-cookie-shared", dsl::Severity::kWarning, SpanOf(policy_, second.affinity->node),
        "services '" + first.name + "' and '" + second.name +
            "' both write the affinity cookie \"" + second.affinity->cookie + "\"" +
            (split ? ", and route '" + b.name + "' divides requests between them"
                   : " for the same hosts, by routes '" + a.name + "' and '" + b.name + "'") +
            ": an answer of one overwrites what the other's wrote, so that nobody stays at a host",
        "Give each service a cookie name of its own.");
    finding.diagnostic.labels.push_back({SpanOf(policy_, first.affinity->node), "the same cookie"});
    result_.findings.push_back(std::move(finding));
  }

  const Policy& policy_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> told_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckAffinityCookies(const Policy& policy) { return SharedCookies(policy).Run(); }

}  // namespace weir::compiler
