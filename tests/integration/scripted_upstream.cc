#include "tests/integration/scripted_upstream.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace weir::tests {
namespace {

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int BoundSocket(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  port = ntohs(address.sin_port);
  return fd;
}

void SetPatience(int fd) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace

Peer::~Peer() { Close(); }

void Peer::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void Peer::Reset() {
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  Close();
}

std::string Peer::ReadTo(std::string_view mark) {
  for (;;) {
    if (const std::size_t at = unread_.find(mark); at != std::string::npos) {
      return ReadExactly(at + mark.size());
    }
    char buffer[65536];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) return std::exchange(unread_, {});
    unread_.append(buffer, static_cast<std::size_t>(size));
  }
}

std::string Peer::ReadExactly(std::size_t octets) {
  while (unread_.size() < octets) {
    char buffer[65536];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) return std::exchange(unread_, {});
    unread_.append(buffer, static_cast<std::size_t>(size));
  }
  std::string out = unread_.substr(0, octets);
  unread_.erase(0, octets);
  return out;
}

bool Peer::AtEnd() {
  char octet = 0;
  return unread_.empty() && recv(fd_, &octet, 1, 0) == 0;
}

void Peer::Write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t size = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    octets.remove_prefix(static_cast<std::size_t>(size));
  }
}

ScriptedUpstream::ScriptedUpstream(Script script)
    : listener_(BoundSocket(port_)), script_(std::move(script)) {
  listen(listener_, 128);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedUpstream::~ScriptedUpstream() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (Peer& peer : peers_) {
      if (peer.fd() >= 0) shutdown(peer.fd(), SHUT_RDWR);
    }
  }
  for (std::thread& thread : threads_) thread.join();
}

void ScriptedUpstream::Accept() {
  for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    SetPatience(fd);
    ++connections_;
    const std::lock_guard lock(mutex_);
    Peer& peer = peers_.emplace_back(fd);
    threads_.emplace_back([this, &peer] {
      script_(peer);
      const std::lock_guard closing(mutex_);
      peer.Close();
    });
  }
}

void EchoHeads(Peer& peer) {
  for (;;) {
    const std::string head = peer.ReadTo("\r\n\r\n");
    if (!head.ends_with("\r\n\r\n")) return;
    // In one write: a second small one would wait for the first one's acknowledgement.
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(head.size()) + "\r\n\r\n" +
               (head.starts_with("HEAD ") ? "" : head));
  }
}

std::uint16_t ClosedPort() {
  std::uint16_t port = 0;
  close(BoundSocket(port));
  return port;
}

int ConnectTo(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SetPatience(fd);
  const sockaddr_in address = Loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  return fd;
}

}  // namespace weir::tests
