// A limit that refuses nothing, because what is charged before it, wherever it is
// charged, already lets no more through. The arithmetic is in dominance.cc; here
// is which earlier limits count: those that every request to the later one has
// passed, under one key for each key of the later one, in a store that counts
// all that the later one's does.
#include <algorithm>
#include <string>
#include <utility>

#include "compiler/checks/charges.h"
#include "compiler/checks/checks.h"
#include "compiler/checks/dominance.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

using syntax::Limit;
using syntax::Policy;
using syntax::Subject;

// Requests with one key at `later` have one key at `earlier`: a part is present for
// both or absent for both, and absent is no value (LIMIT-6).
bool IsCoarser(const Limit& earlier, const Limit& later, bool one_route) {
  return std::ranges::all_of(earlier.by, [&](const syntax::Attribute& part) {
    if (part.subject == Subject::kRoute && one_route) return true;
    return std::ranges::find(later.by, part) != later.by.end();
  });
}

// All that the later limit's store counts, the earlier one's does, and while it
// is down it lets no more through than the later one would.
bool CountsAsMuch(const Limit& earlier, const Limit& later) {
  if (earlier.store == Limit::Store::kLocal && later.store == Limit::Store::kRedis) return false;
  switch (earlier.store_down) {
    case Limit::StoreDown::kDeny:
      return true;
    case Limit::StoreDown::kLocal:
      return earlier.store == later.store && later.store_down == Limit::StoreDown::kLocal;
    case Limit::StoreDown::kAllow:
      return false;
  }
  return false;
}

// Limits that every request has passed which comes to `later`.
std::vector<std::uint32_t> AlwaysBefore(const Policy& policy, std::uint32_t later,
                                        const std::vector<ChargePlace>& places) {
  std::vector<std::uint32_t> limits = places[0].before;
  for (const ChargePlace& place : places) {
    std::erase_if(limits, [&](std::uint32_t limit) {
      return std::ranges::find(place.before, limit) == place.before.end();
    });
  }
  const bool one_route = places.size() == 1 && places[0].route;
  std::erase_if(limits, [&](std::uint32_t limit) {
    return limit == later || !CountsAsMuch(policy.limits[limit], policy.limits[later]) ||
           !IsCoarser(policy.limits[limit], policy.limits[later], one_route);
  });
  return limits;
}

Finding NeverBinds(const Policy& policy, const Limit& later, const std::vector<const Limit*>& by) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "limit-never-binds";
  diagnostic.severity = dsl::Severity::kWarning;
  diagnostic.span = SpanOf(policy, later.node);
  std::vector<std::string> names;
  for (const Limit* limit : by) {
    names.push_back(limit->name);
    diagnostic.labels.push_back({SpanOf(policy, limit->node),
                                 by.size() == 1 ? "whatever passes this passes that"
                                                : "whatever passes both of these passes that"});
  }
  const bool one = names.size() == 1;
  diagnostic.message = "limit '" + later.name +
                       "' never refuses a request: " + (one ? "limit " : "limits ") +
                       Listed(names) + ", charged before it wherever it is charged, " +
                       (one ? "is at least as tight" : "are at least as tight together");
  finding.fix = "Make it tighter than what is charged before it, or take it out.";
  diagnostic.help = finding.fix;
  return finding;
}

}  // namespace

CheckResult CheckLimitsNeverBind(const Policy& policy) {
  CheckResult result;
  const auto charges = ChargesOf(policy);
  for (std::uint32_t later = 0; later < policy.limits.size(); ++later) {
    const Limit& limit = policy.limits[later];
    if (charges[later].empty() || AdmitsNothing(limit)) continue;
    std::vector<const Limit*> earlier;
    for (const std::uint32_t before : AlwaysBefore(policy, later, charges[later])) {
      earlier.push_back(&policy.limits[before]);
    }
    // Behind a limit that admits nothing there is nothing to say: that one is the mistake.
    if (std::ranges::any_of(earlier, [](const Limit* one) { return AdmitsNothing(*one); }))
      continue;
    const Dominance found = DominatedBy(earlier, limit);
    if (found.kind == Dominance::Kind::kTooLarge) {
      result.unknown.push_back({"limit-never-binds",
                                "whether limit '" + limit.name +
                                    "' ever refuses: its numbers and those of the limits charged "
                                    "before it are too large to compare",
                                SpanOf(policy, limit.node)});
    } else if (found.kind == Dominance::Kind::kDominated) {
      std::vector<const Limit*> by;
      for (const std::size_t place : found.by) by.push_back(earlier[place]);
      result.findings.push_back(NeverBinds(policy, limit, by));
    }
  }
  return result;
}

}  // namespace weir::compiler
