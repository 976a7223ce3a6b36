// The floor for any proxy: octets copied between two sockets by epoll, with no
// look at what they are. One upstream connection for each client's.
//
//   weir-blind-forwarder --port 18002 --upstream 18001
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

struct End {
  int fd = -1;
  End* other = nullptr;
  bool closed = false;
};

void Watch(int epoll, int fd, End* end) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = end;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[1], "--port") != 0 || std::strcmp(argv[3], "--upstream") != 0) {
    std::fprintf(stderr, "usage: weir-blind-forwarder --port PORT --upstream PORT\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = NewSocket();
  sockaddr_in here = Loopback(std::atoi(argv[2]));
  const sockaddr_in there = Loopback(std::atoi(argv[4]));
  if (bind(listener, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0 ||
      listen(listener, 4096) != 0) {
    std::perror("weir-blind-forwarder");
    return 2;
  }
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll, listener, nullptr);
  static char buffer[65536];
  for (;;) {
    epoll_event events[128];
    const int count = epoll_wait(epoll, events, 128, -1);
    for (int i = 0; i < count; ++i) {
      End* end = static_cast<End*>(events[i].data.ptr);
      if (end == nullptr) {
        auto* client = new End{accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)};
        auto* upstream = new End{NewSocket(), client};
        client->other = upstream;
        const int on = 1;
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(upstream->fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
          std::perror("connect");
        }
        Watch(epoll, client->fd, client);
        Watch(epoll, upstream->fd, upstream);
        continue;
      }
      if (end->closed) continue;
      const ssize_t size = recv(end->fd, buffer, sizeof buffer, 0);
      // Sends may block; at these sizes they do not.
      if (size > 0 &&
          send(end->other->fd, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size)
        continue;
      // The pair stays allocated: another event of this batch may still name it.
      end->closed = end->other->closed = true;
      close(end->fd);
      close(end->other->fd);
    }
  }
}
