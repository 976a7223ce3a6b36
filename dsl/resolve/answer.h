// What a proxy answers by itself: `respond`, `redirect`; and the transforms of
// what it forwards.
#ifndef WEIR_DSL_RESOLVE_ANSWER_H_
#define WEIR_DSL_RESOLVE_ANSWER_H_

#include <optional>
#include <vector>

#include "dsl/resolve/clauses.h"
#include "dsl/resolve/expression.h"
#include "spec/syntax/route.h"

namespace weir::dsl::resolve {

// STATUS ["body"] [{ header NAME "value" ... }]
std::optional<syntax::Response> ReadResponse(Cursor& cursor, Span keyword);
// [STATUS] { scheme https  host "..."  port N  path "/..." }
std::optional<syntax::Redirect> ReadRedirect(Cursor& cursor, Span keyword, const Scope& scope);

// The statements of a `request` or `response` block.
std::vector<syntax::Transform> ReadTransforms(Context& context, const tree::Item& block,
                                              bool response, const Scope& scope);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_ANSWER_H_
