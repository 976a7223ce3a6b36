#include "dsl/parse/literals.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"

namespace weir::dsl {
namespace {

void BadEscape(Span span, std::size_t at, std::size_t length, std::string message,
               std::vector<Diagnostic>& diagnostics) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.message = std::move(message);
  diagnostic.help =
      "the escapes are \\\" \\\\ \\n \\r \\t \\xNN (01 to 7F) and \\u{N} (up to 10FFFF)";
  auto begin = span.begin + static_cast<std::uint32_t>(at);
  diagnostic.span = {span.file, begin,
                     std::min(span.end, begin + static_cast<std::uint32_t>(length))};
  diagnostics.push_back(std::move(diagnostic));
}

// The code point of the escape text[at...] = \xNN or \u{N}, and its length;
// nothing when it is malformed or stands for what no string may hold.
struct CodeEscape {
  std::uint32_t code = 0;
  std::size_t length = 0;
};
std::optional<CodeEscape> ReadCodeEscape(std::string_view text, std::size_t at) {
  bool braces = text[at + 1] == 'u';
  if (braces && (at + 2 >= text.size() || text[at + 2] != '{')) return std::nullopt;
  std::size_t digits = 0, from = at + (braces ? 3 : 2);
  std::uint32_t code = 0;
  for (; digits < (braces ? 6u : 2u) && from + digits < text.size(); ++digits) {
    int digit = HexDigit(text[from + digits]);
    if (digit < 0) break;
    code = code * 16 + static_cast<std::uint32_t>(digit);
  }
  if (braces) {
    bool closed = from + digits < text.size() && text[from + digits] == '}';
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (digits == 0 || !closed || code == 0 || code > 0x10FFFF || surrogate) return std::nullopt;
    return CodeEscape{code, digits + 4};
  }
  if (digits != 2 || code == 0 || code > 0x7F) return std::nullopt;
  return CodeEscape{code, 4};
}

}  // namespace

std::optional<std::string> Unescape(std::string_view literal, Span span,
                                    std::vector<Diagnostic>& diagnostics) {
  bool closed = literal.size() >= 2 && literal.back() == '"';
  std::string_view text = literal.substr(0, literal.size() - (closed ? 1 : 0));
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 1; at < text.size(); ++at) {
    char c = text[at];
    bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    if (control) {
      BadEscape(span, at, 1, "a control octet stands in a string", diagnostics);
      return std::nullopt;
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at + 1 >= text.size()) return out;  // an unclosed string, already reported
    char kind = text[at + 1];
    if (kind == 'x' || kind == 'u') {
      std::optional<CodeEscape> escape = ReadCodeEscape(text, at);
      if (!escape) {
        BadEscape(span, at, 2,
                  std::string("'\\") + kind + "' is not followed by a character's number",
                  diagnostics);
        return std::nullopt;
      }
      AppendUtf8(escape->code, out);
      at += escape->length - 1;
      continue;
    }
    constexpr std::string_view kKinds = "\"\\nrt", kMeant = "\"\\\n\r\t";
    std::size_t which = kKinds.find(kind);
    if (which == std::string_view::npos) {
      std::size_t length = std::max<std::size_t>(1, SequenceLength(text, at + 1));
      BadEscape(span, at, 1 + length,
                "'" + std::string(text.substr(at, 1 + length)) + "' is no escape", diagnostics);
      return std::nullopt;
    }
    out += kMeant[which];
    ++at;
  }
  return out;
}

std::string RegexText(std::string_view literal) {
  bool closed = literal.size() >= 3 && literal.back() == '"';
  std::string_view text = literal.substr(0, literal.size() - (closed ? 1 : 0)).substr(2);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (text[at + 1] != '"') out += text[at];
      ++at;
    }
    out += text[at];
  }
  return out;
}

}  // namespace weir::dsl
