// Random regular expressions, their text, and words of their languages.
#ifndef WEIR_FUZZ_GENERATORS_REGEX_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_REGEX_GENERATOR_H_

#include <string>

#include "fuzz/generators/choices.h"
#include "spec/syntax/regex.h"

namespace weir::fuzz {

// Of the alphabet of words.h, and of slashes with `path`.
syntax::Regex RandomRegex(Choices& choices, bool path);

// A word that the expression probably matches (not if it holds kNothing).
std::string WordOf(const syntax::RegexNode& node, Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_REGEX_GENERATOR_H_
