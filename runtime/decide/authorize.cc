#include "runtime/decide/authorize.h"

#include "runtime/decide/expression.h"

namespace weir::runtime {
namespace {

// The first rule of the kind that holds, or kNoIndex; `any` is set when there is one at all.
Index FirstThatHolds(const Facts& facts, Range rules, bool allow, bool& any) {
  for (Index rule = rules.first; rule < rules.first + rules.count; ++rule) {
    const RuleRecord& record = facts.table.rules()[rule];
    if ((record.allow != 0) != allow) continue;
    any = true;
    if (Holds(facts, record.when)) return rule;
  }
  return kNoIndex;
}

}  // namespace

Authorization Authorize(const Facts& facts) {
  const RouteRecord& route = facts.table.routes()[facts.route];
  Authorization result;
  bool any = false;
  VisitScopes(facts.table, route, [&](Range rules) {
    result.rule = FirstThatHolds(facts, rules, false, any);
    result.allowed = result.rule == kNoIndex;
    return result.allowed;
  });
  if (!result.allowed) return result;
  VisitScopes(facts.table, route, [&](Range rules) {
    bool has_allow = false;
    const Index rule = FirstThatHolds(facts, rules, true, has_allow);
    if (!has_allow) return true;
    result.rule = rule;
    result.allowed = rule != kNoIndex;
    return result.allowed;
  });
  return result;
}

}  // namespace weir::runtime
