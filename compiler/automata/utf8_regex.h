// UTF-8 as a regular expression over octets (Unicode, table 3-7).
#ifndef WEIR_COMPILER_AUTOMATA_UTF8_REGEX_H_
#define WEIR_COMPILER_AUTOMATA_UTF8_REGEX_H_

#include "spec/syntax/regex.h"

namespace weir::compiler {

// Any number of characters, none of them NUL.
syntax::RegexNode Utf8WithoutNul();

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_UTF8_REGEX_H_
