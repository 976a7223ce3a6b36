#include "dsl/source/utf8.h"

namespace weir::dsl {

std::size_t SequenceLength(std::string_view text, std::size_t at) {
  auto octet = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  auto tail = [&](std::size_t i) { return (octet(i) & 0xC0) == 0x80; };
  unsigned first = octet(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
    return octet(1) >= low && octet(1) <= high && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    unsigned low = first == 0xF0 ? 0x90 : 0x80;
    unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
    return octet(1) >= low && octet(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

unsigned HiddenCodePoint(std::string_view sequence) {
  if (sequence[0] != '\xE2') return 0;
  unsigned code = 0x2000u + ((static_cast<unsigned char>(sequence[1]) & 0x3Fu) << 6) +
                  (static_cast<unsigned char>(sequence[2]) & 0x3Fu);
  bool hidden = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return hidden ? code : 0;
}

}  // namespace weir::dsl
