// An inner hop that can work on a request for longer than an outer one waits for
// it. Hops are those of hops.h: from a route on, the next routes that a try of it
// can come to, through applications and what they call.
//
// Along a path it is enough to hold each hop against the one before it: where
// some hop has more time than one further out, a step between them has too. An
// application's own client has no timeout that is written here, so the hop
// before it counts. Nobody waits for a mirror.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/durations.h"
#include "compiler/checks/hops.h"
#include "compiler/checks/places.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

using syntax::Duration;
using syntax::Policy;
using syntax::Route;

class Walk {
 public:
  explicit Walk(const Policy& policy) : policy_(policy), hops_(policy) {}

  CheckResult Run() && {
    for (const std::uint32_t entry : hops_.entries()) {
      walked_.clear();
      outer_ = entry;
      Follow(entry);
    }
    return std::move(result_);
  }

 private:
  const Route& At(std::uint32_t node) const {
    const HopNode& place = hops_.nodes()[node];
    return policy_.gateways[place.a].routes[place.b];
  }
  std::string NameOf(std::uint32_t node) const {
    return policy_.gateways[hops_.nodes()[node].a].name + "/" + At(node).name;
  }

  // What the node leads to, up to the next routes.
  void Follow(std::uint32_t node) {
    for (const HopBranch& branch : hops_.nodes()[node].branches) {
      if (!branch.waited_for) continue;
      for (const HopOption& option : branch.options) {
        if (!walked_.insert(option.to).second) continue;
        const std::size_t steps = path_.size();
        if (!option.hop.empty()) path_.push_back({option.hop, branch.times});
        assumed_.push_back(option.assumption);
        if (hops_.nodes()[option.to].kind == HopNode::Kind::kRoute) {
          Compare(option.to);
        } else {
          Follow(option.to);
        }
        assumed_.pop_back();
        path_.resize(steps);
      }
    }
  }

  // How long a route can be without an answer; none: without end. Tries that each
  // take their time, and the longest back-offs, may end it before its timeout does.
  // What is hedged takes longest if each try but the last fails just before.
  std::optional<Duration> LongestOf(const Route& route) const {
    if (!route.retry || !policy_[*route.retry].per_try) return route.timeout;
    const syntax::Retry& retry = policy_[*route.retry];
    const Duration early = std::min(retry.hedge.value_or(*retry.per_try), *retry.per_try);
    Duration tries = *retry.per_try;
    for (std::uint32_t k = 1; k < MostTriesOf(policy_, route); ++k) {
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

  void Compare(std::uint32_t inner) {
    // One that answers by itself takes no time; one that leads back to itself is retry-storm's.
    if (inner == outer_ || hops_.nodes()[inner].branches.empty()) return;
    const auto longest = LongestOf(At(inner));
    const auto exceeds = [&](const std::optional<Duration>& waits) {
      return waits && (!longest || *longest > *waits);
    };
    const auto whole = At(outer_).timeout, one_try = OneTryOf(At(outer_));
    if (!exceeds(whole) && !exceeds(one_try)) return;
    const std::string lasts = longest ? "for " + InWords(*longest) : std::string("without end");
    Finding& finding = result_.findings.emplace_back();
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = "timeout-inversion";
    diagnostic.span = SpanOf(policy_, At(inner).node);
    diagnostic.message = "'" + NameOf(inner) + "' can work " + lasts + " on what ";
    if (exceeds(whole)) {
      diagnostic.severity = dsl::Severity::kWarning;
      diagnostic.message += "'" + NameOf(outer_) + "' gives up after " + InWords(*whole);
      finding.fix = "Give '" + NameOf(inner) + "' no more time than '" + NameOf(outer_) +
                    "', by its timeout or by its tries.";
    } else {
      diagnostic.severity = dsl::Severity::kNote;
      diagnostic.message +=
          "each try of '" + NameOf(outer_) + "' gives up after " + InWords(*one_try);
      finding.fix = "Give '" + NameOf(inner) +
                    "' no more time than one try, or else the tries "
                    "of one request overlap there.";
    }
    diagnostic.labels.push_back({SpanOf(policy_, At(outer_).node), "waits no longer than that"});
    diagnostic.help = finding.fix;
    ShowPath(inner, finding);
  }

  // From the outer hop to the inner one.
  void ShowPath(std::uint32_t inner, Finding& finding) const {
    finding.path = path_;
    const HopBranch& last = hops_.nodes()[inner].branches[0];
    finding.path.push_back({last.options[0].hop, last.times});
    finding.factor = 1;
    for (const Hop& hop : finding.path) finding.factor *= hop.tries;
    for (const std::string& assumption : assumed_) {
      if (!assumption.empty()) finding.assumptions.push_back(assumption);
    }
  }

  const Policy& policy_;
  const HopGraph hops_;
  std::uint32_t outer_ = 0;         // the route that waits
  std::set<std::uint32_t> walked_;  // from it on
  std::vector<Hop> path_;
  std::vector<std::string> assumed_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckTimeoutInversions(const Policy& policy) { return Walk(policy).Run(); }

}  // namespace weir::compiler
