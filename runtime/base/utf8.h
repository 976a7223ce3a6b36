// UTF-8 by its table (Unicode 15, table 3-7): no overlong form, no surrogate, nothing
// above U+10FFFF.
#ifndef WEIR_RUNTIME_BASE_UTF8_H_
#define WEIR_RUNTIME_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// The bytes of the sequence that begins at text[at], 1 to 4, or 0 when there is no
// well-formed one.
std::size_t SequenceLength(std::string_view text, std::size_t at);

bool IsUtf8(std::string_view text);

// `code` is a code point that may be encoded: at most U+10FFFF, no surrogate.
void AppendUtf8(std::uint32_t code, std::string& out);

}  // namespace weir

#endif  // WEIR_RUNTIME_BASE_UTF8_H_
