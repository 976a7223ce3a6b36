// Commands that `weir run` goes through one by one before it starts anything.
//
// Each prints what its command prints, but only when there is something to say:
// stdout is the access log's from then on.
#ifndef WEIR_COMPILER_CLI_STEPS_H_
#define WEIR_COMPILER_CLI_STEPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dsl/resolve/load.h"

namespace weir::cli {

// The status of `weir lint` and of `weir prove` for this policy, which is there.
int LintStep(const dsl::LoadResult& loaded);
int ProveStep(const dsl::LoadResult& loaded);
// The status of `weir test`; prints only where an example fails.
int TestStep(const dsl::LoadResult& loaded);

// One table file for each of `gateways` (places in the policy), in their order;
// nothing when that fails: it has been said why. Relative file names of the
// policy, which was read from `file`, are rewritten to lead from `folder`.
std::vector<std::string> CompileStep(dsl::LoadResult& loaded, const std::string& file,
                                     const std::vector<std::uint32_t>& gateways,
                                     const std::string& folder);

// The place of every gateway and sidecar.
std::vector<std::uint32_t> AllGateways(const syntax::Policy& policy);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_STEPS_H_
