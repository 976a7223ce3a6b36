// Kinds of fields, told by their lower-case names.
#ifndef WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
#define WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_

#include <string_view>

namespace weir::runtime {

// What proxies say of the client to each other. A client's own are never
// forwarded, nor can it have them dropped by naming them in Connection: it would
// pass for the proxy before us.
constexpr bool IsForwardingField(std::string_view name) {
  return name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded-") ||
         name.starts_with("x-weir-");
}

// Framing, routing and connection: no transform may write these.
constexpr bool IsMessageField(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "host" ||
         name == "connection" || name == "keep-alive" || name == "proxy-connection" ||
         name == "te" || name == "trailer" || name == "upgrade";
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
