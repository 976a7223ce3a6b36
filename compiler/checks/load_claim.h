// Whether a bound on amplification or sustained load holds of a service (AMP-5).
#ifndef WEIR_COMPILER_CHECKS_LOAD_CLAIM_H_
#define WEIR_COMPILER_CHECKS_LOAD_CLAIM_H_

#include <string>
#include <vector>

#include "compiler/checks/amplification.h"
#include "spec/syntax/statement.h"

namespace weir::compiler {

enum class LoadVerdict : std::uint8_t { kHolds, kBroken, kUnknown };

// Exactly: no rounding. kUnknown where paths were left out, or where a claim lies
// between the bound that budgets give and the one that attempts give, and several
// budgets have a part in it.
LoadVerdict Judge(const ServiceLoad& load, const syntax::AmplificationClaim& claim);

// "one request can come to 4 tries at orders, in the long run 1.2 + 3 per 10s".
std::string InWords(const ServiceLoad& load, const std::string& service);

// What the answer to the claim rests on.
std::vector<std::string> AssumptionsOf(const ServiceLoad& load,
                                       const syntax::AmplificationClaim& claim);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_LOAD_CLAIM_H_
