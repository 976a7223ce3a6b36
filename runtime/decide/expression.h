// Conditions (spec/rules/expression.md). A comparison with something absent is
// false. The loader bounds how deep expressions nest.
#ifndef WEIR_RUNTIME_DECIDE_EXPRESSION_H_
#define WEIR_RUNTIME_DECIDE_EXPRESSION_H_

#include "runtime/decide/attribute.h"

namespace weir::runtime {

bool Holds(const Facts& facts, Index expression);

// One comparison, on the attribute's value.
bool PredicateHolds(const Facts& facts, const ExpressionRecord& predicate);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_EXPRESSION_H_
