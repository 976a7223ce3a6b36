// What is asked of a text before any token is read: its size, and that it is
// UTF-8 without NUL and without characters that disguise it.
#ifndef WEIR_DSL_PARSE_CHECK_TEXT_H_
#define WEIR_DSL_PARSE_CHECK_TEXT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "dsl/source/diagnostic.h"

namespace weir::dsl {

// The first thing wrong with the text of `file`, if there is any.
std::optional<Diagnostic> CheckText(std::string_view text, std::uint32_t file);

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_CHECK_TEXT_H_
