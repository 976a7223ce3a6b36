#include "compiler/witness/replay.h"

#include <utility>
#include <vector>

#include "compiler/lower/lower.h"
#include "compiler/replay/replay.h"
#include "compiler/witness/confirm.h"
#include "runtime/table/table.h"
#include "spec/model/model.h"

namespace weir::compiler {

WitnessReplay::WitnessReplay(const syntax::Policy& policy, std::uint32_t gateway)
    : policy_(policy), gateway_(gateway) {
  auto octets = Lower(policy, nullptr, gateway);
  if (!octets) return;
  auto table = runtime::Table::LoadOctets(std::move(*octets));
  if (table) table_ = std::move(*table);
}

std::string WitnessReplay::Disagreement(const Witness& witness, std::uint32_t route) const {
  model::World world;
  world.charge = [](std::uint32_t, const model::LimitKey&) {
    return model::LimitVerdict::kAdmitted;
  };
  world.identify = [](const syntax::Authentication&) { return model::Identity{}; };
  const model::RawRequest raw = RawRequestOf(witness);
  const model::Connection connection = ConnectionOf(witness);
  const auto check = [&](const std::string& who, const model::Outcome& outcome) -> std::string {
    if (outcome.route == route) return "";
    return who + " treats the witness " + witness.method + " " + Url(witness) +
           " otherwise than was found: " + Show(outcome);
  };
  auto wrong = check("the model", model::Decide(policy_, gateway_, raw, connection, world));
  if (!wrong.empty() || table_ == nullptr) return wrong;
  return check("the table", TableReplay(policy_, gateway_, table_).Run(raw, connection, world));
}

}  // namespace weir::compiler
