// Path and host patterns, regular expressions and literal paths. What is not in
// canonical form is an error that shows the canonical form, so that nothing
// after the resolver canonicalises a pattern.
#ifndef WEIR_DSL_RESOLVE_PATTERN_H_
#define WEIR_DSL_RESOLVE_PATTERN_H_

#include <optional>
#include <string>
#include <string_view>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/pattern.h"

namespace weir::dsl::resolve {

// The canonical form of a literal path (no wildcards), or what is wrong with it.
struct CanonicalText {
  std::string text;
  const char* fault = nullptr;  // set: `text` means nothing
};
CanonicalText CanonicalPath(std::string_view path);

// "/users/{id}/**" or ~"/v[0-9]+/.*".
std::optional<syntax::PathPattern> PathPatternOf(Context& context, const Value& value);
// "api.example.com" or "*.example.com".
std::optional<syntax::HostPattern> HostPatternOf(Context& context, const Value& value);
std::optional<syntax::Regex> RegexOf(Context& context, const Value& value);
// The same from a text that stands elsewhere (a condition).
std::optional<syntax::PathPattern> ParsePathPattern(Context& context, const std::string& text,
                                                    Span span);
std::optional<syntax::Regex> ParseRegexAt(Context& context, const std::string& text, Span span);
// A path without wildcards, in canonical form.
std::optional<std::string> LiteralPathOf(Context& context, const Value& value);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_PATTERN_H_
