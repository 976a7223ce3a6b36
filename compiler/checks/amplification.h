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
  // False: a cycle leads here (`reason` says which).
  bool bounded = true;
  bool loop = false;  // the cycle is of listeners and endpoints, no application has a part in it
  // False: there are more call paths than can be walked, so the figures are
  // only what was found so far, and the true ones may be larger.
  bool complete = true;
  std::string reason;
  std::uint64_t amplification = 0;  // tries in the worst case; 2^64 - 1 stands for that or more
  // In the long run: so many tries for each request, and so many more in each 10 s.
  LoadFactor sustained;
  LoadFactor added;
  std::uint32_t budgets = 0;                     // how many retry budgets have a part in it
  std::vector<LoadHop> path;                     // the worst single path
  std::vector<std::string> assumptions;          // what the policy leaves open
  std::vector<std::string> process_assumptions;  // of `added` alone
};

struct AmplificationOptions {
  std::size_t max_steps = 200'000;  // of all walks
};

// By service, those that no request reaches left out. Past the budget every
// service is in, as any may be reached by what was not walked.
std::vector<ServiceLoad> Amplification(const syntax::Policy& policy,
                                       const AmplificationOptions& options = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_AMPLIFICATION_H_
