#include "proxy/http1/upstream_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/http1/writer.h"

namespace weir::proxy::http1 {
namespace {

constexpr std::size_t kTurn = 4 * net::Loop::kScratchSize;  // read at most this, then let others
constexpr std::size_t kDirect = 8192;                       // data this large is not copied first
constexpr int kMaxInterim = 8;

HeadLimits Limits() { return {.max_octets = 65536, .max_target = 0, .max_fields = 256}; }

Framing ToFraming(const BodySize& body) {
  switch (body.kind) {
    case BodySize::Kind::kNone:
      return {};
    case BodySize::Kind::kLength:
      return {Framing::Kind::kLength, body.length};
    case BodySize::Kind::kUnknown:
      return {Framing::Kind::kChunked, 0};
  }
  return {};
}

BodySize ToBodySize(const Framing& framing) {
  switch (framing.kind) {
    case Framing::Kind::kNone:
      return {};
    case Framing::Kind::kLength:
      return {BodySize::Kind::kLength, framing.length};
    default:
      return {BodySize::Kind::kUnknown, 0};
  }
}

}  // namespace

UpstreamConnection::UpstreamConnection(net::Loop& loop, net::Fd fd, UpstreamOwner& owner,
                                       std::int64_t connect_by, bool connected)
    : loop_(loop),
      fd_(std::move(fd)),
      owner_(owner),
      timer_(loop.timers(), [this] { OnTimer(); }),
      parser_(Limits()),
      body_({}, Limits()),
      connected_(connected),
      writable_(connected),
      reused_(connected) {
  if (!connected) timer_.Arm(connect_by);
}

bool UpstreamConnection::Watch() { return loop_.WatchEdges(fd_.get(), this); }

bool UpstreamConnection::StillOpen() const { return !net::HasInput(fd_.get()); }

void UpstreamConnection::Begin(UpstreamEvents& events) {
  if (connected_) timer_.Cancel();
  events_ = &events;
  phase_ = Phase::kHead;
  written_ = 0;
  allowed_ = kStreamWindow;
  interim_ = 0;
  answered_ = request_ended_ = false;
  parser_.Reset();
}

// ---- sending ------------------------------------------------------------------

bool UpstreamConnection::SendHead(const UpstreamRequest& request) {
  method_.assign(request.method);
  chunked_out_ = request.body.kind == BodySize::Kind::kUnknown;
  return WriteRequestHead(request.method, request.path, request.has_query, request.query,
                          request.host, request.fields, ToFraming(request.body), out_.tail());
}

void UpstreamConnection::SendData(std::string_view data) {
  if (write_failed_ || data.empty()) return;
  if (chunked_out_) {
    WriteChunk(data, out_.tail());
  } else if (data.size() < kDirect || !writable_) {
    out_.tail().append(data);
  } else {
    const net::IoState state = out_.Flush(fd_.get(), data, written_);
    if (state == net::IoState::kWouldBlock) writable_ = false;
    if (state == net::IoState::kFailed) WriteFailed();
  }
}

void UpstreamConnection::SendEnd(std::span<const runtime::Field> trailers) {
  if (chunked_out_) WriteLastChunk(trailers, out_.tail());
  request_ended_ = true;
}

void UpstreamConnection::Flush() {
  if (!connected_ || !writable_ || write_failed_ || out_.empty()) return;
  const net::IoState state = out_.Flush(fd_.get(), {}, written_);
  if (state == net::IoState::kWouldBlock) writable_ = false;
  if (state == net::IoState::kFailed) WriteFailed();
}

// An answer may have come before the peer closed: reading decides what this was.
void UpstreamConnection::WriteFailed() {
  write_failed_ = true;
  out_.Clear();
  readable_ = hung_up_ = true;
  Wake();
}

std::size_t UpstreamConnection::Credit() const {
  return out_.pending() >= kStreamWindow ? 0 : kStreamWindow - out_.pending();
}

void UpstreamConnection::AllowBody(std::size_t octets) {
  allowed_ = octets;
  if (allowed_ > 0 && !pumping_ && (readable_ || !pending_.empty())) Wake();
}

void UpstreamConnection::Wake() {
  if (!fd_ || std::exchange(waking_, true)) return;
  loop_.Again(this);
}

void UpstreamConnection::Cancel() {
  events_ = nullptr;
  Close();
}

void UpstreamConnection::Close() {
  if (!fd_) return;
  if (waking_) loop_.Forget(this);
  fd_.Close();
  timer_.Cancel();
  events_ = nullptr;
  owner_.OnClosed(*this);
  loop_.Defer(this);
}

net::Fd UpstreamConnection::Detach() {
  if (waking_) loop_.Forget(this);
  loop_.Unwatch(fd_.get());
  timer_.Cancel();
  loop_.Defer(this);
  return std::move(fd_);
}

// ---- events -------------------------------------------------------------------

void UpstreamConnection::OnEvents(std::uint32_t events) {
  if (!fd_) return;
  if (events == 0) waking_ = false;
  const bool was_full = Credit() == 0;
  bool may_write = (events & EPOLLOUT) && !writable_;
  if (!connected_) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
    if (net::SocketError(fd_.get()) != 0) {
      return Fail(UpstreamFailure::Kind::kConnect, "connection refused or unreachable");
    }
    Connected();
    may_write = true;
  }
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
  if (phase_ == Phase::kIdle) {
    if (readable_) Close();  // whatever comes now belongs to no request
    return;
  }
  if (may_write) {
    writable_ = true;
    Flush();
    if (events_ != nullptr && was_full && Credit() > 0 && !request_ended_)
      events_->OnUpstreamCredit();
  }
  if (events_ != nullptr) Pump();
}

