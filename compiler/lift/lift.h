// Decision table -> core: the policy of one gateway or sidecar, read back from its
// table, so that what is asked of a policy can be asked of a table as well.
//
//   auto lifted = Lift(*table);
//   if (!lifted) Report(lifted.error());
//   Diff({&lifted->policy, folder}, ...);
//
// Nothing of the table is lost: the lifted policy, compiled again, gives the very same
// table, and Lift() refuses one for which that is not so. What no table holds (claims,
// examples, names that show nowhere) the lifted policy does not have.
#ifndef WEIR_COMPILER_LIFT_LIFT_H_
#define WEIR_COMPILER_LIFT_LIFT_H_

#include <expected>
#include <string>

#include "dsl/source/source_map.h"
#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct Lifted {
  syntax::Policy policy;  // with this one gateway
  // The rules' texts at their lines and nothing beside: enough to say where a route
  // or a rule was written.
  dsl::SourceMap sources;
};

// The error is a sentence: why the table cannot be read back.
std::expected<Lifted, std::string> Lift(const runtime::Table& table);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LIFT_LIFT_H_
