// A comment that silences the findings of one lint rule at one statement:
//
//   # weir: allow shadowed-route because "kept until the clients have moved"
//
// spec/lint.md says which statement that is.
#ifndef WEIR_DSL_SOURCE_ALLOW_COMMENT_H_
#define WEIR_DSL_SOURCE_ALLOW_COMMENT_H_

#include <optional>
#include <string>

#include "dsl/source/diagnostic.h"

namespace weir::dsl {

struct AllowComment {
  Span span;                      // of the comment
  std::optional<Span> statement;  // none: nothing follows that it could stand at
  std::string rule;
  std::string reason;  // never empty where `fault` is
  std::string fault;   // what is wrong with its form; empty: nothing
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_ALLOW_COMMENT_H_
