// Rules (spec/rules/order.md, ORDER-9): every deny first, in the order gateway,
// services, route; then each scope that has an `allow` needs one of its own to hold.
#ifndef WEIR_RUNTIME_DECIDE_AUTHORIZE_H_
#define WEIR_RUNTIME_DECIDE_AUTHORIZE_H_

#include "runtime/decide/attribute.h"

namespace weir::runtime {

struct Authorization {
  bool allowed = true;
  Index rule = kNoIndex;  // the deny that held, or the last allow that did
};

Authorization Authorize(const Facts& facts);

// Calls `visit(rules)` for each scope of a route, in order; stops when it gives false.
template <class Visit>
bool VisitScopes(const TableView& table, const RouteRecord& route, Visit visit) {
  if (!visit(table.gateway().rules)) return false;
  for (const TargetRecord& target : TableView::Slice(table.targets(), route.targets)) {
    if (!visit(table.services()[target.service].rules)) return false;
  }
  return visit(route.rules);
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_AUTHORIZE_H_
