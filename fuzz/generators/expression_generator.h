// Random, well typed conditions.
#ifndef WEIR_FUZZ_GENERATORS_EXPRESSION_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_EXPRESSION_GENERATOR_H_

#include "fuzz/generators/choices.h"
#include "spec/syntax/authentication.h"
#include "spec/syntax/expression.h"

namespace weir::fuzz {

// The claims that every random JWT declares, by which claims in conditions,
// keys and values are typed.
const std::vector<syntax::Claim>& DeclaredClaims();
syntax::Attribute ClaimAttribute(Choices& choices);

// What a limit's key or a transform's value may read.
syntax::Attribute KeyAttribute(Choices& choices, bool identity);
syntax::Attribute ValueAttribute(Choices& choices);

syntax::Expression RandomExpression(Choices& choices, int depth);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_EXPRESSION_GENERATOR_H_