void UpstreamConnection::Connected() {
  connected_ = true;
  timer_.Cancel();
}

void UpstreamConnection::OnTimer() {
  if (!connected_) return Fail(UpstreamFailure::Kind::kConnectTimeout, "connecting took too long");
  if (phase_ == Phase::kIdle) Close();
}

// ---- receiving ----------------------------------------------------------------

void UpstreamConnection::Pump() {
  pumping_ = true;
  std::size_t turn = 0;
  while (events_ != nullptr) {
    if (phase_ == Phase::kBody) {
      if (allowed_ == 0) break;
      if (!pending_.empty()) {
        const std::size_t used = Consume(pending_);
        if (fd_) pending_.erase(0, used);
        continue;
      }
    }
    if (!readable_) break;
    if (turn >= kTurn) {
      Wake();
      break;
    }
    turn += net::Loop::kScratchSize;
    if (!ReadSome()) break;
  }
  pumping_ = false;
}

// One read; false when there was nothing, or the connection is over.
bool UpstreamConnection::ReadSome() {
  const net::IoResult result = net::Read(fd_.get(), loop_.scratch(), net::Loop::kScratchSize);
  if (result.state == net::IoState::kWouldBlock) {
    readable_ = false;
    if (write_failed_) Fail(UpstreamFailure::Kind::kReset, "closed while the request was sent");
    return false;
  }
  if (result.state != net::IoState::kDone) {
    OnEndOfInput(result.state == net::IoState::kFailed);
    return false;
  }
  if (result.count < net::Loop::kScratchSize && !hung_up_) readable_ = false;
  answered_ = true;
  const std::string_view fresh(loop_.scratch(), result.count);
  if (pending_.empty()) {
    const std::size_t used = Consume(fresh);
    if (fd_ && used < fresh.size()) pending_.append(fresh.substr(used));
  } else {  // a head that was cut: the parser goes on where it stopped
    if (pending_.capacity() < Limits().max_octets + net::Loop::kScratchSize) {
      pending_.reserve(Limits().max_octets + net::Loop::kScratchSize);
    }
    pending_.append(fresh);
    const std::size_t used = Consume(pending_);
    if (fd_) pending_.erase(0, used);
  }
  return true;
}

