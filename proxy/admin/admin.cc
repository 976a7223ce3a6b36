#include "proxy/admin/admin.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "proxy/http1/head.h"
#include "proxy/http1/writer.h"
#include "proxy/net/out_buffer.h"

namespace weir::proxy::admin {
namespace {

constexpr http1::HeadLimits kLimits{.max_octets = 8192, .max_target = 1024, .max_fields = 64};
constexpr std::int64_t kPause = 100'000'000;
constexpr std::int64_t kPatience = 5'000'000'000;

}  // namespace

class Admin::Connection final : public net::Handler, public net::Deferred {
 public:
  Connection(Admin& admin, net::Fd fd)
      : admin_(admin),
        fd_(std::move(fd)),
        parser_(kLimits),
        timer_(admin.loop_.timers(), [this] { Close(); }) {
    admin_.connections_.insert(this);
    timer_.Arm(admin_.loop_.now() + kPatience);
  }
  ~Connection() override { admin_.connections_.erase(this); }
  bool Watch() { return admin_.loop_.WatchEdges(fd_.get(), this); }

  void OnEvents(std::uint32_t events) override {
    if (!fd_) return;
    if (events & (EPOLLERR | EPOLLHUP)) return Close();
    while (fd_ && !answered_ && Read()) {
    }
    if (fd_ && answered_) Flush();
  }
  void RunDeferred() override { delete this; }

 private:
  bool Read() {
    char buffer[4096];
    const net::IoResult result = net::Read(fd_.get(), buffer, sizeof buffer);
    if (result.state == net::IoState::kWouldBlock) return false;
    if (result.state != net::IoState::kDone) {
      Close();
      return false;
    }
    in_.append(buffer, result.count);
    const http1::HeadState state = parser_.Parse(in_);
    if (state == http1::HeadState::kBad) Answer(parser_.refusal().status, "bad request\n", {});
    if (state == http1::HeadState::kComplete) Route(parser_.head());
    return true;
  }

  void Route(const http1::RequestHead& head) {
    const std::string_view path = head.target.substr(0, head.target.find('?'));
    if (head.method != "GET" && head.method != "HEAD") return Answer(405, "method\n", head.method);
    if (path == "/healthz") return Answer(200, "ok\n", head.method);
    if (path == "/readyz") {
      const bool ready = admin_.source_.ready();
      return Answer(ready ? 200 : 503, ready ? "ready\n" : "not ready\n", head.method);
    }
    if (path == "/metrics") return Answer(200, admin_.source_.metrics(), head.method);
    Answer(404, "no such page: /healthz, /readyz, /metrics\n", head.method);
  }

  void Answer(std::uint16_t status, std::string_view body, std::string_view method) {
    answered_ = true;
    const runtime::Field fields[] = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"},
                                     {"cache-control", "no-store"}};
    const http1::Framing framing{http1::Framing::Kind::kLength, body.size()};
    if (!http1::WriteResponseHead(status, fields, framing, true, out_.tail())) return Close();
    if (method != "HEAD") out_.tail().append(body);
  }

  void Flush() {
    std::uint64_t written = 0;
    const net::IoState state = out_.Flush(fd_.get(), {}, written);
    if (state == net::IoState::kFailed) return Close();
    if (!out_.empty()) return;
    ::shutdown(fd_.get(), SHUT_WR);
    char rest[1024];  // what else was sent would turn our close into a reset
    while (net::Read(fd_.get(), rest, sizeof rest).state == net::IoState::kDone) {
    }
    Close();
  }

  void Close() {
    if (!fd_) return;
    fd_.Close();
    timer_.Cancel();
    admin_.loop_.Defer(this);
  }

  Admin& admin_;
  net::Fd fd_;
  http1::RequestHeadParser parser_;
  net::Timer timer_;
  std::string in_;
  net::OutBuffer out_;
  bool answered_ = false;
};

std::expected<net::SocketAddress, std::string> Admin::Listen(const net::SocketAddress& address) {
  if (auto free = net::CheckFree(address); !free) return std::unexpected(free.error());
  auto listener = net::Listen(address);
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  loop_.WatchReading(listener_.get(), this);
  return net::LocalAddress(listener_.get());
}

Admin::Admin(net::Loop& loop, Source source)
    : loop_(loop),
      source_(std::move(source)),
      resume_(loop.timers(), [this] { loop_.WatchReading(listener_.get(), this); }) {}

Admin::~Admin() {
  while (!connections_.empty()) delete *connections_.begin();
}

void Admin::OnEvents(std::uint32_t) {
  auto accepted = net::Accept(listener_.get());
  if (!accepted && accepted.error() != EAGAIN && accepted.error() != ECONNABORTED) {
    // No descriptor, most likely: the listener stays readable, so without a pause this would spin.
    loop_.Unwatch(listener_.get());
    resume_.Arm(loop_.now() + kPause);
  }
  if (!accepted || connections_.size() >= kMaxConnections) return;
  auto* connection = new Connection(*this, std::move(accepted->fd));
  if (!connection->Watch()) delete connection;
}

}  // namespace weir::proxy::admin
