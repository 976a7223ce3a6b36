#include "compiler/encode/difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace weir::compiler {
namespace {

// All that a row does; rows with equal keys treat a request alike.
using Treatment = std::tuple<bool, std::uint16_t, std::string, Aspects, std::string, std::uint32_t>;

Treatment TreatmentOf(const Row& row, bool with_route) {
  return {row.forwards,
          row.status,
          row.reason,
          row.aspects,
          with_route ? row.route_name : "",
          with_route ? row.route.value_or(0xffffffff) : 0};
}

std::map<Treatment, std::set<Formula>> ByTreatment(const std::vector<Row>& rows, bool with_route) {
  std::map<Treatment, std::set<Formula>> parts;
  for (const Row& row : rows) parts[TreatmentOf(row, with_route)].insert(row.when);
  return parts;
}

std::size_t RowOf(const std::vector<bool>& holds, const std::vector<Row>& rows) {
  std::size_t at = 0;
  while (at < rows.size() && !holds[rows[at].when]) ++at;
  return at;
}

}  // namespace

Formula Differ(Universe& universe, const std::vector<Row>& first, const std::vector<Row>& second,
               bool compare_routes) {
  const auto a = ByTreatment(first, compare_routes);
  const auto b = ByTreatment(second, compare_routes);
  std::vector<Formula> differ;
  for (const auto& [treatment, rows] : a) {
    const auto other = b.find(treatment);
    const std::set<Formula> same = other == b.end() ? std::set<Formula>() : other->second;
    const Formula elsewhere =
        universe.f.Not(universe.f.Or(std::vector<Formula>(same.begin(), same.end())));
    for (Formula when : rows) {
      // A row that both sides have differs nowhere: nothing to ask about it.
      if (!same.contains(when)) differ.push_back(universe.f.And(when, elsewhere));
    }
  }
  return universe.f.Or(differ);
}

Differences FindDifferences(Universe& universe, Symbolic& symbolic, const std::string& name,
                            const std::vector<Row>& first, const std::vector<Row>& second,
                            const DifferenceOptions& options) {
  Differences result;
  Formula open = Differ(universe, first, second, options.compare_routes);
  while (true) {
    auto found = symbolic.Find(name, open, options.budget_ms);
    if (found.kind == Symbolic::Found::Kind::kUnknown) result.unknown = found.reason;
    if (found.kind != Symbolic::Found::Kind::kSome) break;
    if (result.regions.size() >= options.max_regions) {
      result.more = true;
      break;
    }
    const std::vector<bool> holds = universe.EvaluateAll(found.request);
    Disagreement region{RowOf(holds, first), RowOf(holds, second), std::move(found.request)};
    if (region.first == first.size() || region.second == second.size()) {
      result.unknown = name + ": a request belongs to no row";
      break;
    }
    open = universe.f.And(
        open, universe.f.Not(universe.f.And(first[region.first].when, second[region.second].when)));
    result.regions.push_back(std::move(region));
  }
  std::sort(result.regions.begin(), result.regions.end(),
            [](const Disagreement& a, const Disagreement& b) {
              return std::pair(a.first, a.second) < std::pair(b.first, b.second);
            });
  return result;
}

}  // namespace weir::compiler
