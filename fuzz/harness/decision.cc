#include "fuzz/harness/decision.h"

#include "compiler/lower/lower.h"

namespace weir::fuzz {
namespace {

std::string ShowFields(const model::Trace& trace) {
  std::string text = "\n  the upstream's response as";
  for (const auto& [name, value] : trace.response) text += "\n    " + name + ": " + value;
  return text;
}

}  // namespace

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
  model::Trace wanted_trace{.response = random_world.response};
  model::Trace got_trace = wanted_trace;
  model::Outcome wanted =
      model::Decide(policy, 0, request.raw, request.connection, world, &wanted_trace);
  const model::Outcome got = table.Run(request.raw, request.connection, world, &got_trace);
  if (wanted == got && wanted_trace.response == got_trace.response) {
    if (outcome) *outcome = std::move(wanted);
    return std::nullopt;
  }
  return Describe(request) + "\nmodel: " + compiler::Show(wanted) + ShowFields(wanted_trace) +
         "\ntable: " + compiler::Show(got) + ShowFields(got_trace);
}

}  // namespace weir::fuzz
