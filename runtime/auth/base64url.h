// Base64url as JOSE wants it (RFC 7515 2): no padding, no other octets, and the
// bits that the last digit has to spare are zero, so that no two texts decode
// to the same octets.
#ifndef WEIR_RUNTIME_AUTH_BASE64URL_H_
#define WEIR_RUNTIME_AUTH_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace weir::runtime {

std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_BASE64URL_H_
