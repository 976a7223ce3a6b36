// A finding with what every finding has.
//
//   result.findings.push_back(Found("per-try-cuts", Severity::kNote, span, "...", "..."));
#ifndef WEIR_COMPILER_CHECKS_FOUND_H_
#define WEIR_COMPILER_CHECKS_FOUND_H_

#include <string>
#include <utility>

#include "compiler/checks/finding.h"

namespace weir::compiler {

inline Finding Found(std::string rule, dsl::Severity severity, dsl::Span span, std::string message,
                     std::string fix) {
  Finding finding;
  finding.diagnostic.rule = std::move(rule);
  finding.diagnostic.severity = severity;
  finding.diagnostic.span = span;
  finding.diagnostic.message = std::move(message);
  finding.diagnostic.help = fix;
  finding.fix = std::move(fix);
  return finding;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_FOUND_H_
