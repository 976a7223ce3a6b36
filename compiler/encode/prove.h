// The claims of a policy about its requests, decided for every request
// (spec/prove.md).
//
//   for (const ClaimVerdict& verdict : ProveClaims(policy, tables)) Report(verdict);
#ifndef WEIR_COMPILER_ENCODE_PROVE_H_
#define WEIR_COMPILER_ENCODE_PROVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/smt/verdict.h"
#include "compiler/witness/witness.h"
#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// A request that is forwarded against the claim, and where it goes.
struct Counterexample {
  Witness witness;
  std::uint32_t route = 0;
  std::string route_name;
  std::vector<std::string> services;
};

// One claim at one gateway.
struct ClaimVerdict {
  std::uint32_t proof = 0;    // place in Policy::proofs
  std::uint32_t gateway = 0;  // place in Policy::gateways
  smt::Verdict<Counterexample> verdict;
  double milliseconds = 0;  // of the query and decoding its answer
};

struct ProveOptions {
  unsigned budget_ms = 5000;  // for each query
};

// By gateway, its loaded table, or null: then counterexamples are played on the
// model alone.
using Tables = std::vector<std::shared_ptr<const runtime::Table>>;

// Every RequestClaim at every gateway and sidecar it is about, in written order.
// Every counterexample has been played on the model and on the table.
std::vector<ClaimVerdict> ProveClaims(const syntax::Policy& policy, const Tables& tables = {},
                                      const ProveOptions& options = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_PROVE_H_
