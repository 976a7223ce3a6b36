// The languages of fields that other attributes are read from.
#ifndef WEIR_COMPILER_ENCODE_FIELD_LANGUAGES_H_
#define WEIR_COMPILER_ENCODE_FIELD_LANGUAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/automata/dfa.h"

namespace weir::compiler {

// Cookie fields whose first pair of this name has a value in `language` (EXPR-7).
Dfa FirstCookieIn(const std::string& name, const Dfa& language);
// Texts of which some word, between spaces, is in `language`.
Dfa SomeWord(const Dfa& language);
// The text, its letters in either case.
Dfa IgnoringCase(std::string_view text);
// What X-Forwarded-Proto can say (CANON-18): of https, of http, or of either.
Dfa SchemeWords(std::optional<bool> https);
// Decimal numbers from 0 to `most`, leading zeros included.
Dfa NumbersUpTo(std::uint64_t most);
// Values of X-Forwarded-For: lists of addresses, and those whose last element is one (CANON-11).
std::vector<Dfa> Chains();
// Decimal numbers above zero, leading zeros included.
Dfa NumbersAboveZero();
// What a Content-Length can be (spec/rules/framing.md).
Dfa Lengths();
// Authorization fields that are taken for a token, and of them those whose token has
// the shape of one (spec/rules/auth.md).
Dfa BearerFields();
Dfa BearerTokens();

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_FIELD_LANGUAGES_H_
