// Paths in which {name} stands for a captured segment.
#ifndef WEIR_DSL_RESOLVE_CAPTURES_H_
#define WEIR_DSL_RESOLVE_CAPTURES_H_

#include <optional>
#include <string>

#include "dsl/resolve/clauses.h"
#include "dsl/resolve/expression.h"

namespace weir::dsl::resolve {

// Canonical but for its {name}s, each of which is captured in this scope.
std::optional<std::string> TemplateOf(Context& context, const Value& value, const Scope& scope);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_CAPTURES_H_
