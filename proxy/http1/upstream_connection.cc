#include "proxy/http1/upstream_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/http1/writer.h"

namespace weir::proxy::http1 {
namespace {

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

UpstreamConnection::UpstreamConnection(net::Loop& loop, std::unique_ptr<net::Stream> stream,
                                       UpstreamOwner& owner, std::int64_t connect_by)
    : loop_(loop),
      stream_(std::move(stream)),
      owner_(owner),
      timer_(loop.timers(), [this] { OnTimer(); }),
      parser_(Limits()),
      body_({}, Limits()),
      reused_(!stream_->handshaking()) {
  stream_->SetHandler(this);
  if (stream_->handshaking()) timer_.Arm(connect_by);
}

UpstreamStream& UpstreamConnection::Begin(UpstreamEvents& events) {
  if (!stream_->handshaking()) timer_.Cancel();
  events_ = &events;
  phase_ = Phase::kHead;
  written_before_ = stream_->written();
  allowed_ = kStreamWindow;
  interim_ = 0;
  answered_ = request_ended_ = false;
  parser_.Reset();
  return *this;
}

// ---- sending ------------------------------------------------------------------

bool UpstreamConnection::SendHead(const UpstreamRequest& request) {
  method_.assign(request.method);
  chunked_out_ = request.body.kind == BodySize::Kind::kUnknown;
  std::string& text = loop_.draft();
  if (!WriteRequestHead(request.method, request.path, request.has_query, request.query,
                        request.host, request.fields, ToFraming(request.body), text)) {
    return false;
  }
  stream_->Append(text);
  return true;
}

void UpstreamConnection::SendData(std::string_view data) {
  if (chunked_out_) {
    return WriteChunk(data, [this](std::string_view piece) { stream_->Append(piece); });
  }
  stream_->Write(data);
}

void UpstreamConnection::SendEnd(std::span<const runtime::Field> trailers) {
  request_ended_ = true;
  if (!chunked_out_) return;
  std::string& text = loop_.draft();
  WriteLastChunk(trailers, text);
  stream_->Append(text);
}

std::size_t UpstreamConnection::Credit() const {
  return stream_->pending() >= kStreamWindow ? 0 : kStreamWindow - stream_->pending();
}

void UpstreamConnection::AllowBody(std::size_t octets) {
  allowed_ = octets;
  if (allowed_ > 0) stream_->Resume();
}

void UpstreamConnection::Cancel() {
  events_ = nullptr;
  Close();
}

void UpstreamConnection::Close() {
  if (!stream_->open()) return;
  stream_->Close();
  timer_.Cancel();
  events_ = nullptr;
  owner_.OnClosed(*this);
  loop_.Defer(this);
}

net::Fd UpstreamConnection::Detach() {
  timer_.Cancel();
  loop_.Defer(this);
  return stream_->Release();
}

// ---- events -------------------------------------------------------------------

void UpstreamConnection::OnOpen(bool stands) {
  if (!stands) return Fail(UpstreamFailure::Kind::kConnect, "connection refused or unreachable");
  timer_.Cancel();
}

void UpstreamConnection::OnWritable(std::size_t before) {
  const bool was_full = before >= kStreamWindow;
  if (events_ != nullptr && was_full && Credit() > 0 && !request_ended_) {
    events_->OnUpstreamCredit();
  }
}

// Whatever comes to an idle connection belongs to no request.
void UpstreamConnection::OnSettled() {
  if (phase_ == Phase::kIdle && stream_->readable() && !stream_->Quiet()) Close();
}

void UpstreamConnection::OnTimer() {
  if (stream_->handshaking()) {
    return Fail(UpstreamFailure::Kind::kConnectTimeout, "connecting took too long");
  }
  if (phase_ == Phase::kIdle) Close();
}

// ---- receiving ----------------------------------------------------------------

std::size_t UpstreamConnection::InputWanted() const {
  if (events_ == nullptr || (phase_ == Phase::kBody && allowed_ == 0)) return 0;
  return net::Loop::kScratchSize;
}

std::size_t UpstreamConnection::OnInput(std::string_view bytes) {
  answered_ = true;
  std::size_t used = 0;
  while (used < bytes.size() && events_ != nullptr) {
    const std::string_view rest = bytes.substr(used);
    std::size_t step = 0;
    if (phase_ == Phase::kHead) {
      step = ReadHead(rest);
    } else if (phase_ == Phase::kBody && allowed_ > 0) {
      step = ReadBody(rest);
    }
    used += step;
    if (step == 0) break;
  }
  return used;
}

std::size_t UpstreamConnection::ReadHead(std::string_view input) {
  const HeadState parsed = parser_.Parse(input, method_);
  if (parsed == HeadState::kIncomplete) return 0;
  if (parsed == HeadState::kBad) {
    Fail(UpstreamFailure::Kind::kProtocol, parser_.error());
    return 0;
  }
  const ResponseHead& head = parser_.head();
  const std::size_t size = parser_.octets();
  if (head.status < 200) return SkipInterim(size);
  body_.Reset(head.framing);
  keep_alive_ = head.keep_alive && head.framing.kind != Framing::Kind::kUntilClose;
  phase_ = Phase::kBody;
  const bool no_body = head.framing.kind == Framing::Kind::kNone ||
                       (head.framing.kind == Framing::Kind::kLength && head.framing.length == 0);
  events_->OnResponseHead({head.status, head.fields, ToBodySize(head.framing),
                           ToBodySize(head.announced), head.minor_version});
  if (events_ != nullptr && no_body) EndResponse(size == input.size());
  return size;
}

std::size_t UpstreamConnection::SkipInterim(std::size_t size) {
  const ResponseHead& head = parser_.head();
  if (head.status == 101 || ++interim_ > kMaxInterim) {
    Fail(UpstreamFailure::Kind::kProtocol, "an interim answer that was not asked for");
    return 0;
  }
  events_->OnInterim({head.status, head.fields, {}, {}});
  parser_.Reset();
  return size;
}

std::size_t UpstreamConnection::ReadBody(std::string_view input) {
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

void UpstreamConnection::OnEnd(net::End how) {
  const bool whole = phase_ == Phase::kBody && how == net::End::kClean &&
                     stream_->unread().empty() && body_.Close() == BodyDecoder::State::kDone;
  if (whole) {
    keep_alive_ = false;
    return EndResponse(true);
  }
  Fail(UpstreamFailure::Kind::kReset, stream_->broken() && how == net::End::kReset
                                          ? "closed while the request was sent"
                                      : phase_ == Phase::kBody ? "closed within its answer"
                                                               : "closed before its answer");
}

// `clean`: no byte came after the response, as far as it was read. What waits
// unread would be taken for the next answer, and no event will tell of it.
void UpstreamConnection::EndResponse(bool clean) {
  UpstreamEvents* events = std::exchange(events_, nullptr);
  phase_ = Phase::kIdle;
  const bool quiet = clean && (!stream_->readable() || stream_->Quiet());
  const bool again = quiet && keep_alive_ && request_ended_ && stream_->pending() == 0 &&
                     !stream_->broken() && !stream_->end_announced();
  // The trailers live in body_, which stays until the next response.
  reused_ = true;
  if (again) {
    owner_.OnStreamOver(*this);
  } else {
    Close();
  }
  events->OnResponseEnd(body_.trailers());
}

void UpstreamConnection::Fail(UpstreamFailure::Kind kind, const char* detail) {
  UpstreamEvents* events = std::exchange(events_, nullptr);
  const UpstreamFailure failure{kind, sent(), reused_ && !answered_, detail};
  Close();
  if (events != nullptr) events->OnUpstreamFailed(failure);
}

}  // namespace weir::proxy::http1
