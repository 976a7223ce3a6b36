// Plays a witness on the reference model and on the shipped evaluator, with the
// gateway's own table, before anyone sees it.
//
//   WitnessReplay replay(policy, gateway);
//   std::string wrong = replay.Disagreement(witness, route);
//   if (!wrong.empty()) unknown.push_back(wrong);   // never shown as proven
#ifndef WEIR_COMPILER_WITNESS_REPLAY_H_
#define WEIR_COMPILER_WITNESS_REPLAY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "compiler/witness/witness.h"
#include "spec/syntax/policy.h"

namespace weir::runtime {
class Table;
}

namespace weir::compiler {

class WitnessReplay {
 public:
  WitnessReplay(const syntax::Policy& policy, std::uint32_t gateway);

  // What the model or the table does otherwise than to select this route;
  // empty: both agree with the finding. Every limit admits, no credential is sent.
  std::string Disagreement(const Witness& witness, std::uint32_t route) const;

  // Null when the policy cannot be lowered: then the model alone is asked.
  const std::shared_ptr<const runtime::Table>& table() const { return table_; }

 private:
  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  std::shared_ptr<const runtime::Table> table_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_WITNESS_REPLAY_H_
