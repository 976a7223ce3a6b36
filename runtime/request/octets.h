// Which octets may stand where (RFC 9110 5.6.2, RFC 3986 2).
#ifndef WEIR_RUNTIME_REQUEST_OCTETS_H_
#define WEIR_RUNTIME_REQUEST_OCTETS_H_

#include "runtime/base/ascii.h"

namespace weir::runtime {

inline constexpr const ByteSet& kUnreservedOctets = kUnreservedBytes;
inline constexpr ByteSet kHostOctets = AlphanumericAnd("-_");  // of one label

constexpr char LowerOctet(char c) { return ToLower(c); }

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_OCTETS_H_
