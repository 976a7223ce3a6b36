// A table to look at, from a policy or from a compiled file.
#ifndef WEIR_COMPILER_CLI_OPEN_TABLE_H_
#define WEIR_COMPILER_CLI_OPEN_TABLE_H_

#include <memory>
#include <string>

#include "runtime/table/table.h"

namespace weir::cli {

// Whether the file begins as a compiled table does.
bool IsTable(const std::string& path);

// `path` is a table or a policy. Of a policy the named gateway or sidecar is
// compiled; without a name the first gateway. Null when that fails: it has been
// said why.
std::shared_ptr<const runtime::Table> OpenTable(const std::string& path,
                                                const std::string& gateway);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_OPEN_TABLE_H_
