// One compact JWS (RFC 7515) as a JWT (RFC 7519), verified or not.
#ifndef WEIR_RUNTIME_AUTH_TOKEN_H_
#define WEIR_RUNTIME_AUTH_TOKEN_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/auth/claims.h"
#include "runtime/auth/key_set.h"

namespace weir::runtime {

inline constexpr std::size_t kMaxTokenOctets = 16384;

struct JwtPolicy {
  std::string issuer;                  // empty: not checked
  std::vector<std::string> audiences;  // one must be in `aud`; none: not checked
  std::int64_t skew = 60;              // seconds
  std::vector<ClaimRule> claims;
};

// The error is a sentence for the log and error_description, free of the
// token's own octets. Verifying costs at most one signature a key of the set.
std::expected<std::shared_ptr<const VerifiedToken>, const char*> VerifyToken(
    std::string_view token, const KeySet& keys, const JwtPolicy& policy, UnixTime now);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_TOKEN_H_
