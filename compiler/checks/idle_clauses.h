// Clauses that can never do anything, whatever is sent: what `unreachable-policy`
// says beside the allows and denies of rule_standing.h.
#ifndef WEIR_COMPILER_CHECKS_IDLE_CLAUSES_H_
#define WEIR_COMPILER_CHECKS_IDLE_CLAUSES_H_

#include <string>
#include <vector>

#include "compiler/checks/finding.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct IdleClause {
  syntax::NodeId node = syntax::kNoNode;
  std::string message;
  std::string fix;
};

// A clause of a gateway or profile stands in many routes, and is idle when it is in
// each of them. Those written once are named once. `unknown` gets what could not
// be decided.
std::vector<IdleClause> IdleClauses(const syntax::Policy& policy, std::vector<Unknown>& unknown);
// The same of request and response transforms.
std::vector<IdleClause> IdleTransforms(const syntax::Policy& policy, std::vector<Unknown>& unknown);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_IDLE_CLAUSES_H_
