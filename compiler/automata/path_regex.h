// Path patterns as regular expressions over whole canonical paths, and small
// constructors for expression trees.
#ifndef WEIR_COMPILER_AUTOMATA_PATH_REGEX_H_
#define WEIR_COMPILER_AUTOMATA_PATH_REGEX_H_

#include <bitset>
#include <string_view>
#include <vector>

#include "spec/syntax/pattern.h"
#include "spec/syntax/regex.h"

namespace weir::compiler {

syntax::RegexNode RegexText(std::string_view text);  // exactly this text
syntax::RegexNode RegexSet(std::bitset<256> set);    // one octet of the set
syntax::RegexNode RegexConcat(std::vector<syntax::RegexNode> parts);
syntax::RegexNode RegexAlternate(std::vector<syntax::RegexNode> parts);
syntax::RegexNode RegexRepeat(syntax::RegexNode part, int min, int max);

std::bitset<256> AnyOctet();
std::bitset<256> NoSlash();  // every octet but '/'

// The expression whose matches among canonical paths are the pattern's.
syntax::RegexNode PathRegex(const syntax::PathPattern& pattern);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_PATH_REGEX_H_