std::size_t UpstreamConnection::Consume(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && events_ != nullptr) {
    const std::string_view rest = input.substr(used);
    std::size_t step = 0;
    if (phase_ == Phase::kHead) {
      step = ConsumeHead(rest);
    } else if (phase_ == Phase::kBody) {
      if (allowed_ == 0) break;
      step = ConsumeBody(rest);
    }
    used += step;
    if (step == 0) break;
  }
  return used;
}

std::size_t UpstreamConnection::ConsumeHead(std::string_view input) {
  const HeadState state = parser_.Parse(input, method_);
  if (state == HeadState::kIncomplete) return 0;
  if (state == HeadState::kBad) {
    Fail(UpstreamFailure::Kind::kProtocol, parser_.error());
    return 0;
  }
  const ResponseHead& head = parser_.head();
  const std::size_t octets = parser_.octets();
  if (head.status < 200) {
    if (head.status == 101 || ++interim_ > kMaxInterim) {
      Fail(UpstreamFailure::Kind::kProtocol, "an interim answer that was not asked for");
      return 0;
    }
    parser_.Reset();
    return octets;
  }
  body_.Reset(head.framing);
  keep_alive_ = head.keep_alive && head.framing.kind != Framing::Kind::kUntilClose;
  phase_ = Phase::kBody;
  const bool no_body = head.framing.kind == Framing::Kind::kNone ||
                       (head.framing.kind == Framing::Kind::kLength && head.framing.length == 0);
  events_->OnResponseHead(
      {head.status, head.fields, ToBodySize(head.framing), ToBodySize(head.announced)});
  if (events_ != nullptr && no_body) EndResponse(octets == input.size());
  return octets;
}

std::size_t UpstreamConnection::ConsumeBody(std::string_view input) {
  const BodyDecoder::Progress step = body_.Next(input.substr(0, std::min(input.size(), allowed_)));
  if (step.state == BodyDecoder::State::kBad) {
    Fail(UpstreamFailure::Kind::kProtocol, body_.error());
    return 0;
  }
  allowed_ -= std::min(allowed_, step.data.size());
  if (!step.data.empty()) events_->OnResponseData(step.data);
  if (events_ != nullptr && step.state == BodyDecoder::State::kDone) {
    EndResponse(step.consumed == input.size());
  }
  return step.consumed;
}

void UpstreamConnection::OnEndOfInput(bool failed) {
  if (phase_ == Phase::kBody && !failed && pending_.empty() &&
      body_.Close() == BodyDecoder::State::kDone) {
    keep_alive_ = false;
    return EndResponse(true);
  }
  Fail(UpstreamFailure::Kind::kReset,
       phase_ == Phase::kBody ? "closed within its answer" : "closed before its answer");
}

// `clean`: no octet came after the response.
void UpstreamConnection::EndResponse(bool clean) {
  UpstreamEvents* events = std::exchange(events_, nullptr);
  phase_ = Phase::kIdle;
  // Octets that wait unread would be taken for the next answer, and no event will tell of them.
  const bool more = readable_ && net::HasInput(fd_.get());
  const bool again = clean && !more && keep_alive_ && request_ended_ && out_.empty() &&
                     !write_failed_ && !hung_up_ && pending_.size() <= net::Loop::kScratchSize;
  // The trailers live in body_, which stays until the next response.
  reused_ = true;
  if (again) {
    pending_.clear();
    owner_.OnIdle(*this);
  } else {
    Close();
  }
  events->OnResponseEnd(body_.trailers());
}

void UpstreamConnection::Fail(UpstreamFailure::Kind kind, const char* detail) {
  UpstreamEvents* events = std::exchange(events_, nullptr);
  const UpstreamFailure failure{kind, written_ > 0, reused_ && !answered_, detail};
  Close();
  if (events != nullptr) events->OnUpstreamFailed(failure);
}

}  // namespace weir::proxy::http1
