// One JWK to a key that can verify. For runtime/auth's own sources.
#ifndef WEIR_RUNTIME_AUTH_JWK_H_
#define WEIR_RUNTIME_AUTH_JWK_H_

#include <cstdint>
#include <expected>

#include "runtime/auth/signature.h"
#include "runtime/base/json.h"

namespace weir::runtime {

// The error says why the key is left out.
std::expected<VerificationKey, const char*> ReadJwk(const json::Value& jwk,
                                                    std::uint32_t algorithms);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_JWK_H_
