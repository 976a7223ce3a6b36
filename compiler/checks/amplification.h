// How many tries of one request can reach each service (spec/rules/amplification.md).
//
//   for (const ServiceLoad& load : Amplification(policy)) {
//     if (!load.bounded || load.amplification > bound) Report(load.path);
//   }
#ifndef WEIR_COMPILER_CHECKS_AMPLIFICATION_H_
#define WEIR_COMPILER_CHECKS_AMPLIFICATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/checks/finding.h"
#include "compiler/checks/load_factor.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct LoadHop {
  Hop hop;                                // "edge/users -> user-service", and its tries
  syntax::NodeId node = syntax::kNoNode;  // of the route or call
};

// What one request from outside can come to at one service.
struct ServiceLoad {
  std::uint32_t service = 0;  // place in Policy::services
  // False: a cycle of calls without a declared depth leads here (`reason` says so).
  bool bounded = true;
  // False: there are more call paths than can be walked, so the figures are
  // only what was found so far, and the true ones may be larger.
  bool complete = true;
  std::string reason;
  std::uint64_t amplification = 0;  // tries in the worst case; 2^64 - 1 stands for that or more
  LoadFactor sustained;             // the long-run factor under retry budgets
  std::vector<LoadHop> path;        // the worst single path
};

struct AmplificationOptions {
  std::size_t max_steps = 200'000;  // of one route's walk
};

// By service, those that no request reaches left out. Past the budget every
// service is in, as any may be reached by what was not walked.
std::vector<ServiceLoad> Amplification(const syntax::Policy& policy,
                                       const AmplificationOptions& options = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_AMPLIFICATION_H_
