// Table = source: the loaded table of a gateway decides as its policy does, for
// every request (spec/table-equals-source.md has the argument and its limits).
//
//   auto table = runtime::Table::LoadFile("edge.weirt");
//   auto verdict = ProveTable(policy, gateway, **table);
#ifndef WEIR_COMPILER_ENCODE_EQUIVALENCE_H_
#define WEIR_COMPILER_ENCODE_EQUIVALENCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/encode/diff.h"
#include "compiler/smt/verdict.h"
#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// How a table differs from its source.
struct TableMismatch {
  std::string what;                // in words
  std::optional<Witness> witness;  // none: the difference is not in a decision
};

smt::Verdict<TableMismatch> ProveTable(const syntax::Policy& policy, std::uint32_t gateway,
                                       const runtime::Table& table, unsigned budget_ms = 10'000);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_EQUIVALENCE_H_
