// Files that a policy names are relative to the policy's folder; those that a
// table names, to the table's. Between the two stands this.
#ifndef WEIR_COMPILER_LOWER_REBASE_H_
#define WEIR_COMPILER_LOWER_REBASE_H_

#include <string>

#include "spec/syntax/policy.h"

namespace weir::compiler {

// Rewrites every relative file name of key sets, certificates, keys, authorities
// and endpoint files so that it leads to the same place from folder `to` as it
// did from folder `from`. Names of access logs stay: they are the proxy's own.
void RebaseFiles(syntax::Policy& policy, const std::string& from, const std::string& to);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LOWER_REBASE_H_
