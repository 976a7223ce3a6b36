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
    case WeirLexer::OPEN_BLOCK:
      return "'{'";
    case WeirLexer::CLOSE_BLOCK:
      return "'}'";
    case WeirLexer::OPEN_LIST:
      return "'['";
    case WeirLexer::CLOSE_LIST:
      return "']'";
    case WeirLexer::OPEN_GROUP:
      return "'('";
    default:
      return "')'";
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
    case WeirLexer::NL:
      TakeLineBreak(token, out);
      return true;
    case WeirLexer::AND:
    case WeirLexer::OR:
      while (!out.empty() && out.back().type == WeirLexer::NL) out.pop_back();
      out.push_back(token);
      break;
    default:
      out.push_back(token);
  }
  nots_ = 0;
  return true;
}

void Brackets::TakeLineBreak(const Token& token, std::vector<Token>& out) {
  bool joins =
      !out.empty() && (out.back().type == WeirLexer::AND || out.back().type == WeirLexer::OR);
  if (LinesMayBreak()) {
    dropped_.push_back({out.size(), token.begin, token.end});
  } else if (!joins) {
    dropped_.clear();
    out.push_back(token);
  }
}

bool Brackets::OpenBracket(const Token& token, std::vector<Token>& out) {
  if (token.type == WeirLexer::OPEN_BLOCK) CloseInner(token, out);
  if (!LinesMayBreak()) dropped_.clear();
  open_.push_back({token.type, token.begin, out.size(), nots_});
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
    CloseCrossed(token, out);
  }
}

// ( [ ) or ( ]: a bracket inside was forgotten, or the wrong one was written.
void Brackets::CloseCrossed(const Token& token, std::vector<Token>& out) {
  std::size_t match = open_.size();
  while (match > FirstInner() && Partner(open_[match - 1].type) != token.type) --match;
  bool forgotten = match > FirstInner();
  const Open open = open_.back();
  Span span{file_, token.begin, token.end};
  if (forgotten) {
    Say({file_, open.begin, open.begin + 1}, std::string(Shown(open.type)) + " is never closed",
        {{span, std::string("no ") + Shown(Partner(open.type)) + " came before this"}}, "");
  } else {
    Say(span, std::string(Shown(open.type)) + " is closed by " + Shown(token.type),
        {{{file_, open.begin, open.begin + 1}, "opened here"}},
        std::string("close it with ") + Shown(Partner(open.type)));
  }
  out.push_back({WeirLexer::ALIEN, token.begin, token.begin});
  std::size_t rest = forgotten ? match - 1 : open_.size() - 1;
  while (open_.size() > rest) {
    out.push_back({Partner(open_.back().type), token.begin, token.end});
    Pop();
  }
}

// The place of the outermost list or group inside the innermost block.
std::size_t Brackets::FirstInner() const {
  std::size_t first = open_.size();
  while (first > 0 && open_[first - 1].type != WeirLexer::OPEN_BLOCK) --first;
  return first;
}

// Before a '{' or '}', which cannot stand inside lists and groups: those that
// are open lack their end.
void Brackets::CloseInner(const Token& noticed, std::vector<Token>& out) {
  while (LinesMayBreak()) {
    const Open& open = open_[FirstInner()];
    Say({file_, open.begin, open.begin + 1}, std::string(Shown(open.type)) + " is never closed",
        {{{file_, noticed.begin, noticed.end},
          std::string("no ") + Shown(Partner(open.type)) + " came before this"}},
        "");
    Rewind(noticed.begin, out);
  }
}

// Takes the open list or group as if it had ended before the first line that
// stands no further right than its own, and reads the tokens behind again; so
// the lines that it swallowed are statements once more.
void Brackets::Rewind(std::uint32_t noticed, std::vector<Token>& out) {
  std::size_t first = FirstInner();
  std::uint32_t indentation = LineIndentation(open_[first].begin);
  std::size_t cut = 0;
  bool may_repeat = diagnostics_.size() < kMaxErrors;  // each time costs the tokens swallowed
  for (; may_repeat && cut < dropped_.size(); ++cut) {
    std::size_t next = dropped_[cut].index;
    if (next == out.size())
      cut = dropped_.size() - 1;  // nothing is behind
    else if (LineIndentation(out[next].begin) <= indentation)
      break;
  }
  bool found = may_repeat && cut < dropped_.size();
  std::vector<Dropped> lines = std::exchange(dropped_, {});
  std::vector<Token> again;
  if (found) {
    again.assign(out.begin() + static_cast<std::ptrdiff_t>(open_[first].index), out.end());
    std::size_t offset = open_[first].index;
    std::size_t kept = lines[cut].index - offset;
    out.resize(offset);
    while (open_.size() > first) Pop();
    for (std::size_t i = 0; i < kept; ++i) (void)Take(again[i], out);
    again.erase(again.begin(), again.begin() + static_cast<std::ptrdiff_t>(kept));
    noticed = lines[cut].begin;
  }
  while (LinesMayBreak()) {
    out.push_back({WeirLexer::ALIEN, noticed, noticed});
    out.push_back({Partner(open_.back().type), noticed, noticed});
    Pop();
  }
  if (!found) return;
  std::size_t behind = lines[cut].index;
  for (std::size_t i = 0; i <= again.size(); ++i) {
    for (; cut < lines.size() && lines[cut].index == behind + i; ++cut) {
      (void)Take({WeirLexer::NL, lines[cut].begin, lines[cut].end}, out);
    }
    if (i < again.size()) (void)Take(again[i], out);
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

void Brackets::Finish(std::vector<Token>& out) {
  if (open_.empty()) return;
  // The end is shown where something stands, not on an empty last line.
  std::size_t last = sources_.text(file_).find_last_not_of(" \t\r\n");
  auto end = static_cast<std::uint32_t>(last + 1);
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
