// The table beside the model, on random cases.
#ifndef WEIR_FUZZ_HARNESS_DECISION_H_
#define WEIR_FUZZ_HARNESS_DECISION_H_

#include <expected>
#include <optional>
#include <string>

#include "compiler/replay/replay.h"
#include "fuzz/generators/request_generator.h"
#include "fuzz/generators/world_generator.h"

namespace weir::fuzz {

// Lowers and loads gateway 0; the error is what the one or the other said.
std::expected<compiler::TableReplay, std::string> Compile(const syntax::Policy& policy);

// What differs; none: both say the same. `outcome`, if given, is then set to it.
std::optional<std::string> CompareDecision(const compiler::TableReplay& table,
                                           const syntax::Policy& policy,
                                           const RandomRequest& request, const RandomWorld& world,
                                           model::Outcome* outcome = nullptr);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_HARNESS_DECISION_H_
