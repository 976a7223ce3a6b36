// A request that a route forwards, whatever its rules demand, or that there is none.
//
//   PassingRequests passing(policy, gateway);
//   auto found = passing.Find(route);
//   if (found.kind == PassingRequests::Kind::kFound) Show(found.witness);
//
// The route is looked at with none of the others, and each earlier route that
// takes what is found joins it, as in rule_standing.cc. Requests of a preflight's
// shape are left aside where some route has `cors`; and kNone is also said when the
// one request that is found would be forwarded but for its rewritten path.
#ifndef WEIR_COMPILER_CHECKS_PASSING_REQUESTS_H_
#define WEIR_COMPILER_CHECKS_PASSING_REQUESTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "compiler/shadow/engine.h"
#include "compiler/witness/replay.h"
#include "compiler/witness/witness.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct PassingBudget {
  unsigned query_ms = 2'000;
  std::size_t rounds = 24;
};

class PassingRequests {
 public:
  PassingRequests(const syntax::Policy& policy, std::uint32_t gateway, PassingBudget budget = {});

  enum class Kind : std::uint8_t { kNone, kFound, kUnknown };
  struct Found {
    Kind kind = Kind::kUnknown;
    Witness witness;     // kFound: played on the model and on the table
    std::string reason;  // kUnknown
  };
  // Of a route that asks for no credential.
  Found Find(std::uint32_t route);

  ShadowEngine& engine() { return engine_; }

 private:
  // Empty: the model and the table both forward it by this route.
  std::string Disagreement(const Witness& witness, std::uint32_t route);
  Found Search(std::uint32_t route);

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  const PassingBudget budget_;
  ShadowEngine engine_;
  bool has_cors_ = false;
  std::unique_ptr<WitnessReplay> replay_;  // made for the first request
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_PASSING_REQUESTS_H_
