#include <string>

#include "dsl/format/format.h"
#include "dsl/source/hidden.h"
#include "runtime/base/ascii.h"

namespace weir::dsl {

std::string QuotedString(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    auto octet = static_cast<unsigned char>(c);
    unsigned hidden = octet == 0xE2 ? HiddenCodePoint(text.substr(at, 3)) : 0;
    if (hidden != 0) {
      out += "\\u{";
      for (int shift = 12; shift >= 0; shift -= 4) out += kUpperHex[hidden >> shift & 15];
      out += '}';
      at += 2;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (octet < 0x20 || octet == 0x7F) {
      out += "\\x";
      AppendHex(c, out);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string QuotedRegex(std::string_view text) {
  std::string out = "~\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      out += text[at++];
    } else if (text[at] == '"') {
      out += '\\';
    }
    out += text[at];
  }
  return out + '"';
}

}  // namespace weir::dsl
