// API keys: looked for in one header or query parameter, known by their SHA-256.
#ifndef WEIR_RUNTIME_AUTH_API_KEYS_H_
#define WEIR_RUNTIME_AUTH_API_KEYS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/auth/digest.h"
#include "runtime/table/records.h"

namespace weir::runtime {

// The first query parameter of this name, percent-decoded with '+' as a space;
// nothing when there is none. A malformed escape decodes to itself.
std::optional<std::string> QueryParameter(std::string_view query, std::string_view name);

// The place of the key with this digest, or kNoIndex. Every key is compared, so
// the time tells nothing of which one it was, or how near.
Index FindApiKey(std::span<const ApiKeyRecord> keys, const Digest& digest);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_API_KEYS_H_
