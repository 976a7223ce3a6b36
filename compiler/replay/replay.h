// What a compiled table does with a request, told in the model's terms: for
// every answer that is checked on both (examples, witnesses, random cases).
//
//   auto table = runtime::Table::LoadOctets(*compiler::Lower(policy, nullptr, 0));
//   const TableReplay replay(policy, 0, *table);
//   assert(replay.Run(raw, connection, world) ==
//          model::Decide(policy, 0, raw, connection, world));
#ifndef WEIR_COMPILER_REPLAY_REPLAY_H_
#define WEIR_COMPILER_REPLAY_REPLAY_H_

#include <memory>
#include <string>
#include <vector>

#include "runtime/decide/decision.h"
#include "runtime/decide/options.h"
#include "runtime/table/table.h"
#include "spec/model/model.h"

namespace weir::compiler {

class TableReplay {
 public:
  // `table` was compiled from this gateway of `policy`, which must outlive this.
  TableReplay(const syntax::Policy& policy, std::uint32_t gateway,
              std::shared_ptr<const runtime::Table> table);

  // Of `trace` only `response` is used.
  model::Outcome Run(const model::RawRequest& request, const model::Connection& connection,
                     const model::World& world, model::Trace* trace = nullptr) const;

 private:
  void PlaceRules(const syntax::Policy& policy);
  model::Outcome Decided(const runtime::CanonicalRequest& request, const model::World& world,
                         model::Trace* trace) const;
  model::Outcome OutcomeOf(const runtime::CanonicalRequest& request,
                           const runtime::Decision& decision, runtime::Step step) const;

  std::shared_ptr<const runtime::Table> table_;
  const syntax::Gateway* gateway_;
  std::vector<runtime::ListenerOptions> listeners_;
  std::vector<syntax::NodeId> rules_;    // by place in the table's rules
  std::vector<std::uint32_t> limits_;    // place in the policy by place in the table
  std::vector<std::uint32_t> services_;  // the same
};

// An outcome in words, for messages.
std::string Show(const model::Outcome& outcome);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_REPLAY_REPLAY_H_
