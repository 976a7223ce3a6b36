// A small real HTTP/1.1 service for the demo and for trying things by hand: it
// answers every request with JSON that says what it received, and writes one
// JSON line a request to stdout.
//
//   weir-demo-service --name user-service --port 3001
//
// `POST /_demo/die` makes it answer that and then close its listener and end,
// which is what a crashed service looks like from outside. One thread a
// connection: it is a demo's application, not a proxy.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

struct Request {
  std::string method, target;
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;
};

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    char escape[8];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c >= 0x7f) {
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

// A buffered reader over one connection.
class Reader {
 public:
  explicit Reader(int socket) : socket_(socket) {}

  std::optional<std::string> Line() {
    for (;;) {
      if (auto end = held_.find("\r\n"); end != std::string::npos) {
        std::string line = held_.substr(0, end);
        held_.erase(0, end + 2);
        return line;
      }
      if (held_.size() > 65536 || !Fill()) return std::nullopt;
    }
  }

  std::optional<std::string> Octets(std::size_t count) {
    while (held_.size() < count) {
      if (!Fill()) return std::nullopt;
    }
    std::string octets = held_.substr(0, count);
    held_.erase(0, count);
    return octets;
  }

 private:
  bool Fill() {
    char buffer[16384];
    ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    held_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string held_;
};

std::optional<std::string> ReadChunked(Reader& reader) {
  std::string body;
  for (;;) {
    auto line = reader.Line();
    if (!line) return std::nullopt;
    std::size_t size = std::strtoul(line->c_str(), nullptr, 16);
    if (size == 0) break;
    auto data = reader.Octets(size);
    if (!data || !reader.Line()) return std::nullopt;
    body += *data;
  }
  for (auto line = reader.Line(); line; line = reader.Line()) {
    if (line->empty()) return body;
  }
  return std::nullopt;
}

std::optional<Request> ReadRequest(Reader& reader) {
  auto line = reader.Line();
  if (!line) return std::nullopt;
  Request request;
  auto first = line->find(' ');
  auto last = line->rfind(' ');
  if (first == std::string::npos || last <= first) return std::nullopt;
  request.method = line->substr(0, first);
  request.target = line->substr(first + 1, last - first - 1);
  for (line = reader.Line(); line && !line->empty(); line = reader.Line()) {
    auto colon = line->find(':');
    if (colon == std::string::npos) return std::nullopt;
    std::string name = line->substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto value = line->find_first_not_of(' ', colon + 1);
    request.headers[name] = value == std::string::npos ? "" : line->substr(value);
  }
  if (!line) return std::nullopt;
  if (request.headers.contains("transfer-encoding")) {
    auto body = ReadChunked(reader);
    if (!body) return std::nullopt;
    request.body = *body;
  } else if (auto length = request.headers.find("content-length");
             length != request.headers.end()) {
    auto body = reader.Octets(std::strtoul(length->second.c_str(), nullptr, 10));
    if (!body) return std::nullopt;
    request.body = *body;
  }
  return request;
}

std::string Describe(const std::string& name, const Request& request) {
  std::string json = "{\"service\":" + JsonString(name) +
                     ",\"method\":" + JsonString(request.method) +
                     ",\"path\":" + JsonString(request.target) + ",\"headers\":{";
  for (bool first = true; const auto& [field, value] : request.headers) {
    if (!std::exchange(first, false)) json += ',';
    json += JsonString(field) + ":" + JsonString(value);
  }
  return json + "},\"body_octets\":" + std::to_string(request.body.size()) + "}\n";
}

void Serve(int socket, std::string name) {
  Reader reader(socket);
  while (auto request = ReadRequest(reader)) {
    auto started = std::chrono::steady_clock::now();
    bool die = request->method == "POST" && request->target == "/_demo/die";
    std::string body = Describe(name, *request);
    std::string answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nserver: " + name +
                         "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n";
    if (request->method != "HEAD") answer += body;
    for (std::size_t sent = 0; sent < answer.size();) {
      ssize_t n = send(socket, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    auto took =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started);
    std::printf(
        "{\"service\":%s,\"request_id\":%s,\"method\":%s,\"path\":%s,\"status\":200,"
        "\"duration_ms\":%.3f}\n",
        JsonString(name).c_str(), JsonString(request->headers["x-request-id"]).c_str(),
        JsonString(request->method).c_str(), JsonString(request->target).c_str(), took.count());
    std::fflush(stdout);
    if (die) std::_Exit(0);
  }
  close(socket);
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "demo";
  int port = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string_view option = argv[i];
    if (option == "--name") {
      name = argv[i + 1];
    } else if (option == "--port") {
      port = std::atoi(argv[i + 1]);
    } else {
      std::fprintf(stderr, "usage: weir-demo-service --name NAME --port PORT\n");
      return 2;
    }
  }
  std::signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 128) != 0) {
    std::fprintf(stderr, "%s: port %d: %s\n", name.c_str(), port, std::strerror(errno));
    return 2;
  }
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::fprintf(stderr, "%s listens on 127.0.0.1:%d\n", name.c_str(), ntohs(address.sin_port));
  for (;;) {
    int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(Serve, client, name).detach();
  }
}
