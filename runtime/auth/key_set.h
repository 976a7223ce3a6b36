// The keys that a policy's JWT statement names: a JWK set (RFC 7517), one JWK,
// or for HS256 alone a bare secret.
//
// A key that cannot or must not be used is left out with a note; a set of which
// none is left is an error.
#ifndef WEIR_RUNTIME_AUTH_KEY_SET_H_
#define WEIR_RUNTIME_AUTH_KEY_SET_H_

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/auth/signature.h"

namespace weir::runtime {

struct KeySet {
  std::vector<VerificationKey> keys;
  std::vector<std::string> notes;  // one sentence for each key that was left out
};

// `algorithms`: what the policy allows, AlgorithmBits; a key that names none
// itself may be used with those of its type among them.
std::expected<KeySet, std::string> ReadKeySet(std::string_view octets, std::uint32_t algorithms);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_KEY_SET_H_
