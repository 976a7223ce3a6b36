// Whether two trees say the same, spans aside: comments, empty lines and line
// breaks are part of what a tree says.
#ifndef WEIR_DSL_TREE_SAME_H_
#define WEIR_DSL_TREE_SAME_H_

#include "dsl/tree/tree.h"

namespace weir::dsl::tree {

bool Same(const File& a, const File& b);
bool Same(const Statement& a, const Statement& b);
bool Same(const Item& a, const Item& b);
bool Same(const Condition& a, const Condition& b);

}  // namespace weir::dsl::tree

#endif  // WEIR_DSL_TREE_SAME_H_
