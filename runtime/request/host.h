// The canonical authority of a request.
#ifndef WEIR_RUNTIME_REQUEST_HOST_H_
#define WEIR_RUNTIME_REQUEST_HOST_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::runtime {

// Appends the canonical form of `host[:port]` to `out`: lower case, one trailing
// dot of a name removed, an IPv6 literal in RFC 5952's form, the port as received (none where it is
// empty). `host_length` is how much of it is the host. Null when fine, else what is wrong.
const char* CanonicaliseAuthority(std::string_view authority, std::string& out,
                                  std::size_t& host_length);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_HOST_H_
