// What string and regular expression literals stand for (spec/lexical.md).
#ifndef WEIR_DSL_PARSE_LITERALS_H_
#define WEIR_DSL_PARSE_LITERALS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/diagnostic.h"

namespace weir::dsl {

// The text that a string literal (with its quotes) stands for; on a bad escape
// nothing, and the diagnostic says which.
std::optional<std::string> Unescape(std::string_view literal, Span span,
                                    std::vector<Diagnostic>& diagnostics);

// The text between the quotes of a regular expression, \" being a plain quote.
std::string RegexText(std::string_view literal);

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_LITERALS_H_
