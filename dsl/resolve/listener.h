// `listen`: where a gateway or sidecar takes connections.
#ifndef WEIR_DSL_RESOLVE_LISTENER_H_
#define WEIR_DSL_RESOLVE_LISTENER_H_

#include <vector>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/gateway.h"

namespace weir::dsl::resolve {

// http|https ADDRESS:PORT [{ certificate "..." ... }]. Adds it, or reports what is wrong.
bool ReadListen(Cursor& cursor, Span keyword, std::vector<syntax::Listener>& listeners,
                syntax::Listener::Direction direction);
// off | optional | strict
bool ReadMtls(Cursor& cursor, syntax::Listener::Mtls& mtls);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_LISTENER_H_
