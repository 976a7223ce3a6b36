#include "dsl/parse/check_text.h"

#include <string>

#include "dsl/source/hidden.h"
#include "dsl/source/read_file.h"
#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"

namespace weir::dsl {
namespace {

Diagnostic Wrong(std::string rule, std::string message, Span span, std::string help) {
  Diagnostic diagnostic;
  diagnostic.rule = std::move(rule);
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  diagnostic.help = std::move(help);
  return diagnostic;
}

std::string Hex(unsigned value, int digits) {
  std::string hex;
  for (int i = digits - 1; i >= 0; --i) hex += kUpperHex[value >> (4 * i) & 15];
  return hex;
}

}  // namespace

std::optional<Diagnostic> CheckText(std::string_view text, std::uint32_t file) {
  if (text.size() > kMaxFileOctets) {
    return Wrong("file-too-large", "the file is larger than 16 MiB", {file, 0, 0},
                 "split it and include the parts");
  }
  for (std::size_t at = 0; at < text.size();) {
    auto begin = static_cast<std::uint32_t>(at);
    if (text[at] == '\0') {
      return Wrong("nul-octet", "octet " + std::to_string(at) + " of the file is NUL",
                   {file, begin, begin + 1}, "is this a text file?");
    }
    std::size_t length = SequenceLength(text, at);
    if (length == 0) {
      return Wrong("malformed-utf8",
                   "octet " + std::to_string(at) + " of the file (0x" +
                       Hex(static_cast<unsigned char>(text[at]), 2) + ") is not UTF-8",
                   {file, begin, begin + 1}, "is this a text file, saved as UTF-8?");
    }
    unsigned hidden = length == 3 ? HiddenCodePoint(text.substr(at, 3)) : 0;
    if (hidden != 0) {
      return Wrong("hidden-character",
                   "U+" + Hex(hidden, 4) + " makes the text read otherwise than it is written",
                   {file, begin, begin + 3},
                   "remove it, or write \\u{" + Hex(hidden, 4) + "} inside a string");
    }
    at += length;
  }
  return std::nullopt;
}

}  // namespace weir::dsl
