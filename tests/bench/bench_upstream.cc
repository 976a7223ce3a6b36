// An upstream that costs as little as can be: every request, however long its
// head, gets one fixed answer of 200 octets on a kept connection.
//
//   weir-bench-upstream --port 18001
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
#include <string>
#include <string_view>

namespace {

int Listen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 4096) != 0) {
    std::perror("weir-bench-upstream");
    std::exit(2);
  }
  return fd;
}

// Requests are told apart by their empty lines; none has a body.
int CountRequests(std::string_view octets) {
  int count = 0;
  for (std::size_t at = 0; (at = octets.find("\r\n\r\n", at)) != std::string_view::npos; at += 4)
    ++count;
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--port") != 0) {
    std::fprintf(stderr, "usage: weir-bench-upstream --port PORT\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = Listen(std::atoi(argv[2]));
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  const std::string body(200, 'x');
  const std::string answer =
      "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 200\r\n\r\n" + body;
  static char buffer[65536];
  for (;;) {
    epoll_event events[128];
    const int count = epoll_wait(epoll, events, 128, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        const int on = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event.events = EPOLLIN;
        event.data.fd = client;
        if (client >= 0) epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
        continue;
      }
      const ssize_t size = recv(fd, buffer, sizeof buffer, 0);
      if (size <= 0) {
        close(fd);
        continue;
      }
      for (int left = CountRequests({buffer, static_cast<std::size_t>(size)}); left > 0; --left) {
        if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
      }
    }
  }
}
