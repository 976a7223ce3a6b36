#include "tests/integration/scripted_upstream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
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

// Whether the other side has not ended it: known before its end is read.
bool IsOpen(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return fd >= 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_state == TCP_ESTABLISHED;
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

bool Peer::Gone() const { return !IsOpen(fd_); }

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
    for (Connection& connection : running_) {
      if (connection.peer.fd() >= 0) shutdown(connection.peer.fd(), SHUT_RDWR);
    }
  }
  for (Connection& connection : running_) connection.thread.join();
}

void ScriptedUpstream::Accept() {
  for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    SetPatience(fd);
    ++connections_;
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [](Connection& connection) {
      if (connection.over) connection.thread.join();
      return connection.over;
    });
    Connection& connection = running_.emplace_back(fd);
    const auto open = std::ranges::count_if(
        running_, [](const Connection& each) { return IsOpen(each.peer.fd()); });
    most_open_ = std::max(most_open_.load(), static_cast<int>(open));
    connection.thread = std::thread([this, &connection] { Run(connection); });
  }
}

void ScriptedUpstream::Run(Connection& connection) {
  script_(connection.peer);
  const std::lock_guard lock(mutex_);
  connection.peer.Close();
  connection.over = true;
}

DeafUpstream::DeafUpstream() : listener_(BoundSocket(port_)) {
  listen(listener_, 0);  // room for one
  waiting_ = ConnectTo(port_);
}

DeafUpstream::~DeafUpstream() {
  close(waiting_);
  close(listener_);
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
  BoundSocket(port);  // never closed, as the kernel would give the port to others
  return port;
}

std::uint16_t FreePort() {
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
