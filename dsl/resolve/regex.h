// Regular expressions: text to tree.
//
// RE2's syntax over octets, less what has no meaning for whole-string
// membership: captures (groups only group), assertions, back references.
//   literals      an octet, or the octets of a UTF-8 character as one unit
//   .             any octet but newline; with (?s) newline too
//   classes       [a-z] [^...] [[:alpha:]] \d \D \s \S \w \W; ASCII characters
//   escapes       \. and the like, \t \n \r \f \v \a, \xHH (that octet)
//   repetition    * + ? {n} {n,} {n,m}, up to 1000, nested ones by their product
//   groups        (...) (?:...) (?i) (?s) (?i:...) (?-i:...); (?i) folds ASCII letters
#ifndef WEIR_DSL_RESOLVE_REGEX_H_
#define WEIR_DSL_RESOLVE_REGEX_H_

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "spec/syntax/regex.h"

namespace weir::dsl::resolve {

struct RegexFault {
  std::size_t offset = 0;  // in the text
  std::string message;
  std::string help;
};

std::expected<syntax::Regex, RegexFault> ParseRegex(std::string_view text);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_REGEX_H_
