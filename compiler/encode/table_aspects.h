// The aspects of a loaded table's rows, in the words of aspects.h, read from its
// records.
#ifndef WEIR_COMPILER_ENCODE_TABLE_ASPECTS_H_
#define WEIR_COMPILER_ENCODE_TABLE_ASPECTS_H_

#include <string>

#include "compiler/encode/order.h"
#include "runtime/table/table.h"

namespace weir::compiler {

Aspects TableGatewayAspects(const runtime::TableView& table);
Aspects TableAnswerAspects(const runtime::TableView& table, const runtime::RouteRecord& route);
Aspects TableForwardAspects(const runtime::TableView& table, const runtime::RouteRecord& route);
std::string TableResponseText(const runtime::TableView& table, std::uint32_t response);
std::string TableRedirectText(const runtime::TableView& table, std::uint32_t redirect);
std::string TableChallengeText(const runtime::TableView& table, const runtime::RouteRecord& route);
std::string TableJwtText(const runtime::TableView& table, std::uint32_t jwt);
std::string TableKeysText(const runtime::TableView& table, std::uint32_t keys);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_TABLE_ASPECTS_H_
