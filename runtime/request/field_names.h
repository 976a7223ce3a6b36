// Kinds of fields, told by their lower-case names.
#ifndef WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
#define WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_

#include <cstddef>
#include <string_view>

namespace weir::runtime {

// Many applications read both '-' and '_' as '_' (CGI's HTTP_X_USER), so to them two
// names that differ only in these are one field.
constexpr bool SpelledAlike(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == '_' ? '-' : a[i]) != (b[i] == '_' ? '-' : b[i])) return false;
  }
  return true;
}

// What proxies say of the client to each other. A client's own are never
// forwarded, nor can it have them dropped by naming them in Connection: it would
// pass for the proxy before us.
constexpr bool IsForwardingField(std::string_view name) {
  const auto begins = [name](std::string_view prefix) {
    return SpelledAlike(name.substr(0, prefix.size()), prefix);
  };
  return name == "forwarded" || SpelledAlike(name, "x-real-ip") || begins("x-forwarded-") ||
         begins("x-weir-");
}

// Framing, routing and connection: no transform may write these.
constexpr bool IsMessageField(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "host" ||
         name == "connection" || name == "keep-alive" || name == "proxy-connection" ||
         name == "te" || name == "trailer" || name == "upgrade";
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
