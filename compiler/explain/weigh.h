// Which routes and rules were looked at for a request, and what came of each.
// Uses the evaluator's own tests, one by one.
#ifndef WEIR_COMPILER_EXPLAIN_WEIGH_H_
#define WEIR_COMPILER_EXPLAIN_WEIGH_H_

#include <vector>

#include "compiler/explain/explain.h"
#include "runtime/decide/attribute.h"

namespace weir::compiler {

// The routes whose host and path fit, in order, up to the one taken (kNoIndex: all).
std::vector<WeighedRoute> WeighRoutes(const runtime::Table& table,
                                      const runtime::CanonicalRequest& request,
                                      runtime::Index taken);

// The rules in the order they are weighed, up to the one that decided.
std::vector<WeighedRule> WeighRules(const runtime::Facts& facts);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXPLAIN_WEIGH_H_
