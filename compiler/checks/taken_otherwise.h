// Whether some request that a dead route matches is treated otherwise by the earlier
// route that takes it than the dead route would treat it: over all of them, not over
// the one that happens to be shown.
//
//   TakenOtherwise taken(policy, gateway);
//   auto found = taken.Find(route, verdict);
//   if (found.kind == TakenOtherwise::Kind::kOtherwise) Show(found.witness, found.taken_by);
#ifndef WEIR_COMPILER_CHECKS_TAKEN_OTHERWISE_H_
#define WEIR_COMPILER_CHECKS_TAKEN_OTHERWISE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/encode/overlap.h"
#include "compiler/shadow/engine.h"
#include "compiler/witness/replay.h"
#include "spec/model/model.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct TakenOtherwiseBudget {
  unsigned query_ms = 2'000;
  std::size_t routes = 256;  // that may take some of its requests
};

class TakenOtherwise {
 public:
  TakenOtherwise(const syntax::Policy& policy, std::uint32_t gateway,
                 TakenOtherwiseBudget budget = {});

  enum class Kind : std::uint8_t {
    kSame,       // every request is treated as the dead route would treat it
    kOtherwise,  // the witness is not
    kUnknown     // over a budget, or the text says less than the two do
  };
  struct Found {
    Kind kind = Kind::kUnknown;
    std::optional<Witness> witness;  // kOtherwise
    std::uint32_t taken_by = 0;
    std::string reason;  // kUnknown
  };
  // `verdict` is that of a route with blockers and a witness.
  Found Find(std::uint32_t route, const RouteVerdict& verdict);

 private:
  // The earlier routes that may take a request of this one.
  std::vector<std::uint32_t> Takers(std::uint32_t route);
  bool ReadsCaptures(std::uint32_t route) const;
  // The policy without routes, but for those that were put there last.
  syntax::Policy& Bare();
  // What a gateway with this route alone does.
  model::Outcome Alone(std::uint32_t route, const Witness& witness);
  Found Solve(std::uint32_t route, const std::vector<std::uint32_t>& takers);

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  const TakenOtherwiseBudget budget_;
  syntax::Policy bare_;         // made when first asked for
  std::vector<Reach> reaches_;  // by route; made when first asked for
  std::optional<WitnessReplay> replay_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_TAKEN_OTHERWISE_H_
