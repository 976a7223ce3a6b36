#include "tests/integration/gateway.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "runtime/table/writer.h"

namespace weir::tests {
namespace {

using runtime::ActionKind;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

runtime::Address LoopbackAddress() {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}};
}

std::string TableOctets(std::uint16_t port, std::uint16_t upstream) {
  runtime::TableWriter writer;
  const auto endpoints =
      AppendRun(writer.endpoints, {{.address = LoopbackAddress(), .port = upstream}});
  const auto app = AppendOne(writer.services, {.name = writer.Text("app"), .endpoints = endpoints});
  const auto targets = AppendRun(writer.targets, {{.service = app}});
  const auto no = AppendOne(writer.responses, {.status = 403, .body = writer.Text("private\n")});
  const auto segments = AppendRun(writer.segments, {{.literal = writer.Text("admin")}});
  const auto paths = AppendRun(
      writer.paths, {{.segments = segments, .rest = 1, .text = writer.Text("/admin/**")}});
  const auto routes = AppendRun(writer.routes, {{.name = writer.Text("private"),
                                                 .paths = paths,
                                                 .action = ActionKind::kRespond,
                                                 .answer = no},
                                                {.name = writer.Text("app"),
                                                 .timeout = 5'000'000'000,
                                                 .action = ActionKind::kForward,
                                                 .targets = targets}});
  const auto listeners =
      AppendRun(writer.listeners, {{.address = LoopbackAddress(), .port = port}});
  const std::vector<std::string> scalars = {"authorization", "content-type"};
  AppendOne(writer.gateway_section, {.name = writer.Text("edge"),
                                     .log = runtime::LogSink::kOff,
                                     .listeners = listeners,
                                     .scalar_fields = writer.AddStrings(scalars),
                                     .routes = routes});
  auto octets = writer.Finish({});
  if (!octets) throw std::runtime_error(octets.error());
  return *octets;
}

}  // namespace

Gateway::Gateway(std::uint16_t upstream) : port_(FreePort()) {
  folder_ = std::filesystem::temp_directory_path() / ("weir-gateway-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder_);
  const std::string table = folder_ / "edge.weirt";
  std::ofstream(table, std::ios::binary) << TableOctets(port_, upstream);
  process_ = std::make_unique<demo::Process>(
      std::vector<std::string>{WEIR_BINARY_DIR "/weir-proxy", "--table", table, "--workers", "1",
                               "--admin", "127.0.0.1:" + std::to_string(FreePort())},
      folder_ / "log");
  process_->AwaitPort(port_);
}

Gateway::~Gateway() {
  process_.reset();
  std::filesystem::remove_all(folder_);
}

Client::Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const sockaddr_in address = Loopback(port);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    why_ = "cannot connect";
  }
}

Client::~Client() { close(fd_); }

void Client::Send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t size = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (size <= 0) return;  // the gateway may well refuse before it has read all
    octets.remove_prefix(static_cast<std::size_t>(size));
  }
}

void Client::EndSending() { shutdown(fd_, SHUT_WR); }

bool Client::ReadMore() {
  char buffer[65536];
  const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
  if (size > 0) {
    unread_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }
  if (size == 0) why_ = "closed";
  if (size < 0) why_ = errno == EAGAIN ? "nothing within 5 s" : "reset";
  return false;
}

std::optional<strict::Request> Client::Next(std::string_view method) {
  auto answer = NextOfAny(method);
  while (answer && answer->status < 200) answer = NextOfAny(method);
  return answer;
}

std::string Client::Rest() {
  while (ReadMore()) {
  }
  return std::exchange(unread_, "");
}

std::optional<strict::Request> Client::NextOfAny(std::string_view method) {
  while (true) {
    strict::Reader reader(unread_);
    strict::Request answer;
    if (reader.NextResponse(method, answer)) {
      unread_.erase(0, unread_.size() - reader.left());
      return answer;
    }
    if (!unread_.empty() && !reader.is_short()) {
      why_ = "no strict answer (" + reader.why() + "): " + unread_.substr(0, 300);
      return std::nullopt;
    }
    if (!ReadMore()) return std::nullopt;
  }
}

bool Client::AtEnd() {
  if (!unread_.empty()) return false;
  if (ReadMore()) return false;
  return why_ == "closed" || why_ == "reset";
}

}  // namespace weir::tests
