// One thread, one poll. In each turn everything readable is read before anything
// is answered: so when an answer has been seen, all that was sent before the
// request it answers has been recorded.
#include "tests/integration/recording_upstream.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weir::tests {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::abort();
}

}  // namespace

RecordingUpstream::RecordingUpstream() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Require(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  Require(listen(listener_, 128) == 0, "listen");
  Require(pipe(wake_) == 0, "pipe");
  thread_ = std::thread([this] { Run(); });
}

RecordingUpstream::~RecordingUpstream() {
  stop_ = true;
  Require(write(wake_[1], "x", 1) == 1, "write");
  thread_.join();
  for (const auto& [fd, connection] : connections_) close(fd);
  close(listener_);
  close(wake_[0]);
  close(wake_[1]);
}

Record RecordingUpstream::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(record_, {});
}

void RecordingUpstream::Answer(const std::string& target, std::string octets, bool close) {
  const std::lock_guard lock(mutex_);
  canned_[target] = {std::move(octets), close};
}

void RecordingUpstream::Run() {
  while (!stop_) {
    std::vector<pollfd> polled = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& [fd, connection] : connections_) polled.push_back({fd, POLLIN, 0});
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    std::vector<int> read, ended;
    for (std::size_t i = 2; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      (Read(polled[i].fd, connections_[polled[i].fd]) ? read : ended).push_back(polled[i].fd);
    }
    for (int fd : read) {
      if (!Reply(fd, connections_[fd])) ended.push_back(fd);
    }
    for (int fd : ended) {
      const std::lock_guard lock(mutex_);
      if (!connections_[fd].unread.empty() && !connections_[fd].broken) ++record_.cut_short;
      connections_.erase(fd);
      close(fd);
    }
    if (polled[1].revents != 0) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) connections_[fd] = {};
    }
  }
}

bool RecordingUpstream::Read(int fd, Connection& connection) {
  char buffer[65536];
  const ssize_t size = recv(fd, buffer, sizeof buffer, 0);
  if (size <= 0) return false;
  connection.unread.append(buffer, static_cast<std::size_t>(size));
  return true;
}

bool RecordingUpstream::Reply(int fd, Connection& connection) {
  std::string out;
  bool keep = true;
  {
    const std::lock_guard lock(mutex_);
    while (keep && !connection.broken && !connection.unread.empty()) {
      strict::Reader reader(connection.unread);
      strict::Request request;
      if (!reader.Next(request)) {
        if (connection.unread.starts_with("POST /early") &&
            connection.unread.find("\r\n\r\n") != std::string::npos) {
          out += "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
          connection.unread.clear();
          keep = false;
        } else if (!reader.is_short()) {
          record_.faults.push_back(reader.why() + ": " + connection.unread.substr(0, 400));
          connection.broken = true;
          keep = false;
        }
        break;
      }
      connection.unread.erase(0, connection.unread.size() - reader.left());
      if (const auto found = canned_.find(request.target); found != canned_.end()) {
        out += found->second.octets;
        keep = !found->second.close;
      } else {
        const std::string body = request.method == "HEAD" ? "" : "you sent " + request.target;
        out +=
            "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      }
      record_.requests.push_back(std::move(request));
    }
  }
  if (!out.empty() && send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0) return false;
  return keep;
}

}  // namespace weir::tests
