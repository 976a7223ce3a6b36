#include "dsl/parse/tokens.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "WeirLexer.h"
#include "dsl/parse/brackets.h"
#include "dsl/source/utf8.h"

namespace weir::dsl {
namespace {

using grammar::WeirLexer;

// Hands the lexer octets in place of code points, so that a token's indices
// are byte offsets.
class OctetStream : public antlr4::ANTLRInputStream {
 public:
  explicit OctetStream(std::string_view text) {
    _data.reserve(text.size());
    for (char c : text) _data.push_back(static_cast<unsigned char>(c));
  }
};

class TokenReader {
 public:
  TokenReader(const SourceMap& sources, std::uint32_t file, std::vector<Diagnostic>& diagnostics)
      : sources_(sources), file_(file), diagnostics_(diagnostics),
        brackets_(sources, file, diagnostics) {}

  TokenList Run() {
    OctetStream stream(sources_.text(file_));
    WeirLexer lexer(&stream);
    lexer.removeErrorListeners();
    while (!list_.fatal) {
      std::unique_ptr<antlr4::Token> token = lexer.nextToken();
      if (token->getType() == antlr4::Token::EOF) break;
      Take({static_cast<std::uint32_t>(token->getType()),
            static_cast<std::uint32_t>(token->getStartIndex()),
            static_cast<std::uint32_t>(token->getStopIndex() + 1)});
    }
    auto size = static_cast<std::uint32_t>(sources_.text(file_).size());
    if (!list_.fatal) brackets_.Finish(list_.tokens);
    list_.tokens.push_back({0, size, size});
    return std::move(list_);
  }

 private:
  std::string_view Text(Token token) const {
    return sources_.text({file_, token.begin, token.end});
  }

  void Say(Token at, std::string rule, std::string message, std::string help) {
    Diagnostic diagnostic;
    diagnostic.rule = std::move(rule);
    diagnostic.message = std::move(message);
    diagnostic.help = std::move(help);
    diagnostic.span = {file_, at.begin, at.end};
    diagnostics_.push_back(std::move(diagnostic));
  }

  void Take(Token token) {
    bool in_skipped_line = token.begin < skip_until_;
    if (in_skipped_line && token.type != WeirLexer::NL) return;
    switch (token.type) {
      case WeirLexer::COMMENT: return TakeComment(token);
      case WeirLexer::UNCLOSED: return TakeUnclosed(token);
      case WeirLexer::ALIEN: return TakeAlien(token);
      case WeirLexer::WORD:
        if (LooksLikeComment(token)) return;
        break;
      default: break;
    }
    list_.fatal = !brackets_.Take(token, list_.tokens);
  }

  void TakeComment(Token token) {
    std::string_view text = Text(token);
    while (text.back() == ' ' || text.back() == '\t' || text.back() == '\r') text.remove_suffix(1);
    list_.comments.push_back(
        {token.begin, token.begin + static_cast<std::uint32_t>(text.size())});
  }

  // The string is taken as if it ended with its line, so that nothing else is
  // said about that line.
  void TakeUnclosed(Token token) {
    Say(token, "unclosed", "this string does not end on its line",
        "close it with '\"'; a line break inside a string is written \\n");
    bool regex = Text(token).front() == '~';
    list_.fatal = !brackets_.Take(
        {regex ? WeirLexer::REGEX : WeirLexer::STRING, token.begin, token.end}, list_.tokens);
  }

  bool LooksLikeComment(Token token) {
    std::string_view text = Text(token);
    if (!text.starts_with("//") && !text.starts_with("/*")) return false;
    Say(token, "syntax", "'" + std::string(text.substr(0, 2)) + "' does not begin a comment",
        "comments begin with '#' and end with their line");
    skip_until_ = EndOfLine(token);
    return true;
  }

  std::uint32_t EndOfLine(Token token) const {
    std::string_view text = sources_.text(file_);
    return static_cast<std::uint32_t>(std::min(text.find('\n', token.begin), text.size()));
  }

  void TakeAlien(Token token) {
    std::string_view text = Text(token);
    bool byte_order_mark = token.begin == 0 && text.starts_with("\xEF\xBB\xBF");
    if (byte_order_mark) {
      if (text.size() == 3) return;
      token.begin += 3;
      text.remove_prefix(3);
    }
    std::string help;
    if (text == "=") help = "a comparison is written '=='; a setting has no sign before its value";
    if (text == ";") help = "a statement ends with its line";
    if (text == "'" || text == "`") help = "strings stand in double quotes";
    if (text.starts_with("&")) help = "write 'and'";
    if (text.starts_with("|")) help = "write 'or'";
    if (text == "!") help = "write 'not'";
    if (text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x9D")) {
      help = "strings stand in plain double quotes";
    }
    if (text == "\\" || text == "^" || text == "?" || text == "~") {
      help = "a regular expression is written ~\"...\"";
    }
    // The statement is lost, and one error says so: what else stands on the
    // line was written with another meaning in mind.
    if (token.begin >= quiet_until_) {
      Say(token, "syntax", Named(text) + " has no meaning here", std::move(help));
      quiet_until_ = EndOfLine(token);
    }
    list_.fatal = !brackets_.Take(token, list_.tokens);
  }

  static std::string Named(std::string_view text) {
    auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7F) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      return std::string("the control octet 0x") + kHex[first >> 4] + kHex[first & 15];
    }
    if (first == '\'') return "a single quote";
    if (first < 0x80) return "'" + std::string(text) + "'";
    return "'" + std::string(text.substr(0, SequenceLength(text, 0))) + "'";
  }

  const SourceMap& sources_;
  std::uint32_t file_;
  std::vector<Diagnostic>& diagnostics_;
  Brackets brackets_;
  TokenList list_;
  std::uint32_t skip_until_ = 0;
  std::uint32_t quiet_until_ = 0;
};

void BadEscape(Span span, std::size_t at, std::size_t length, std::string message,
               std::vector<Diagnostic>& diagnostics) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.message = std::move(message);
  diagnostic.help = "the escapes are \\\" \\\\ \\n \\r \\t \\xNN (01 to 7F) and \\u{N} (up to 10FFFF)";
  auto begin = span.begin + static_cast<std::uint32_t>(at);
  diagnostic.span = {span.file, begin,
                     std::min(span.end, begin + static_cast<std::uint32_t>(length))};
  diagnostics.push_back(std::move(diagnostic));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  auto put = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000) {
    return put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
  put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
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

TokenList ReadTokens(const SourceMap& sources, std::uint32_t file,
                     std::vector<Diagnostic>& diagnostics) {
  return TokenReader(sources, file, diagnostics).Run();
}

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
        BadEscape(span, at, 2, std::string("'\\") + kind + "' is not followed by a character's number",
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
