// The canonical printer of what was written: `weir fmt`.
//
// Two blanks of indentation, one blank between words (two where a new clause
// began on the same line), at most one empty line; what stood on one line
// stays on one line, and a block or list over several lines has each of its
// statements on its own. Comments survive. With parse = dsl::Parse:
//
//   parse(Format(parse(text))) equals parse(text), spans aside
//   Format(parse(Format(t))) = Format(t)
#ifndef WEIR_DSL_FORMAT_FORMAT_H_
#define WEIR_DSL_FORMAT_FORMAT_H_

#include <string>
#include <string_view>

#include "dsl/tree/tree.h"

namespace weir::dsl {

std::string Format(const tree::File& file);
std::string Format(const tree::Condition& condition);  // on one line, as messages quote it

// A string literal, with quotes and escapes.
std::string QuotedString(std::string_view text);
// A regular expression literal, with ~ and quotes.
std::string QuotedRegex(std::string_view text);

}  // namespace weir::dsl

#endif  // WEIR_DSL_FORMAT_FORMAT_H_
