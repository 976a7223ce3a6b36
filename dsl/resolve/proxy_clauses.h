// The clauses that gateways and sidecars share: identity, log, trusted proxies,
// bounds, and the scope of their own limits and rules.
#ifndef WEIR_DSL_RESOLVE_PROXY_CLAUSES_H_
#define WEIR_DSL_RESOLVE_PROXY_CLAUSES_H_

#include <vector>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/gateway.h"

namespace weir::dsl::resolve {

struct LimitUse {
  syntax::Ref<syntax::Limit> limit;
  Span at;
};

// Fills `gateway`; its limits go to `limits` too, for the check that needs all listeners.
ClauseTable ProxyClauses(Context& context, syntax::Gateway& gateway, std::vector<LimitUse>& limits);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_PROXY_CLAUSES_H_
