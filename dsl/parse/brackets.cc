#include "dsl/parse/brackets.h"

#include <antlr4-runtime.h>

#include <utility>

#include "WeirLexer.h"
#include "dsl/parse/tokens.h"

namespace weir::dsl {
namespace {

using grammar::WeirLexer;

std::uint32_t Partner(std::uint32_t open) {
  if (open == WeirLexer::OPEN_BLOCK) return WeirLexer::CLOSE_BLOCK;
  return open == WeirLexer::OPEN_LIST ? WeirLexer::CLOSE_LIST : WeirLexer::CLOSE_GROUP;
}

const char* Shown(std::uint32_t type) {
  switch (type) {
    case WeirLexer::OPEN_BLOCK: return "'{'";
    case WeirLexer::CLOSE_BLOCK: return "'}'";
    case WeirLexer::OPEN_LIST: return "'['";
    case WeirLexer::CLOSE_LIST: return "']'";
    case WeirLexer::OPEN_GROUP: return "'('";
    default: return "')'";
  }
}

}  // namespace

bool Brackets::LinesMayBreak() const {
  return !open_.empty() && open_.back().type != WeirLexer::OPEN_BLOCK;
}

bool Brackets::Take(const Token& token, std::vector<Token>& out) {
  switch (token.type) {
    case WeirLexer::NOT:
      ++nots_;
      out.push_back(token);
      return !Deep(token);
    case WeirLexer::OPEN_BLOCK:
    case WeirLexer::OPEN_LIST:
    case WeirLexer::OPEN_GROUP:
      return OpenBracket(token, out);
    case WeirLexer::CLOSE_BLOCK:
    case WeirLexer::CLOSE_LIST:
    case WeirLexer::CLOSE_GROUP:
      CloseBracket(token, out);
      break;
    default:
      out.push_back(token);
  }
  nots_ = 0;
  return true;
}

bool Brackets::OpenBracket(const Token& token, std::vector<Token>& out) {
  if (token.type == WeirLexer::OPEN_BLOCK) CloseInner(token, out);
  open_.push_back({token.type, token.begin, nots_});
  nested_nots_ += nots_;
  nots_ = 0;
  out.push_back(token);
  return !Deep(token);
}

void Brackets::CloseBracket(const Token& token, std::vector<Token>& out) {
  if (token.type == WeirLexer::CLOSE_BLOCK) CloseInner(token, out);
  bool matches = !open_.empty() && Partner(open_.back().type) == token.type;
  bool in_block = open_.empty() || open_.back().type == WeirLexer::OPEN_BLOCK;
  Span span{file_, token.begin, token.end};
  if (matches) {
    if (token.type == WeirLexer::CLOSE_BLOCK) NoteIndentation(open_.back(), token);
    Pop();
    out.push_back(token);
  } else if (in_block) {
    Say(span, std::string(Shown(token.type)) + " closes nothing", {}, "");
  } else {
    const Open& open = open_.back();
    Say(span, std::string(Shown(open.type)) + " is closed by " + Shown(token.type),
        {{{file_, open.begin, open.begin + 1}, "opened here"}},
        std::string("close it with ") + Shown(Partner(open.type)));
    out.push_back({WeirLexer::ALIEN, token.begin, token.begin});
    out.push_back({Partner(open.type), token.begin, token.end});
    Pop();
  }
}

// Before a '{' or '}', which cannot stand inside lists and groups: those that
// are open lack their end.
void Brackets::CloseInner(const Token& noticed, std::vector<Token>& out) {
  bool said = false;
  while (LinesMayBreak()) {
    const Open& open = open_.back();
    if (!said) {
      Say({file_, open.begin, open.begin + 1}, std::string(Shown(open.type)) + " is never closed",
          {{{file_, noticed.begin, noticed.end},
            std::string("no ") + Shown(Partner(open.type)) + " came before this"}},
          "");
    }
    said = true;
    out.push_back({WeirLexer::ALIEN, noticed.begin, noticed.begin});
    out.push_back({Partner(open.type), noticed.begin, noticed.begin});
    Pop();
  }
}

void Brackets::Pop() {
  nested_nots_ -= open_.back().nots;
  open_.pop_back();
}

bool Brackets::Deep(const Token& token) {
  if (open_.size() + nested_nots_ + nots_ <= kMaxNesting) return false;
  Diagnostic diagnostic;
  diagnostic.rule = "nesting-too-deep";
  diagnostic.message = "more than " + std::to_string(kMaxNesting) + " levels of nesting";
  diagnostic.span = {file_, token.begin, token.end};
  diagnostics_.push_back(std::move(diagnostic));
  return true;
}

// The blanks before `offset` on its line, if nothing else stands there.
std::optional<std::uint32_t> Brackets::Indentation(std::uint32_t offset) const {
  std::uint32_t indentation = LineIndentation(offset);
  std::string_view text = sources_.text(file_);
  std::size_t line = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
  if (begin + indentation != offset) return std::nullopt;
  return indentation;
}

std::uint32_t Brackets::LineIndentation(std::uint32_t offset) const {
  std::string_view text = sources_.text(file_);
  std::size_t line = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
  std::size_t end = begin;
  while (end < offset && (text[end] == ' ' || text[end] == '\t')) ++end;
  return static_cast<std::uint32_t>(end - begin);
}

void Brackets::NoteIndentation(const Open& open, const Token& close) {
  if (suspect_) return;
  std::optional<std::uint32_t> indentation = Indentation(close.begin);
  if (indentation && *indentation < LineIndentation(open.begin)) {
    suspect_ = Suspect{open.begin, close.begin};
  }
}

void Brackets::Finish(std::uint32_t end, std::vector<Token>& out) {
  if (open_.empty()) return;
  CloseInner({WeirLexer::NL, end, end}, out);
  if (!open_.empty()) {
    std::uint32_t open = suspect_ ? suspect_->open : open_.back().begin;
    Label noticed{{file_, end, end}, "the file ends here"};
    if (suspect_) {
      noticed = {{file_, suspect_->close, suspect_->close + 1},
                 "this one is taken for its end, but stands further left"};
    }
    Say({file_, open, open + 1}, "'{' is never closed", {noticed}, "");
  }
  while (!open_.empty()) {
    out.push_back({WeirLexer::CLOSE_BLOCK, end, end});
    Pop();
  }
}

void Brackets::Say(Span span, std::string message, std::vector<Label> labels, std::string help) {
  Diagnostic diagnostic;
  diagnostic.rule = "unclosed";
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  diagnostic.labels = std::move(labels);
  diagnostic.help = std::move(help);
  diagnostics_.push_back(std::move(diagnostic));
}

}  // namespace weir::dsl
