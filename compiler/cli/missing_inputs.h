// What proxies read when they start, and that is not there.
#ifndef WEIR_COMPILER_CLI_MISSING_INPUTS_H_
#define WEIR_COMPILER_CLI_MISSING_INPUTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::cli {

// A sentence that names each file and environment variable that one of these gateways
// reads and that is missing; empty: all are there. `file` is the policy's.
std::string MissingInputs(const syntax::Policy& policy, const std::string& file,
                          const std::vector<std::uint32_t>& gateways);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_MISSING_INPUTS_H_
