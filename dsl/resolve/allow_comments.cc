// A comment stands at the statement to which the tree gives it, so that the
// printer, which moves comments with their statement, changes nothing: behind a
// statement on its line, or behind the brace that its block opens with; inside
// a list or condition of it; or on lines of its own above it.
#include "dsl/resolve/allow_comments.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace weir::dsl::resolve {
namespace {

constexpr std::string_view kBlanks = " \t";

void SkipBlanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(kBlanks) == text.npos; }

class Places {
 public:
  Places(std::string_view text, Span comment)
      : text_(text), at_(comment.begin), own_line_(StandsAlone()) {}

  std::optional<Span> StatementIn(const std::vector<tree::Statement>& statements) const {
    const auto after = std::ranges::upper_bound(
        statements, at_, {}, [](const tree::Statement& statement) { return statement.span.begin; });
    if (after != statements.begin()) {
      const tree::Statement& before = *std::prev(after);
      if (Holds(before.span)) return Within(before);
      if (!own_line_ && Between(before.span.end)) return before.span;
    }
    if (!own_line_ || after == statements.end()) return std::nullopt;
    return after->span;
  }

 private:
  bool StandsAlone() const {
    const std::size_t line = at_ == 0 ? text_.npos : text_.rfind('\n', at_ - 1);
    return Between(line == text_.npos ? 0 : static_cast<std::uint32_t>(line + 1));
  }
  bool Holds(Span span) const { return span.begin <= at_ && at_ < span.end; }
  // Only blanks from `begin` to the comment.
  bool Between(std::uint32_t begin) const {
    return begin <= at_ && IsBlank(text_.substr(begin, at_ - begin));
  }

  std::optional<Span> Within(const tree::Statement& statement) const {
    for (const tree::Item& item : statement.items) {
      if (item.kind != tree::Item::Kind::kBlock || !Holds(item.span)) continue;
      return Between(item.span.begin + 1) ? statement.span : StatementIn(item.statements);
    }
    return statement.span;
  }

  std::string_view text_;
  const std::uint32_t at_;
  const bool own_line_;
};

std::string_view TakeWord(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t\""), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  SkipBlanks(text);
  return word;
}

// allow RULE because "REASON", behind `# weir:`.
void ReadForm(std::string_view text, AllowComment& comment) {
  SkipBlanks(text);
  while (!text.empty() && IsBlank(text.substr(text.size() - 1))) text.remove_suffix(1);
  if (const std::string_view word = TakeWord(text); word != "allow") {
    comment.fault = "expected 'allow' after 'weir:'";
    return;
  }
  comment.rule = TakeWord(text);
  if (comment.rule.empty()) {
    comment.fault = "it names no rule";
  } else if (TakeWord(text) != "because") {
    comment.fault = "expected 'because' and a reason in quotes after the rule";
  } else if (text.size() < 2 || text.front() != '"' || text.find('"', 1) != text.size() - 1) {
    comment.fault = "expected one reason in quotes after 'because', and nothing behind it";
  } else if (IsBlank(text.substr(1, text.size() - 2))) {
    comment.fault = "its reason is empty";
  } else {
    comment.reason = text.substr(1, text.size() - 2);
  }
}

}  // namespace

std::vector<AllowComment> CollectAllowComments(const FileSet& files, const SourceMap& sources) {
  std::vector<AllowComment> found;
  for (const auto& file : files.trees) {
    for (const Span span : file->comments) {
      std::string_view text = sources.text(span).substr(1);  // without its '#'
      SkipBlanks(text);
      constexpr std::string_view kMark = "weir:";
      if (!text.starts_with(kMark)) continue;
      AllowComment& comment = found.emplace_back();
      comment.span = span;
      comment.statement = Places(sources.text(span.file), span).StatementIn(file->statements);
      ReadForm(text.substr(kMark.size()), comment);
    }
  }
  return found;
}

}  // namespace weir::dsl::resolve
