// Whether a whole string is in a regular expression's language (MATCH-4).
#ifndef WEIR_SPEC_MODEL_REGEX_H_
#define WEIR_SPEC_MODEL_REGEX_H_

#include <string>

#include "spec/syntax/regex.h"

namespace weir::model {

bool Matches(const syntax::RegexNode& regex, const std::string& text);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_REGEX_H_
