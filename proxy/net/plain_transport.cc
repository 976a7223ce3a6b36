#include "proxy/net/plain_transport.h"

#include <sys/socket.h>

#include <cerrno>

#include "proxy/net/socket.h"

namespace weir::proxy::net {
namespace {

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

// Asked once the socket is writable or has failed: then connecting is over.
IoState PlainTransport::Handshake() {
  return SocketError(fd_.get()) == 0 ? IoState::kDone : IoState::kFailed;
}

// With edges, a read of TCP that is not filled has taken all: what comes later is
// a new edge.
IoResult PlainTransport::Read(std::span<char> room) {
  for (;;) {
    const ssize_t count = ::recv(fd_.get(), room.data(), room.size(), 0);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      return {bytes, IoState::kDone, bytes < room.size()};
    }
    if (count == 0) return {0, IoState::kEnd};
    if (errno == EINTR) continue;
    return {0, WouldBlock(errno) ? IoState::kWouldBlock : IoState::kFailed};
  }
}

// MSG_NOSIGNAL: a peer that went away is an error here, not a SIGPIPE.
IoResult PlainTransport::Write(std::span<const iovec> parts) {
  for (;;) {
    ssize_t count = 0;
    if (parts.size() == 1) {
      count = ::send(fd_.get(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(parts.data());
      message.msg_iovlen = parts.size();
      count = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    }
    if (count >= 0) return {static_cast<std::size_t>(count), IoState::kDone};
    if (errno == EINTR) continue;
    return {0, WouldBlock(errno) ? IoState::kWouldBlock : IoState::kFailed};
  }
}

bool PlainTransport::Quiet() {
  char byte = 0;
  const ssize_t count = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (WouldBlock(errno) || errno == EINTR);
}

IoState PlainTransport::EndWriting() {
  return ::shutdown(fd_.get(), SHUT_WR) == 0 ? IoState::kDone : IoState::kFailed;
}

void PlainTransport::Reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

const ConnectionIdentity& PlainTransport::identity() const {
  static const ConnectionIdentity nobody;
  return nobody;
}

}  // namespace weir::proxy::net
