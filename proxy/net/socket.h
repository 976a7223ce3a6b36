// TCP sockets: non-blocking, close-on-exec, TCP_NODELAY; and their addresses.
#ifndef WEIR_PROXY_NET_SOCKET_H_
#define WEIR_PROXY_NET_SOCKET_H_

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/net/fd.h"
#include "runtime/request/request.h"

namespace weir::proxy::net {

struct SocketAddress {
  runtime::Address address;
  std::uint16_t port = 0;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

// "127.0.0.1:80", "[::1]:80".
std::string ToString(const SocketAddress& address);
std::optional<SocketAddress> ParseSocketAddress(std::string_view text);

// One of any number of listeners of this process on an address (SO_REUSEPORT).
// The error is a sentence with the address in it.
std::expected<Fd, std::string> Listen(const SocketAddress& address);
// Whether nobody else listens there: SO_REUSEPORT alone would quietly share the
// port with another process of the same user.
std::expected<void, std::string> CheckFree(const SocketAddress& address);
SocketAddress LocalAddress(int fd);

struct Accepted {
  Fd fd;
  SocketAddress peer;
};
// The error is errno's value.
std::expected<Accepted, int> Accept(int listener);

// Whether a connection waits to be accepted.
bool HasConnection(int listener);

// A connection on its way: writable once it stands (then ask SocketError).
std::expected<Fd, int> Connect(const SocketAddress& address);
// Whether an error says that this process or machine lacks something
// (descriptors, ports, memory), and nothing of the other side.
bool IsOwnLack(int error);
int SocketError(int fd);

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_SOCKET_H_
