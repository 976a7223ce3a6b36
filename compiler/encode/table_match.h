// What the routes of a loaded table match, read from its octets: the index says
// which routes are candidates, the residue what else is looked at. Written from
// the format's description and the look-up's rules, not from the lowering.
#ifndef WEIR_COMPILER_ENCODE_TABLE_MATCH_H_
#define WEIR_COMPILER_ENCODE_TABLE_MATCH_H_

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "compiler/automata/dfa.h"
#include "compiler/encode/overlap.h"
#include "compiler/encode/universe.h"
#include "runtime/table/table.h"

namespace weir::compiler {

// One entry of one candidate list, as the look-up meets it.
struct TableCandidate {
  std::uint32_t route = 0;    // place in routes()
  std::uint32_t methods = 0;  // the bits of methods that it passes for
  Formula when = kFalse;      // host and path lead here, and the residue holds
  Box box;                    // the host and path, for FirstMatches
};

// The error says what of the index the look-up could not rely on.
std::expected<std::vector<TableCandidate>, std::string> TableCandidates(
    Universe& universe, const runtime::TableView& table,
    const std::vector<std::uint32_t>& listeners);

// By route of the gateway: it matches all but the method; and it matches with the
// method read from `method`, as FindRoute asks it.
std::vector<Formula> TableMatchesButMethod(Universe& universe, const runtime::TableView& table,
                                           const std::vector<TableCandidate>& candidates);
std::vector<Formula> TableMatches(Universe& universe, const runtime::TableView& table,
                                  const std::vector<TableCandidate>& candidates,
                                  std::uint32_t method);

std::vector<Reach> TableReaches(const runtime::TableView& table,
                                const std::vector<TableCandidate>& candidates);

Dfa TableDfa(const runtime::TableView& table, std::uint32_t dfa);
Formula TablePath(Universe& universe, const runtime::TableView& table, std::uint32_t path);
syntax::Network TableNetwork(const runtime::NetworkRecord& record);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_TABLE_MATCH_H_
