// Public keys, secrets, and the signatures of JWS (RFC 7518 3, RFC 8037).
//
// A key bears the algorithms it may be used with, settled when it was loaded:
// what a token says can only choose among them, never beyond them.
#ifndef WEIR_RUNTIME_AUTH_SIGNATURE_H_
#define WEIR_RUNTIME_AUTH_SIGNATURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/table/records.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace weir::runtime {

inline constexpr std::uint32_t AlgorithmBit(AlgorithmKind kind) {
  return std::uint32_t{1} << static_cast<std::uint32_t>(kind);
}
// By its name in a JWS header; nothing for `none` and all that are not served.
std::optional<AlgorithmKind> AlgorithmByName(std::string_view name);

struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, FreeKey>;

struct VerificationKey {
  std::optional<std::string> id;  // `kid`; none: any token may mean it
  std::uint32_t algorithms = 0;   // AlgorithmBits
  KeyHandle key;                  // RSA, EC or Ed25519
  std::string secret;             // HMAC; then `key` is null
};

// Whether `signature` is the key's over `input` by `algorithm`. False too for an
// algorithm the key may not be used with.
bool VerifySignature(const VerificationKey& key, AlgorithmKind algorithm, std::string_view input,
                     std::string_view signature);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_SIGNATURE_H_
