#include "dsl/parse/tokens.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "WeirLexer.h"
#include "dsl/parse/brackets.h"
#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"

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
      : sources_(sources),
        file_(file),
        diagnostics_(diagnostics),
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
      case WeirLexer::COMMENT:
        return TakeComment(token);
      case WeirLexer::UNCLOSED:
        return TakeUnclosed(token);
      case WeirLexer::ALIEN:
        return TakeAlien(token);
      case WeirLexer::ASSIGN:
        if (!IsAssignment(token)) return TakeAlien(token);
        break;
      case WeirLexer::WORD:
        if (LooksLikeComment(token)) return;
        break;
      default:
        break;
    }
    list_.fatal = !brackets_.Take(token, list_.tokens);
  }

  void TakeComment(Token token) {
    std::string_view text = Text(token);
    while (text.back() == ' ' || text.back() == '\t' || text.back() == '\r') text.remove_suffix(1);
    list_.comments.push_back({token.begin, token.begin + static_cast<std::uint32_t>(text.size())});
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

  // let NAME =
  bool IsAssignment(Token token) const {
    const std::size_t size = list_.tokens.size();
    if (Text(token) != "=" || size < 2 || Text(list_.tokens[size - 2]) != "let") return false;
    return list_.tokens[size - 1].type == WeirLexer::WORD;
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
    token.type = WeirLexer::ALIEN;  // also what is a token elsewhere
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
      std::string name = "the control octet 0x";
      AppendHex(text.front(), name);
      return name;
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

}  // namespace

TokenList ReadTokens(const SourceMap& sources, std::uint32_t file,
                     std::vector<Diagnostic>& diagnostics) {
  return TokenReader(sources, file, diagnostics).Run();
}

}  // namespace weir::dsl
