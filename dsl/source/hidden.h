// Text that reads otherwise than it parses.
#ifndef WEIR_DSL_SOURCE_HIDDEN_H_
#define WEIR_DSL_SOURCE_HIDDEN_H_

#include <string_view>

namespace weir::dsl {

// Bidirectional embeddings, overrides and isolates (CVE-2021-42574). The code point of
// such a sequence of three bytes, or 0 for any other.
unsigned HiddenCodePoint(std::string_view sequence);

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_HIDDEN_H_
