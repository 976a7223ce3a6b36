#include "proxy/admin/admin.h"

#include <cerrno>
#include <memory>
#include <utility>

#include "proxy/http1/head.h"
#include "proxy/http1/writer.h"
#include "proxy/net/descriptors.h"
#include "proxy/net/plain_transport.h"
#include "proxy/net/stream.h"

namespace weir::proxy::admin {
namespace {

constexpr http1::HeadLimits kLimits{.max_octets = 8192, .max_target = 1024, .max_fields = 64};
constexpr std::size_t kRead = 4096;
constexpr std::int64_t kPause = 100'000'000;
constexpr std::int64_t kPatience = 5'000'000'000;

}  // namespace

class Admin::Connection final : public net::StreamHandler, public net::Deferred {
 public:
  Connection(Admin& admin, std::unique_ptr<net::Stream> stream)
      : admin_(admin),
        stream_(std::move(stream)),
        parser_(kLimits),
        timer_(admin.loop_.timers(), [this] { Close(); }) {
    at_ = admin_.connections_.insert(admin_.connections_.end(), this);
    stream_->SetHandler(this);
    timer_.Arm(admin_.loop_.now() + kPatience);
  }
  // What is closed is deleted after the batch of events.
  void Close() {
    if (!stream_->open()) return;
    stream_->Close();
    timer_.Cancel();
    admin_.connections_.erase(at_);
    admin_.loop_.Defer(this);
  }

  void OnOpen(bool) override {}
  // Once answered, what else was sent is taken too: it would turn our close into a reset.
  std::size_t InputWanted() const override { return kRead; }
  std::size_t OnInput(std::string_view bytes) override {
    if (answered_) return bytes.size();
    const http1::HeadState state = parser_.Parse(bytes);
    if (state == http1::HeadState::kIncomplete) return 0;
    if (state == http1::HeadState::kBad) Answer(parser_.refusal().status, "bad request\n", {});
    if (state == http1::HeadState::kComplete) Route(parser_.head());
    return bytes.size();
  }
  void OnEnd(net::End) override {
    if (!answered_) Close();
  }
  void OnWritable(std::size_t) override {}
  void OnLost() override { Close(); }
  void OnSettled() override {
    if (!answered_) return;
    stream_->Flush();
    if (stream_->pending() > 0 && !stream_->broken()) return;
    if (!stream_->broken()) (void)stream_->EndWriting();
    Close();
  }
  void RunDeferred() override { delete this; }

 private:
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
    std::string& text = admin_.loop_.draft();
    if (!http1::WriteResponseHead(status, fields, framing, true, text)) return Close();
    stream_->Append(text);
    if (method != "HEAD") stream_->Append(body);
  }

  Admin& admin_;
  std::list<Connection*>::iterator at_;
  const std::unique_ptr<net::Stream> stream_;
  http1::RequestHeadParser parser_;
  net::Timer timer_;
  bool answered_ = false;
};

std::expected<net::SocketAddress, std::string> Admin::Listen(const net::SocketAddress& address) {
  if (auto free = net::CheckFree(address); !free) return std::unexpected(free.error());
  auto listener = net::Listen(address);
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  loop_.Watch(listener_.get(), this, net::Interest::kRead);
  return net::LocalAddress(listener_.get());
}

Admin::Admin(net::Loop& loop, Source source)
    : loop_(loop),
      source_(std::move(source)),
      resume_(loop.timers(), [this] { loop_.Watch(listener_.get(), this, net::Interest::kRead); }) {
}

Admin::~Admin() {
  while (!connections_.empty()) connections_.front()->Close();
  loop_.RunDeferredWork();
}

void Admin::OnReady(net::Ready) {
  auto accepted = net::Accept(listener_.get());
  if (!accepted && accepted.error() != EAGAIN && accepted.error() != ECONNABORTED) {
    // No descriptor, most likely: the listener stays readable, so without a pause this would spin.
    loop_.Unwatch(listener_.get());
    resume_.Arm(loop_.now() + kPause);
  }
  if (!accepted) return;
  if (connections_.size() >= net::kAdminConnections) connections_.front()->Close();
  auto stream = std::make_unique<net::Stream>(
      loop_, std::make_unique<net::PlainTransport>(std::move(accepted->fd)),
      net::Stream::State::kOpen);
  if (stream->Watch()) new Connection(*this, std::move(stream));  // deletes itself
}

}  // namespace weir::proxy::admin
