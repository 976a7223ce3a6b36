// Canonical hosts (CANON-8).
#ifndef WEIR_SPEC_MODEL_HOST_H_
#define WEIR_SPEC_MODEL_HOST_H_

#include <optional>
#include <string>

namespace weir::model {

struct Authority {
  std::string host;  // canonical
  std::string port;  // as received; empty: none written
  std::string Text() const { return port.empty() ? host : host + ":" + port; }
};

// `text` is "host" or "host:port"; none: refused.
std::optional<Authority> CanonicalAuthority(const std::string& text);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_HOST_H_
