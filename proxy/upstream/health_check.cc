#include "proxy/upstream/health_check.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::proxy::upstream {

HealthCheck::HealthCheck(net::Loop& loop, CheckSettings settings, std::shared_ptr<const Host> host,
                         std::int64_t delay, std::function<void(const Host&)> turned)
    : loop_(loop),
      settings_(std::move(settings)),
      host_(std::move(host)),
      turned_(std::move(turned)),
      next_(loop.timers(), [this] { Start(); }),
      timeout_(loop.timers(), [this] { Done(false); }) {
  // A host that was checked before a reload keeps its rhythm.
  const std::int64_t now = net::MonotonicNow();
  next_.Arm(host_->checked->known() ? std::max(now, host_->checked->checked_at() + settings_.every)
                                    : now + delay);
}

HealthCheck::~HealthCheck() { Stop(); }

// One at a time: a check that takes longer than `every` puts the next one off to its end.
void HealthCheck::Start() {
  if (connection_ != nullptr || socket_) {
    if (loop_.now() < deadline_) return next_.Arm(deadline_);
    Done(false);
  }
  next_.Arm(loop_.now() + settings_.every);
  deadline_ = loop_.now() + settings_.timeout;
  timeout_.Arm(deadline_);
  auto fd = net::Connect(host_->address);
  if (!fd) return net::IsOwnLack(fd.error()) ? PutOff() : Done(false);
  if (settings_.http) {
    if (!StartHttp(std::move(*fd))) PutOff();
    return;
  }
  socket_ = std::move(*fd);
  if (!loop_.WatchEdges(socket_.get(), this)) PutOff();
}

// What we lack says nothing of the host.
void HealthCheck::PutOff() {
  constexpr std::int64_t kSoon = 1'000'000'000;
  Stop();
  next_.Arm(loop_.now() + std::min(settings_.every, kSoon));
}

bool HealthCheck::StartHttp(net::Fd fd) {
  auto* connection =
      new http1::UpstreamConnection(loop_, std::move(fd), *this, loop_.now() + settings_.timeout);
  if (!connection->Watch()) {
    delete connection;
    return false;
  }
  connection_ = connection;
  connection->Begin(*this);
  const std::array<runtime::Field, 1> fields{{{"user-agent", "weir-check"}}};
  if (!connection->SendHead({"GET", settings_.path, {}, false, host_->text, fields, {}}))
    return false;
  connection->SendEnd({});
  connection->Flush();
  return true;
}

void HealthCheck::OnEvents(std::uint32_t) {
  if (socket_) Done(net::SocketError(socket_.get()) == 0);
}

void HealthCheck::OnResponseHead(const ResponseMessage& message) {
  Done(message.status >= 200 && message.status < 300);
}

void HealthCheck::OnUpstreamFailed(const UpstreamFailure&) {
  connection_ = nullptr;
  Done(false);
}

void HealthCheck::Stop() {
  timeout_.Cancel();
  socket_.Close();
  if (connection_ != nullptr) std::exchange(connection_, nullptr)->Cancel();
}

void HealthCheck::Done(bool passed) {
  Stop();
  const bool turned = host_->checked->Report(passed, loop_.now());
  // Whoever answers a check is no outlier any more.
  if (passed && host_->member != nullptr) host_->member->owner().Clear(*host_->member);
  if (turned) turned_(*host_);
}

}  // namespace weir::proxy::upstream
