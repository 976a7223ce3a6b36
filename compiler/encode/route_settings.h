// What of a route shows in no decision and yet counts: the names by which its retry's
// budget and its cors are known, how its paths bind captures, and the types that
// attributes are read as. In the same words for the policy and for the table.
#ifndef WEIR_COMPILER_ENCODE_ROUTE_SETTINGS_H_
#define WEIR_COMPILER_ENCODE_ROUTE_SETTINGS_H_

#include <string>

#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

std::string RouteSettings(const syntax::Policy& policy, const syntax::Route& route);
std::string RouteSettings(const runtime::TableView& table, const runtime::RouteRecord& route);

// What an attribute is read as; "string" for all that no attribute is.
std::string_view TypeText(syntax::Type type);
std::string_view TypeText(runtime::AttributeType type);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_ROUTE_SETTINGS_H_
