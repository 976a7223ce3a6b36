// Origins (spec/rules/cors.md).
#ifndef WEIR_RUNTIME_DECIDE_CORS_H_
#define WEIR_RUNTIME_DECIDE_CORS_H_

#include <string_view>

#include "runtime/table/table.h"

namespace weir::runtime {

bool AdmitsAnyOrigin(const TableView& table, const CorsRecord& cors);
bool AdmitsOrigin(const TableView& table, const CorsRecord& cors, std::string_view origin);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_CORS_H_
