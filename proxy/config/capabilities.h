// What a table may ask for that this proxy does not do. Nothing is ever left out
// silently: each such construct is named, and the table is not served.
#ifndef WEIR_PROXY_CONFIG_CAPABILITIES_H_
#define WEIR_PROXY_CONFIG_CAPABILITIES_H_

#include <string>
#include <vector>

#include "runtime/table/table.h"

namespace weir::proxy {

// One sentence for each construct; empty: the table can be served.
std::vector<std::string> Unsupported(const runtime::Table& table);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_CONFIG_CAPABILITIES_H_
