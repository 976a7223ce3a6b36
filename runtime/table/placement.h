// Where a route stands in the index: what the writer puts there, and what the
// loader expects to find.
#ifndef WEIR_RUNTIME_TABLE_PLACEMENT_H_
#define WEIR_RUNTIME_TABLE_PLACEMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/table/index.h"
#include "runtime/table/table.h"

namespace weir::runtime {

struct PlacedSegment {
  bool wildcard = false;
  std::string_view literal;
};

// One (host, path) pair of a route's match.
struct Placement {
  std::uint32_t root_parent = kParentAnyHost;
  std::string_view host;
  std::vector<PlacedSegment> segments;
  bool rest = false;
};

// The bits of a route's candidates.
std::uint32_t ResidueOf(const TableView& table, const RouteRecord& route);

// All placements of a route. Views point into the table, or into `prefixes`,
// which takes the literal beginnings of regular expressions.
std::vector<Placement> PlacementsOf(const TableView& table, const RouteRecord& route,
                                    std::vector<std::string>& prefixes);

// What every text begins with that the automaton accepts; shorter than
// `limit` octets.
std::string LiteralPrefix(const TableView& table, const DfaRecord& dfa, std::size_t limit);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_PLACEMENT_H_
