#include "runtime/base/utf8.h"

namespace weir {

std::size_t SequenceLength(std::string_view text, std::size_t at) {
  Utf8Check check;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (!check.Take(static_cast<unsigned char>(text[i]))) return 0;
    if (check.IsWhole()) return i + 1 - at;
  }
  return 0;
}

bool IsUtf8(std::string_view text) {
  Utf8Check check;
  for (const char c : text) {
    if (!check.Take(static_cast<unsigned char>(c))) return false;
  }
  return check.IsWhole();
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000) {
    return put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
  put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
}

}  // namespace weir
