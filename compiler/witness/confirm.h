// Plays what the solver found on the reference model and on the loaded table,
// before anyone is told: a request that both do not treat as it was found to be
// treated is a mistake of this program, and is reported as unknown.
#ifndef WEIR_COMPILER_WITNESS_CONFIRM_H_
#define WEIR_COMPILER_WITNESS_CONFIRM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "compiler/witness/witness.h"
#include "runtime/table/table.h"
#include "spec/model/model.h"

namespace weir::compiler {

// The request as it would arrive at a gateway.
model::RawRequest RawRequestOf(const Witness& witness);
model::Connection ConnectionOf(const Witness& witness);

// What a request is expected to come to.
struct Expected {
  bool forwards = false;
  std::uint16_t status = 0;  // of an answer
  std::string reason;
  std::optional<std::uint32_t> route;
  std::optional<std::uint32_t> limit;  // that refuses it
};

// Why the model, or the table, does otherwise; empty: both do as expected. A null
// `table` is not asked.
std::string Confirm(const syntax::Policy& policy, std::uint32_t gateway,
                    const std::shared_ptr<const runtime::Table>& table, const Witness& witness,
                    const model::Identity& identity, const Expected& expected);
// The same in a world of one's own, made anew for each of the two; above every
// limit admits.
std::string Confirm(const syntax::Policy& policy, std::uint32_t gateway,
                    const std::shared_ptr<const runtime::Table>& table, const Witness& witness,
                    const std::function<model::World()>& world, const Expected& expected);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_WITNESS_CONFIRM_H_
