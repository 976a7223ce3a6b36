// Conditions over one request (spec/rules/expression.md).
#ifndef WEIR_SPEC_MODEL_EXPRESSION_H_
#define WEIR_SPEC_MODEL_EXPRESSION_H_

#include "spec/model/attribute.h"
#include "spec/syntax/expression.h"

namespace weir::model {

bool Holds(const syntax::Expression& expression, const Facts& facts);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_EXPRESSION_H_
