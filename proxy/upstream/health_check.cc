#include "proxy/upstream/health_check.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::proxy::upstream {

HealthCheck::HealthCheck(net::Loop& loop, const Connector& connector, CheckSettings settings,
                         std::shared_ptr<const Host> host, std::int64_t delay,
                         std::function<void(const Host&)> turned)
    : loop_(loop),
      connector_(connector),
      settings_(std::move(settings)),
      host_(std::move(host)),
      turned_(std::move(turned)),
      next_(loop.timers(), [this] { Start(); }),
      timeout_(loop.timers(), [this] { Done(false); }) {
  // A host that was checked before a reload keeps its rhythm.
  const std::int64_t now = loop.clock().Monotonic();
  next_.Arm(host_->checked->known() ? std::max(now, host_->checked->checked_at() + settings_.every)
                                    : now + delay);
}

HealthCheck::~HealthCheck() { Stop(); }

// One at a time: a check that takes longer than `every` puts the next one off to its end.
void HealthCheck::Start() {
  if (stream_ != nullptr || socket_) {
    if (loop_.now() < deadline_) return next_.Arm(deadline_);
    Done(false);
  }
  next_.Arm(loop_.now() + settings_.every);
  deadline_ = loop_.now() + settings_.timeout;
  timeout_.Arm(deadline_);
  settings_.http ? StartHttp() : StartTcp();
}

void HealthCheck::StartTcp() {
  auto fd = net::Connect(host_->address);
  if (!fd) return net::IsOwnLack(fd.error()) ? PutOff() : Done(false);
  socket_ = std::move(*fd);
  if (!loop_.Watch(socket_.get(), this, net::Interest::kEdges)) PutOff();
}

// What we lack says nothing of the host.
void HealthCheck::PutOff() {
  constexpr std::int64_t kSoon = 1'000'000'000;
  Stop();
  next_.Arm(loop_.now() + std::min(settings_.every, kSoon));
}

void HealthCheck::StartHttp() {
  const auto made =
      connector_.Connect(loop_, host_->address, *this, loop_.now() + settings_.timeout);
  if (!made) return net::IsOwnLack(made.error()) ? PutOff() : Done(false);
  stream_ = &(*made)->Begin(*this);
  const std::array<runtime::Field, 1> fields{{{"user-agent", "weir-check"}}};
  if (!stream_->SendHead({"GET", "http", settings_.path, {}, false, host_->text, fields, {}})) {
    return PutOff();
  }
  stream_->SendEnd({});
  stream_->Flush();
}

void HealthCheck::OnReady(net::Ready) {
  if (socket_) Done(net::SocketError(socket_.get()) == 0);
}

void HealthCheck::OnResponseHead(const ResponseMessage& message) {
  Done(message.status >= 200 && message.status < 300);
}

void HealthCheck::OnUpstreamFailed(const UpstreamFailure&) {
  stream_ = nullptr;
  Done(false);
}

void HealthCheck::Stop() {
  timeout_.Cancel();
  socket_.Close();
  if (stream_ != nullptr) std::exchange(stream_, nullptr)->Cancel();
}

void HealthCheck::Done(bool passed) {
  Stop();
  const bool turned = host_->checked->Report(passed, loop_.now());
  // A host that passes a check is no longer an outlier.
  if (passed && host_->member != nullptr) host_->member->owner().Clear(*host_->member);
  if (turned) turned_(*host_);
}

}  // namespace weir::proxy::upstream
