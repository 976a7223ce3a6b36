// UTF-8, as far as the language has to know it.
#ifndef WEIR_DSL_SOURCE_UTF8_H_
#define WEIR_DSL_SOURCE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace weir::dsl {

// The octets of the UTF-8 sequence that begins at text[at], 1 to 4, or 0 when
// there is no well-formed one (Unicode 15, table 3-7).
std::size_t SequenceLength(std::string_view text, std::size_t at);

// Bidirectional embeddings, overrides and isolates: text that holds them reads
// otherwise than it parses (CVE-2021-42574). The code point of such a sequence
// of three octets, or 0 for any other.
unsigned HiddenCodePoint(std::string_view sequence);

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_UTF8_H_
