// What a loaded table does with a request, as rows like those of order.h. Reads
// the table's octets only; the source is not at hand here.
#ifndef WEIR_COMPILER_ENCODE_TABLE_ORDER_H_
#define WEIR_COMPILER_ENCODE_TABLE_ORDER_H_

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "compiler/encode/order.h"
#include "runtime/table/table.h"

namespace weir::compiler {

std::vector<std::uint32_t> AddTableListeners(Universe& universe, const runtime::TableView& table);

// The error says what of the table could not be relied on.
std::expected<std::vector<Row>, std::string> EncodeTable(
    Universe& universe, const runtime::TableView& table,
    const std::vector<std::uint32_t>& listeners);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_TABLE_ORDER_H_
