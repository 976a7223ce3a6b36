// The languages behind the tests: texts, prefixes, lists in header values, and
// what values of each part of a request can be at all.
#ifndef WEIR_COMPILER_ENCODE_LANGUAGES_H_
#define WEIR_COMPILER_ENCODE_LANGUAGES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/automata/dfa.h"
#include "compiler/encode/universe.h"
#include "spec/syntax/regex.h"

namespace weir::compiler {

Dfa ExactText(std::string_view text);
Dfa AnyOfTexts(const std::vector<std::string>& texts);
Dfa Prefixed(std::string_view prefix);
Dfa Suffixed(std::string_view suffix);
Dfa NotIn(const Dfa& language);
// "*.name": one or more whole labels and a dot before `name`.
Dfa UnderDomain(std::string_view name);
// Header values of which some comma-separated element, white space around it
// taken off, is not empty and in `language`.
Dfa SomeElement(const Dfa& language);
Dfa AllStrings();
// Texts that hold none of these.
Dfa Without(std::initializer_list<std::string_view> parts);
// Canonical paths whose segment at `place` (from 0) is not empty and in `language`.
Dfa SegmentIn(std::size_t place, const Dfa& language);

// The values that a dimension of this part can have, nicest first, and values
// that read well in a witness.
std::shared_ptr<const std::vector<Dfa>> TiersOf(Part part);
std::vector<std::string> HintsOf(Part part);
// The tier of TiersOf(kPath) from which on a path needs a listener that keeps
// slashes, encoded slashes or parameters.
inline constexpr std::uint32_t kUnusualPathTier = 2;

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_LANGUAGES_H_
