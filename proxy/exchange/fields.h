// Fields of a response on its way downstream.
#ifndef WEIR_PROXY_EXCHANGE_FIELDS_H_
#define WEIR_PROXY_EXCHANGE_FIELDS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/request/request.h"

namespace weir::proxy {

// Copies an upstream's fields with lower-case names (in `names`, whose old
// contents go; values stay where they are), leaving out those that belong to its
// connection: hop-by-hop fields, and whatever its Connection field names.
void CopyEndToEnd(std::span<const runtime::Field> fields, std::vector<runtime::Field>& out,
                  std::string& names);

// "Sun, 06 Nov 1994 08:49:37 GMT"; valid until the thread's next call.
std::string_view HttpDate(std::int64_t unix_ms);

// The trace id of a traceparent (version 00), or of x-b3-traceid; else empty.
std::string_view TraceId(const runtime::CanonicalRequest& request);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_FIELDS_H_
