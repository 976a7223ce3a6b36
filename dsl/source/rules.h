// Every rule name that a diagnostic of dsl/ can bear, with what it is about.
//
// A name is stable once released. tests/golden shows each of them at work, and
// fails for a name that is listed here and shown nowhere, or shown and not
// listed.
#ifndef WEIR_DSL_SOURCE_RULES_H_
#define WEIR_DSL_SOURCE_RULES_H_

#include <string_view>

namespace weir::dsl {

struct RuleInfo {
  std::string_view name;
  std::string_view about;
};

inline constexpr RuleInfo kRules[] = {
    // Files.
    {"missing-file", "a file that does not exist"},
    {"not-a-file", "a directory, device or pipe where a file should be"},
    {"unreadable-file", "a file that may not be read"},
    {"file-too-large", "a file of more than 16 MiB"},
    // Text.
    {"malformed-utf8", "octets that are not UTF-8"},
    {"nul-octet", "a NUL octet in the text"},
    {"hidden-character", "a character that changes how text is shown"},
    {"nesting-too-deep", "brackets or `not` nested more than 256 deep"},
    {"statement-too-long", "a statement of more than 262144 words and signs"},
    {"unclosed", "a bracket or string that is not closed, or closed twice"},
    {"syntax", "text that is no statement or condition"},
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_RULES_H_
