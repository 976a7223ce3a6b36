#include "proxy/net/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "runtime/request/address.h"

namespace weir::proxy::net {
namespace {

constexpr int kBacklog = 4096;

struct Native {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Native ToNative(const SocketAddress& address) {
  Native native;
  if (runtime::IsIpv4(address.address)) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&native.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    std::memcpy(&v4->sin_addr, address.address.octets.data() + 12, 4);
    native.size = sizeof(sockaddr_in);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&native.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    std::memcpy(&v6->sin6_addr, address.address.octets.data(), 16);
    native.size = sizeof(sockaddr_in6);
  }
  return native;
}

SocketAddress FromNative(const sockaddr_storage& storage) {
  SocketAddress out;
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    out.port = ntohs(v4->sin_port);
    out.address.octets[10] = out.address.octets[11] = 0xff;
    std::memcpy(out.address.octets.data() + 12, &v4->sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    out.port = ntohs(v6->sin6_port);
    std::memcpy(out.address.octets.data(), &v6->sin6_addr, 16);
  }
  return out;
}

void SetOption(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

Fd NewSocket(const Native& native) {
  return Fd(::socket(native.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

std::string Failure(const char* what, const SocketAddress& address, int error) {
  return std::string(what) + " " + ToString(address) + ": " + std::strerror(error);
}

}  // namespace

std::string ToString(const SocketAddress& address) {
  const runtime::AddressText text(address.address);
  const std::string host(text.view());
  const std::string port = std::to_string(address.port);
  return runtime::IsIpv4(address.address) ? host + ":" + port : "[" + host + "]:" + port;
}

std::optional<SocketAddress> ParseSocketAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto address = runtime::ParseAddress(host);
  if (!address || brackets == runtime::IsIpv4(*address)) return std::nullopt;
  SocketAddress out{*address, 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  return out;
}

std::expected<Fd, std::string> Listen(const SocketAddress& address) {
  Native native = ToNative(address);
  Fd fd = NewSocket(native);
  if (!fd) return std::unexpected(Failure("cannot listen on", address, errno));
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (!runtime::IsIpv4(address.address)) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (::bind(fd.get(), native.get(), native.size) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return std::unexpected(Failure("cannot listen on", address, errno));
  }
  return fd;
}

std::expected<void, std::string> CheckFree(const SocketAddress& address) {
  Native native = ToNative(address);
  const Fd fd = NewSocket(native);
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (!runtime::IsIpv4(address.address)) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!fd || ::bind(fd.get(), native.get(), native.size) != 0) {
    return std::unexpected(Failure("cannot listen on", address, errno));
  }
  return {};
}

SocketAddress LocalAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return FromNative(storage);
}

std::expected<Accepted, int> Accept(int listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Fd fd(::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return std::unexpected(errno);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return Accepted{std::move(fd), FromNative(storage)};
}

bool HasConnection(int listener) {
  pollfd wait{listener, POLLIN, 0};
  return ::poll(&wait, 1, 0) == 1;
}

std::expected<Fd, int> Connect(const SocketAddress& address) {
  Native native = ToNative(address);
  Fd fd = NewSocket(native);
  if (!fd) return std::unexpected(errno);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::connect(fd.get(), native.get(), native.size) != 0 && errno != EINPROGRESS) {
    return std::unexpected(errno);
  }
  return fd;
}

bool IsOwnLack(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == EADDRNOTAVAIL || error == EAGAIN;
}

int SocketError(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace weir::proxy::net
