#include "compiler/encode/equivalence.h"

#include "compiler/encode/decode.h"
#include "compiler/encode/difference.h"
#include "compiler/encode/settings.h"
#include "compiler/encode/table_order.h"

namespace weir::compiler {
namespace {

using Result = smt::Verdict<TableMismatch>;

std::string Says(const Row& row) {
  std::string text = row.forwards ? "forwards" : "answers " + std::to_string(row.status);
  if (!row.forwards) text += " (" + row.reason + ")";
  if (!row.route_name.empty()) text += " by route " + row.route_name;
  return text;
}

std::string DifferentAspect(const Row& source, const Row& table) {
  for (const auto& [aspect, text] : source.aspects) {
    const auto other = table.aspects.find(aspect);
    if (other == table.aspects.end()) return aspect + " is missing";
    if (other->second != text) return aspect + ": " + text + " became " + other->second;
  }
  for (const auto& [aspect, text] : table.aspects) {
    if (!source.aspects.contains(aspect)) return aspect + " was added: " + text;
  }
  return "";
}

Result Mismatch(const Universe& u, const std::vector<std::uint32_t>& listeners, const Row& source,
                const Row& table, const std::vector<Value>& request) {
  TableMismatch mismatch;
  mismatch.what = "the policy " + Says(source) + ", the table " + Says(table);
  const std::string aspect = DifferentAspect(source, table);
  if (!aspect.empty()) mismatch.what += "; " + aspect;
  mismatch.witness = Decode(u, request, source.place, listeners);
  return smt::Refuted<TableMismatch>{std::move(mismatch)};
}

}  // namespace

Result ProveTable(const syntax::Policy& policy, std::uint32_t gateway, const runtime::Table& table,
                  unsigned budget_ms) {
  const auto settings = DifferentSetting(policy, gateway, table);
  if (settings) return smt::Refuted<TableMismatch>{{*settings, std::nullopt}};
  Universe u;
  const auto listeners = AddListeners(u, policy.gateways[gateway]);
  const auto table_listeners = AddTableListeners(u, table);
  auto source = EncodeGateway(u, policy, policy.gateways[gateway], listeners, Unsendable::kWithin);
  auto encoded = EncodeTable(u, table, table_listeners);
  if (!encoded) return smt::Refuted<TableMismatch>{{encoded.error(), std::nullopt}};
  if (!u.problem().empty()) return smt::Unknown{u.problem()};
  // Alike as they are written: nothing has to be asked.
  if (Differ(u, source, *encoded, true) == kFalse) return smt::Proved{};
  const auto classes = ClassesOf(u);
  if (!classes) return smt::Unknown{classes.error()};
  Symbolic symbolic(u, *classes);
  for (auto* rows : {&source, &*encoded}) {
    for (Row& row : *rows) row.when = symbolic.Plain(row.when);
  }
  if (Differ(u, source, *encoded, true) == kFalse) return smt::Proved{};
  DifferenceOptions options;
  options.budget_ms = budget_ms;
  options.max_regions = 1;
  options.compare_routes = true;
  const Differences found =
      FindDifferences(u, symbolic, "table = source", source, *encoded, options);
  if (!found.regions.empty()) {
    const Disagreement& region = found.regions[0];
    return Mismatch(u, listeners, source[region.first], (*encoded)[region.second], region.request);
  }
  if (!found.unknown.empty()) return smt::Unknown{found.unknown};
  return smt::Proved{};
}

}  // namespace weir::compiler
