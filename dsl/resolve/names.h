// The first pass: every definition's name, and a place for it in the policy.
// So that what is written may be used before it is defined.
#ifndef WEIR_DSL_RESOLVE_NAMES_H_
#define WEIR_DSL_RESOLVE_NAMES_H_

#include <vector>

#include "dsl/resolve/context.h"

namespace weir::dsl::resolve {

// The statements that define no name that others refer to, in written order.
struct Statements {
  std::vector<const tree::Statement*> proofs;
  std::vector<const tree::Statement*> examples;
  std::vector<const tree::Statement*> bounds;
};

void CollectName(Context& context, const tree::Statement& statement, Statements& rest);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_NAMES_H_
