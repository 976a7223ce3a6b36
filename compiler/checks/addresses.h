// Which listeners and endpoints of a policy are one socket, and which proxies can
// share a host (AMP-7, AMP-8).
#ifndef WEIR_COMPILER_CHECKS_ADDRESSES_H_
#define WEIR_COMPILER_CHECKS_ADDRESSES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

bool IsWildcard(const syntax::Address& address);  // 0.0.0.0, [::]
bool IsLoopback(const syntax::Address& address);  // 127.0.0.0/8, [::1]
bool IsIpv4(const syntax::Address& address);

// The literal endpoints of a service. A DNS name that always stands for loopback
// (`localhost`) or that is an address counts too. Where to connect to a wildcard is
// to connect to loopback, which stands in its place.
std::vector<syntax::SocketAddress> EndpointsOf(const syntax::Service& service);

std::string TextOf(const syntax::SocketAddress& address);  // "10.0.0.1:80", "[::1]:80"

// Whether a connection to `endpoint` from the listener's own host comes to the
// listener. A wildcard takes addresses of its own family alone, as the proxy's
// sockets do; an IPv4-mapped address is the IPv4 one.
bool Accepts(const syntax::Listener& listener, const syntax::SocketAddress& endpoint);

// Whether two proxies run on one host. By their `host` clauses; where one has none
// it is possible, unless their listeners cannot be bound beside each other.
enum class Shared : std::uint8_t { kNo, kPossible, kYes };
Shared SharesHost(const syntax::Gateway& one, const syntax::Gateway& other);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_ADDRESSES_H_
