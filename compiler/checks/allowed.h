// Findings that a comment of the policy silences (`# weir: allow RULE because "..."`).
#ifndef WEIR_COMPILER_CHECKS_ALLOWED_H_
#define WEIR_COMPILER_CHECKS_ALLOWED_H_

#include <span>

#include "compiler/checks/finding.h"
#include "dsl/source/allow_comment.h"

namespace weir::compiler {

// Moves what the comments allow from `result.findings` to `result.silenced`, and
// adds what is wrong with the comments: `bad-allow` and `unused-allow`. What
// stayed unknown is never silenced.
void ApplyAllowComments(std::span<const dsl::AllowComment> comments, CheckResult& result);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_ALLOWED_H_
