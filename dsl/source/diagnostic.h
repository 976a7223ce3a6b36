// What is said about a policy's text: one message with the places it is about.
//
// Wording: the message says what was observed ("'retyr' is not a statement of
// a route"), the help says what to do ("did you mean 'retry'?").
#ifndef WEIR_DSL_SOURCE_DIAGNOSTIC_H_
#define WEIR_DSL_SOURCE_DIAGNOSTIC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/node.h"

namespace weir::dsl {

// A half-open range of bytes in one file of a SourceMap.
using Span = syntax::Origin;

enum class Severity : std::uint8_t { kNote, kWarning, kError };

struct Label {
  Span span;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string rule;     // stable name, such as "unknown-name"; spec/language.md lists them
  std::string message;  // no full stop, no line break
  Span span;
  std::vector<Label> labels;  // other places that take part
  std::string help;           // empty when there is none
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_DIAGNOSTIC_H_
