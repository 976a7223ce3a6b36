#include "dsl/parse/check_text.h"

#include <string>

#include "dsl/source/read_file.h"

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
  for (int i = digits - 1; i >= 0; --i) hex += "0123456789ABCDEF"[value >> (4 * i) & 15];
  return hex;
}

// Bidirectional embeddings, overrides and isolates: text that holds them reads
// otherwise than it parses (CVE-2021-42574). `sequence` has three octets.
unsigned HiddenCodePoint(std::string_view sequence) {
  if (sequence[0] != '\xE2') return 0;
  unsigned code = 0x2000u + ((static_cast<unsigned char>(sequence[1]) & 0x3Fu) << 6) +
                  (static_cast<unsigned char>(sequence[2]) & 0x3Fu);
  bool hidden = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return hidden ? code : 0;
}

}  // namespace

std::size_t SequenceLength(std::string_view text, std::size_t at) {
  auto octet = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  auto tail = [&](std::size_t i) { return (octet(i) & 0xC0) == 0x80; };
  unsigned first = octet(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    unsigned low = first == 0xE0 ? 0xA0 : 0x80;    // no overlong forms
    unsigned high = first == 0xED ? 0x9F : 0xBF;   // no surrogates
    return octet(1) >= low && octet(1) <= high && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    unsigned low = first == 0xF0 ? 0x90 : 0x80;
    unsigned high = first == 0xF4 ? 0x8F : 0xBF;   // nothing above U+10FFFF
    return octet(1) >= low && octet(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

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
