// A syntax error in the language's own terms: what was found where, and what
// may stand there.
#ifndef WEIR_DSL_PARSE_WORDING_H_
#define WEIR_DSL_PARSE_WORDING_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "dsl/source/diagnostic.h"

namespace weir::dsl {

struct SyntaxError {
  std::size_t rule = 0;         // of the generated parser, in which it happened
  std::size_t expected = 0;     // the only type of token that may stand here, or 0
  std::size_t found = 0;        // a type of token
  std::string_view found_text;  // empty at the statement's end
  std::string_view behind;      // the token before it, if there is one
  Span span;
};

Diagnostic Word(const SyntaxError& error);

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_WORDING_H_
