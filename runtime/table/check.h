// What a loader checks before anyone uses a table: every reference, enumerator
// and bound of every record, and that the index says what the routes say. The
// result is empty when all is well, else a sentence.
#ifndef WEIR_RUNTIME_TABLE_CHECK_H_
#define WEIR_RUNTIME_TABLE_CHECK_H_

#include <string>

#include "runtime/table/table.h"

namespace weir::runtime {

std::string CheckRecords(const TableView& table);
// After CheckRecords.
std::string CheckIndex(const TableView& table);

// How deep an expression may nest: evaluation recurses.
inline constexpr std::uint32_t kMaxExpressionDepth = 512;

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_CHECK_H_
