// The life of a client's connection: head, exchange, perhaps the rest of a body
// that nobody wants, and again.
//
// Reading happens in Serve alone, at the top of an event, so no read can
// overwrite what a caller further up still looks at; whoever wants reading to go
// on from elsewhere asks for another turn of the loop (Wake). An exchange may
// finish inside the call that began it; flags carry that out, not recursion, so
// any number of pipelined requests costs no stack.
#include "proxy/http1/client_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "proxy/http1/writer.h"

namespace weir::proxy::http1 {
namespace {

using runtime::Reason;
using runtime::Refusal;

constexpr std::size_t kTurn = 4 * net::Loop::kScratchSize;
constexpr std::size_t kDirect = 8192;        // data this large is not copied first
constexpr std::uint64_t kDrainable = 65536;  // a body this small is read to keep the connection
constexpr std::size_t kLingerOctets = 1 << 20;
constexpr std::int64_t kLingerTime = 2'000'000'000;
constexpr std::uint16_t kClientGoneStatus = 499;

constexpr Refusal kGone{kClientGoneStatus, Reason::kDownstreamClosed,
                        "the connection ended within a head"};
constexpr Refusal kSlowHead{408, Reason::kRequestTimeout, "the head took too long"};
constexpr Refusal kStopping{503, Reason::kDraining, "the proxy stopped before the answer"};
constexpr Refusal kSlowBody{408, Reason::kRequestTimeout, "the body took too long"};

Framing ToFraming(const ResponseMessage& message, bool old_version) {
  switch (message.body.kind) {
    case BodySize::Kind::kNone:
      if (message.announced.kind != BodySize::Kind::kLength) return {};
      return {Framing::Kind::kLength, message.announced.length};
    case BodySize::Kind::kLength:
      return {Framing::Kind::kLength, message.body.length};
    case BodySize::Kind::kUnknown:
      break;
  }
  return {old_version ? Framing::Kind::kUntilClose : Framing::Kind::kChunked, 0};
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

constexpr std::size_t kMaxRecorded = 1024;  // of a target that was refused

// The target of a first line that may be no request line at all.
std::string_view TargetOf(std::string_view octets) {
  std::string_view line = octets.substr(0, octets.find_first_of("\r\n"));
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return {};
  line.remove_prefix(space + 1);
  return line.substr(0, std::min(line.find(' '), kMaxRecorded));
}

}  // namespace

ClientConnection::ClientConnection(net::Loop& loop, net::Fd fd, ClientHost& host,
                                   const runtime::ConnectionFacts& facts, const HeadLimits& limits,
                                   const ClientTimeouts& timeouts)
    : loop_(loop),
      fd_(std::move(fd)),
      host_(host),
      facts_(facts),
      limits_(limits),
      timeouts_(timeouts),
      timer_(loop.timers(), [this] { OnTimer(); }),
      parser_(limits),
      body_({}, limits),
      in_(loop.blocks()) {
  Arm(Wait::kHead, timeouts_.head);
}

bool ClientConnection::Watch() { return loop_.WatchEdges(fd_.get(), this); }

void ClientConnection::Close() {
  if (!fd_) return;
  if (waking_) loop_.Forget(this);
  fd_.Close();
  timer_.Cancel();
  host_.OnClosed(*this);
  loop_.Defer(this);
}

void ClientConnection::EndSoon() {
  // A request that the kernel holds already is still served.
  if (phase_ == Phase::kHead && in_.empty() && !readable_ && out_.empty() &&
      !net::HasInput(fd_.get())) {
    Linger();
  }
}

void ClientConnection::CutOff() {
  if (events_ != nullptr) BodyBad(kStopping);
  if (fd_) Gone();
}

void ClientConnection::Wake() {
  if (fd_ && !std::exchange(waking_, true)) loop_.Again(this);
}

// ---- events -------------------------------------------------------------------

void ClientConnection::OnEvents(std::uint32_t events) {
  if (!fd_) return;
  if (events == 0) waking_ = false;
  if (broken_ || (events & (EPOLLHUP | EPOLLERR))) return Gone();
  if (events & EPOLLRDHUP) hung_up_ = true;
  if (events & (EPOLLIN | EPOLLRDHUP)) readable_ = true;
  if ((events & EPOLLOUT) && !writable_) {
    writable_ = true;
    Flush();
    if (broken_) return Gone();
    if (events_ != nullptr && Credit() > 0) events_->OnClientCredit();
    if (phase_ == Phase::kLinger && out_.empty()) Linger();
  }
  if (fd_) Serve();
}

void ClientConnection::Serve() {
  serving_ = true;
  for (bool more = true; more && fd_;) {
    switch (phase_) {
      case Phase::kHead:
        more = ServeHead();
        break;
      case Phase::kExchange:
        PumpBody();
        more = response_done_;
        if (more && fd_ && phase_ == Phase::kExchange) AfterResponse();
        break;
      case Phase::kDrain:
      case Phase::kLinger:
        ReadAndDrop();
        more = phase_ == Phase::kHead;
        break;
    }
  }
  serving_ = false;
  UpdateTimer();
}

// False when there is nothing more to be had for now.
bool ClientConnection::ServeHead() {
  // Who asks on and reads nothing: its answers must not pile up here.
  if (Credit() == 0) return false;
  if (!in_.empty()) {
    ParseHead();
    if (!fd_ || phase_ != Phase::kHead) return true;
  }
  return ReadHead();
}

// ---- heads --------------------------------------------------------------------

// Reads more of a head; false when there is no more for now, or ever.
bool ClientConnection::ReadHead() {
  if (!readable_) return false;
  const bool first = in_.empty();
  const std::span<char> room = in_.Space(kMaxInput);
  if (room.empty()) return false;  // cannot be: the parser refuses a head before that
  const net::IoResult result = net::Read(fd_.get(), room.data(), room.size());
  if (result.state == net::IoState::kWouldBlock) {
    readable_ = false;
    if (first) in_.Release();
    return false;
  }
  if (result.state != net::IoState::kDone) {
    OnEndOfInput(result.state == net::IoState::kFailed);
    return false;
  }
  in_.Produced(result.count);
  if (result.count < room.size() && !hung_up_) readable_ = false;
  if (first) Arm(Wait::kHead, timeouts_.head);
  return true;
}

void ClientConnection::ParseHead() {
  switch (parser_.Parse(in_.unread())) {
    case HeadState::kIncomplete:
      return;
    case HeadState::kBad:
      return Refuse(parser_.refusal());
    case HeadState::kComplete:
      break;
  }
  const RequestHead& head = parser_.head();
  used_ = parser_.octets();
  Begin(head.framing, head.keep_alive);
  old_version_ = head.minor_version == 0;
  awaits_continue_ = head.expect_continue && !body_ended_;
  RequestMessage message;
  message.raw.method = head.method;
  message.raw.target = head.target;
  message.raw.minor_version = head.minor_version;
  message.raw.fields = head.fields;
  message.body = ToBodySize(head.framing);
  message.expect_continue = awaits_continue_;
  ClientEvents* events = host_.OnRequest(*this, message);
  if (!response_done_) events_ = events;
}

void ClientConnection::Begin(const Framing& framing, bool keep_alive) {
  phase_ = Phase::kExchange;
  timer_.Cancel();
  wait_ = Wait::kNone;
  body_.Reset(framing);
  body_ended_ = body_.state() == BodyDecoder::State::kDone;
  length_known_ = framing.kind == Framing::Kind::kLength;
  body_left_ = framing.length;
  keep_alive_ = keep_alive;
  allowed_ = 0;
  dropping_ = awaits_continue_ = chunked_out_ = head_sent_ = close_after_ = false;
  response_done_ = false;
}

void ClientConnection::Refuse(const Refusal& refusal) {
  used_ = in_.unread().size();
  Begin({}, !refusal.close);
  old_version_ = false;
  const std::string_view method = parser_.head().method;
  ClientEvents* events = host_.OnRefused(*this, {refusal, method, TargetOf(in_.unread())});
  if (!response_done_) events_ = events;
}

// ---- bodies -------------------------------------------------------------------

void ClientConnection::AllowBody(std::size_t octets) {
  allowed_ = octets;
  if (body_ended_ || serving_) return;
  if (allowed_ > 0 && (readable_ || used_ < in_.unread().size())) Wake();
  UpdateTimer();  // who is not read from is not slow
}

void ClientConnection::PumpBody() {
  std::size_t turn = 0;
  while (events_ != nullptr && !body_ended_ && allowed_ > 0) {
    const std::string_view held = in_.unread().substr(used_);
    if (!held.empty()) {
      used_ += FeedBody(held.substr(0, std::min(held.size(), allowed_)));
      continue;
    }
    if (!readable_) break;
    if (turn >= kTurn) {
      Wake();
      break;
    }
    const std::size_t size = std::min(net::Loop::kScratchSize, allowed_);
    turn += size;
    const net::IoResult result = net::Read(fd_.get(), loop_.scratch(), size);
    if (result.state == net::IoState::kWouldBlock) {
      readable_ = false;
      break;
    }
    if (result.state != net::IoState::kDone)
      return OnEndOfInput(result.state == net::IoState::kFailed);
    if (result.count < size && !hung_up_) readable_ = false;
    const std::string_view fresh(loop_.scratch(), result.count);
    const std::size_t used = FeedBody(fresh);
    if (fd_ && used < fresh.size()) overrun_.append(fresh.substr(used));
  }
}

// Decodes all of `input` up to the body's end, and hands it on or drops it.
std::size_t ClientConnection::FeedBody(std::string_view input) {
  std::size_t used = 0;
  feeding_ = true;
  while (used < input.size() && !body_ended_ && fd_ && (events_ != nullptr || dropping_)) {
    awaits_continue_ = false;
    const BodyDecoder::Progress step = body_.Next(input.substr(used));
    used += step.consumed;
    if (step.state == BodyDecoder::State::kBad) {
      BodyBad({400, Reason::kBadRequest, body_.error(), true});
      break;
    }
    allowed_ -= std::min(allowed_, step.data.size());
    body_left_ -= std::min<std::uint64_t>(body_left_, step.data.size());
    body_ended_ = step.state == BodyDecoder::State::kDone;
    if (events_ == nullptr || dropping_) continue;
    if (!step.data.empty()) events_->OnRequestData(step.data);
    if (body_ended_ && events_ != nullptr) events_->OnRequestEnd(body_.trailers());
  }
  feeding_ = false;
  return used;
}

// What follows a broken body cannot be told from it, so the connection ends.
void ClientConnection::BodyBad(const Refusal& refusal) {
  body_ended_ = true;
  keep_alive_ = false;
  readable_ = false;
  used_ = in_.unread().size();
  if (events_ != nullptr && !dropping_) return events_->OnRequestBad(refusal);
  close_after_ = true;
}

void ClientConnection::DropBody() {
  if (body_ended_ || dropping_) return;
  dropping_ = true;
  // A client that waits for 100 may send the body or not: nobody could tell.
  const bool ambiguous = awaits_continue_;
  if (!feeding_) used_ += FeedBody(in_.unread().substr(used_));
  if (!body_ended_ && (ambiguous || feeding_ || !length_known_ || body_left_ > kDrainable))
    keep_alive_ = false;
}

void ClientConnection::OnEndOfInput(bool failed) {
  readable_ = false;
  if (failed) return Gone();
  if (phase_ != Phase::kHead) return Gone();  // within a body: it will never be whole
  if (in_.empty()) return Close();
  Refuse(kGone);
}

// Reads what nobody wants: the rest of a body, or whatever comes while we linger.
void ClientConnection::ReadAndDrop() {
  while (fd_) {
    if (phase_ == Phase::kDrain && body_ended_) return close_after_ ? Linger() : NextRequest();
    if (!readable_) return;
    const net::IoResult result = net::Read(fd_.get(), loop_.scratch(), net::Loop::kScratchSize);
    if (result.state == net::IoState::kWouldBlock) {
      readable_ = false;
      return;
    }
    lingered_ += result.count;
    if (result.state != net::IoState::kDone || lingered_ > kLingerOctets) return Close();
    if (phase_ == Phase::kLinger) continue;
    const std::string_view fresh(loop_.scratch(), result.count);
    const std::size_t used = FeedBody(fresh);
    overrun_.append(fresh.substr(used));
  }
}

// ---- responses ----------------------------------------------------------------

bool ClientConnection::SendHead(const ResponseMessage& message, bool close) {
  const Framing framing = ToFraming(message, old_version_);
  // A request that is still coming: its rest goes on until the response ends, and so does the
  // connection.
  const bool cut = !body_ended_ && !dropping_;
  const bool end =
      close || cut || close_after_ || !keep_alive_ || old_version_ || host_.Ending(*this);
  if (!WriteResponseHead(message.status, message.fields, framing, end, out_.tail())) return false;
  chunked_out_ = framing.kind == Framing::Kind::kChunked;
  close_after_ = end || framing.kind == Framing::Kind::kUntilClose;
  head_sent_ = true;
  return true;
}

void ClientConnection::SendContinue() {
  if (!awaits_continue_ || head_sent_) return;
  awaits_continue_ = false;
  out_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
  Flush();
}

void ClientConnection::SendData(std::string_view data) {
  if (broken_ || data.empty()) return;
  if (chunked_out_) {
    WriteChunk(data, out_.tail());
  } else if (data.size() < kDirect || !writable_) {
    out_.tail().append(data);
  } else {
    OnWritten(out_.Flush(fd_.get(), data, written_));
  }
}

void ClientConnection::SendEnd(std::span<const runtime::Field> trailers) {
  if (chunked_out_ && !broken_) WriteLastChunk(trailers, out_.tail());
}

void ClientConnection::Flush() {
  if (out_.empty() || !writable_ || broken_) return;
  OnWritten(out_.Flush(fd_.get(), {}, written_));
}

void ClientConnection::OnWritten(net::IoState state) {
  if (state == net::IoState::kWouldBlock) {
    writable_ = false;
    UpdateTimer();
  }
  if (state != net::IoState::kFailed) return;
  broken_ = true;  // told from the top of an event: the caller is in the middle of something
  out_.Clear();
  Wake();
}

std::size_t ClientConnection::Credit() const {
  return out_.pending() >= kStreamWindow ? 0 : kStreamWindow - out_.pending();
}

void ClientConnection::Finish() {
  events_ = nullptr;
  response_done_ = true;
  Flush();
  if (!serving_ && fd_) {
    AfterResponse();
    if (fd_ && (readable_ || !in_.empty())) Wake();
    if (fd_) UpdateTimer();
  }
}

void ClientConnection::Abort() {
  events_ = nullptr;
  response_done_ = true;
  Flush();
  // Without it, a response that ends with the connection would look whole.
  const linger hard{1, 0};
  if (!chunked_out_) ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  Close();
}

void ClientConnection::AfterResponse() {
  if (broken_) return Close();
  if (close_after_ || host_.Ending(*this)) return Linger();
  if (body_ended_) return NextRequest();
  phase_ = Phase::kDrain;
  lingered_ = 0;
}

void ClientConnection::NextRequest() {
  in_.Consume(used_);
  used_ = 0;
  if (!overrun_.empty()) {
    in_.Append(overrun_);
    overrun_ = std::string();
  }
  parser_.Reset();
  phase_ = Phase::kHead;
  AwaitHead();
}

void ClientConnection::AwaitHead() {
  if (in_.empty()) {
    Arm(Wait::kIdle, timeouts_.keep_alive);
  } else {
    Arm(Wait::kHead, timeouts_.head);
  }
}

void ClientConnection::Linger() {
  phase_ = Phase::kLinger;
  if (wait_ != Wait::kLinger) lingered_ = 0;
  Flush();
  if (broken_) return Close();
  if (!out_.empty()) return;  // again when the rest has left
  in_.Release();
  used_ = 0;
  if (hung_up_ && !readable_) return Close();
  if (::shutdown(fd_.get(), SHUT_WR) != 0) return Close();
  Arm(Wait::kLinger, kLingerTime);
}

void ClientConnection::Gone() {
  if (phase_ == Phase::kHead && !in_.empty()) return Refuse(kGone);
  ClientEvents* events = std::exchange(events_, nullptr);
  const bool waiting = !response_done_;
  Close();
  if (events != nullptr && waiting) events->OnClientGone();
}

// ---- time ---------------------------------------------------------------------

void ClientConnection::Arm(Wait wait, std::int64_t span) {
  wait_ = wait;
  timer_.Arm(loop_.now() + span);
}

// What the connection waits for now; each call starts the wait anew, so it is
// called where something moved.
void ClientConnection::UpdateTimer() {
  if (!fd_) return;
  if (!writable_ && !out_.empty()) {
    // Octets that come do not prolong it, only octets that go.
    if (wait_ == Wait::kWrite && written_ == written_before_) return;
    written_before_ = written_;
    return Arm(Wait::kWrite, timeouts_.write);
  }
  if (phase_ == Phase::kHead) {
    if (wait_ == Wait::kWrite) AwaitHead();
    return;
  }
  if (phase_ == Phase::kLinger) return;
  if (phase_ == Phase::kDrain) return Arm(Wait::kBody, timeouts_.body);
  if (!body_ended_ && allowed_ > 0) return Arm(Wait::kBody, timeouts_.body);
  if (hung_up_ && body_ended_ && !head_sent_) {
    if (wait_ != Wait::kHalfClosed) Arm(Wait::kHalfClosed, timeouts_.half_closed);
    return;
  }
  wait_ = Wait::kNone;
  timer_.Cancel();
}

void ClientConnection::OnTimer() {
  switch (wait_) {
    case Wait::kNone:
      return;
    case Wait::kHead:
      if (in_.empty()) return Close();
      return Refuse(kSlowHead);
    case Wait::kBody:
      if (events_ == nullptr) return Close();
      return BodyBad(kSlowBody);
    case Wait::kHalfClosed:
      if (head_sent_) return;
      return Gone();
    case Wait::kIdle:
    case Wait::kWrite:
    case Wait::kLinger:
      return Gone();
  }
}

}  // namespace weir::proxy::http1
