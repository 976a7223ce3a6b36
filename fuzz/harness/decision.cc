#include "fuzz/harness/decision.h"

#include "compiler/lower/lower.h"

namespace weir::fuzz {

std::expected<compiler::TableReplay, std::string> Compile(const syntax::Policy& policy) {
  auto octets = compiler::Lower(policy, nullptr, 0);
  if (!octets) return std::unexpected(octets.error()[0].message);
  auto table = runtime::Table::LoadOctets(std::move(*octets));
  if (!table) return std::unexpected("the loader refused it: " + table.error());
  return compiler::TableReplay(policy, 0, *table);
}

std::optional<std::string> CompareDecision(const compiler::TableReplay& table,
                                           const syntax::Policy& policy,
                                           const RandomRequest& request,
                                           const RandomWorld& random_world,
                                           model::Outcome* outcome) {
  const model::World world = AsModelWorld(random_world);
  model::Outcome wanted = model::Decide(policy, 0, request.raw, request.connection, world);
  const model::Outcome got = table.Run(request.raw, request.connection, world);
  if (wanted == got) {
    if (outcome) *outcome = std::move(wanted);
    return std::nullopt;
  }
  return Describe(request) + "\nmodel: " + compiler::Show(wanted) +
         "\ntable: " + compiler::Show(got);
}

}  // namespace weir::fuzz
