// What a check reports: a diagnostic with a witness, or a path of hops.
#ifndef WEIR_COMPILER_CHECKS_FINDING_H_
#define WEIR_COMPILER_CHECKS_FINDING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/witness/witness.h"
#include "dsl/source/diagnostic.h"

namespace weir::compiler {

// One hop of an amplification path: "edge/users -> user-service", 3 tries.
struct Hop {
  std::string hop;
  std::uint64_t tries = 1;
};

struct Finding {
  dsl::Diagnostic diagnostic;  // rule, severity, message, span, labels, help
  std::optional<Witness> witness;
  std::string taken_by;              // the route that takes the witness, where that is the point
  std::optional<Witness> preflight;  // that a browser sends before the witness, where it matters
  std::vector<Hop> path;             // in place of a witness where no request can show it
  std::uint64_t factor = 0;
  std::vector<std::string> assumptions;  // what the policy leaves open, taken as the worst case
  std::string fix;                       // what to do, in one sentence
};

// Something a check could not decide, and why; never counted as fine.
struct Unknown {
  std::string rule;
  std::string reason;
  dsl::Span span;
};

// A finding that a comment of the policy allows; it counts for nothing.
struct Silenced {
  Finding finding;
  std::string reason;
  dsl::Span comment;
};

// Notes of one rule that are too many to show.
struct LeftOut {
  std::string rule;
  std::size_t notes = 0;
};

struct CheckResult {
  std::vector<Finding> findings;
  std::vector<Silenced> silenced;
  std::vector<LeftOut> left_out;
  std::vector<Unknown> unknown;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_FINDING_H_
