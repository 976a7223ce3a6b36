#include "compiler/lower/source_text.h"

#include <algorithm>
#include <string_view>

namespace weir::compiler {
namespace {

// Widens a span by those of a condition and its parts, as far as they follow it
// in the same file.
void Widen(const syntax::Policy& policy, const syntax::Expression& expression, dsl::Span& span) {
  if (expression.node < policy.origins.size()) {
    const syntax::Origin& origin = policy.origins[expression.node];
    if (origin.file == span.file && origin.begin >= span.begin) {
      span.end = std::max(span.end, origin.end);
    }
  }
  for (const syntax::Expression& child : expression.children) Widen(policy, child, span);
}

std::string OneLine(std::string_view source) {
  std::string text;
  bool comment = false;
  bool quoted = false;
  bool space = false;
  for (char c : source) {
    if (c == '\n') comment = false;
    if (c == '"' && !comment) quoted = !quoted;
    if (c == '#' && !quoted) comment = true;
    if (comment) continue;
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) {
      space = !text.empty();
      continue;
    }
    if (space) text.push_back(' ');
    space = false;
    text.push_back(c);
  }
  return text;
}

}  // namespace

std::string RuleText(const syntax::Policy& policy, const dsl::SourceMap* sources,
                     const syntax::Rule& rule) {
  if (!sources || rule.node >= policy.origins.size()) return "";
  dsl::Span span = policy.origins[rule.node];
  if (span.file >= sources->file_count()) return "";
  Widen(policy, rule.when, span);
  return OneLine(sources->text(span));
}

}  // namespace weir::compiler
