// The text of a rule as its policy has it, for what people are shown.
#ifndef WEIR_COMPILER_LOWER_SOURCE_TEXT_H_
#define WEIR_COMPILER_LOWER_SOURCE_TEXT_H_

#include <string>

#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// From `allow` or `deny` to the end of the condition, on one line, without
// comments; empty when there is no source.
std::string RuleText(const syntax::Policy& policy, const dsl::SourceMap* sources,
                     const syntax::Rule& rule);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LOWER_SOURCE_TEXT_H_
