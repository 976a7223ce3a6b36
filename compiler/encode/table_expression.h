// Conditions of a loaded table as formulas, read from its records.
#ifndef WEIR_COMPILER_ENCODE_TABLE_EXPRESSION_H_
#define WEIR_COMPILER_ENCODE_TABLE_EXPRESSION_H_

#include <cstdint>

#include "compiler/encode/expression.h"
#include "compiler/encode/universe.h"
#include "runtime/table/table.h"

namespace weir::compiler {

// `place` names the credentials as the source's encoding does; its match is not
// read: captures are those of the route's record.
Formula EncodeTableExpression(Universe& universe, const runtime::TableView& table,
                              std::uint32_t expression, std::uint32_t route,
                              const RulePlace& place);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_TABLE_EXPRESSION_H_
