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
    // Files that include others.
    {"include-cycle", "a file that includes itself, by whatever way"},
    {"too-large", "files of more than 64 MiB, includes deeper than 32, or an endless expansion"},
    // Names.
    {"unknown-statement", "a line of a file that begins with no known word"},
    {"unknown-clause", "a word that is no clause of the construct it stands in"},
    {"unknown-name", "a name that nothing defines"},
    {"unknown-attribute", "a word that is no attribute of a request, or may not stand there"},
    {"unknown-claim", "a claim that no jwt declares"},
    {"unknown-capture", "a captured segment that the route's paths do not have"},
    {"conflicting-claim", "a claim to which two jwts give different types"},
    {"duplicate-name", "two definitions of one name"},
    {"duplicate-clause", "a clause written twice that may stand once"},
    {"duplicate-element", "a list that names one thing twice"},
    {"duplicate-listener", "two listeners of one address"},
    {"let-cycle", "a let that stands for itself"},
    {"profile-cycle", "a profile that uses itself"},
    // Clauses and values.
    {"missing-clause", "a construct without a clause that it needs"},
    {"expected", "something else than what the clause takes"},
    {"wrong-value", "a value that is none of its kind, lacks its unit or is out of range"},
    {"type-mismatch", "a comparison between types that do not compare"},
    {"not-canonical", "a path, host, origin or method that no request can bear as written"},
    {"bad-pattern", "a path or host pattern that is none"},
    {"bad-regex", "a regular expression outside the dialect"},
    {"bad-identity", "text that is no SPIFFE id"},
    // What does not go together.
    {"limit-key", "a limit charged where its key is not known"},
    {"cors-credentials", "credentials allowed to every origin"},
    {"no-endpoints", "requests forwarded to a service without endpoints"},
    {"secret-in-policy", "a secret written in the policy"},
    {"not-supported", "a construct that the language knows and this version does not hold"},
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_RULES_H_
