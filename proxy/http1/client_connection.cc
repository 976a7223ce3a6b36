// The life of a client's connection: head, exchange, perhaps the unread rest of a
// body, and again.
//
// The stream offers input at the top of an event, as far as InputWanted says; who
// wants more of it from elsewhere asks for another turn of the loop (Resume). An
// exchange may finish inside the call that began it; flags carry that out, not
// recursion, so any number of pipelined requests costs no stack. After a few of
// them, or many small pieces of a body, others get their turn.
#include "proxy/http1/client_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/http1/writer.h"

namespace weir::proxy::http1 {
namespace {

using runtime::Reason;
using runtime::Refusal;

constexpr std::size_t kHeadRead = net::BlockPool::kBlockSize;
constexpr std::uint64_t kDrainable = 65536;  // a body this small is read to keep the connection
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr std::int64_t kLingerTime = 2'000'000'000;
constexpr std::uint16_t kClientGoneStatus = 499;
constexpr int kRequestsInTurn = 4;
constexpr int kPiecesInTurn = 256;  // of a body

constexpr Refusal kGone{kClientGoneStatus, Reason::kDownstreamClosed,
                        "the connection ended within a head"};
constexpr Refusal kGivenWay{kClientGoneStatus, Reason::kDownstreamClosed,
                            "connections were short, and its head was not whole"};
constexpr Refusal kSlowHead{408, Reason::kRequestTimeout, "the head took too long"};
constexpr Refusal kStopping{503, Reason::kDraining, "the proxy stopped before the answer"};
constexpr Refusal kSlowBody{408, Reason::kRequestTimeout, "the body took too long"};
constexpr Refusal kDripped{408, Reason::kRequestTimeout,
                           "the body came more slowly than the minimum rate"};

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

ClientConnection::ClientConnection(net::Loop& loop, std::unique_ptr<net::Stream> stream,
                                   ClientHost& host, const runtime::ConnectionFacts& facts,
                                   const HeadLimits& limits, const ClientTimeouts& timeouts)
    : loop_(loop),
      stream_(std::move(stream)),
      host_(host),
      facts_(facts),
      timeouts_(timeouts),
      timer_(loop.timers(), [this] { OnTimer(); }),
      parser_(limits),
      body_({}, limits),
      head_(loop.blocks()) {
  stream_->SetHandler(this);
  stream_->SetWriteTimeout(timeouts_.write);
  stream_->Resume();
  Arm(Wait::kHead, timeouts_.head);
}

void ClientConnection::End(bool reset) {
  if (!stream_->open()) return;
  reset ? stream_->Reset() : stream_->Close();
  timer_.Cancel();
  host_.OnClosed(*this);
  loop_.Defer(this);
}

// A client that sends a request in this very moment gets an answer. What has begun
// goes on: the answer will say that it is the last.
void ClientConnection::EndSoon() {
  if (phase_ == Phase::kHead && stream_->unread().empty()) Arm(Wait::kIdle, timeouts_.ending);
}

bool ClientConnection::GiveWay() {
  if (stream_->pending() > 0) return false;
  if (phase_ == Phase::kHead) {
    if (!stream_->transport().Quiet()) return false;
    if (!stream_->unread().empty()) {
      Refuse(kGivenWay, stream_->unread());
      return true;
    }
  } else if (phase_ != Phase::kLinger) {
    return false;
  }
  Close();
  return true;
}

void ClientConnection::CutOff() {
  if (events_ != nullptr) BodyBad(kStopping);
  if (stream_->open()) Gone();
}

// ---- events -------------------------------------------------------------------

std::size_t ClientConnection::InputWanted() const {
  switch (phase_) {
    case Phase::kHead:
      // Backpressure: stop reading pipelined requests while the client reads no responses.
      return Credit() == 0 ? 0 : kHeadRead;
    case Phase::kExchange:
      return events_ == nullptr || body_ended_ ? 0 : allowed_;
    case Phase::kDrain:
    case Phase::kLinger:
      return net::Loop::kScratchSize;
  }
  return 0;
}

std::size_t ClientConnection::OnInput(std::string_view bytes) {
  std::size_t used = 0;
  busy_ = true;
  switch (phase_) {
    case Phase::kHead:
      used = ReadHead(bytes);
      break;
    case Phase::kExchange:
      used = FeedBody(bytes.substr(0, std::min(bytes.size(), allowed_)));
      break;
    case Phase::kDrain:
    case Phase::kLinger:
      used = Drop(bytes);
      break;
  }
  busy_ = false;
  Advance();
  return used;
}

// A head or a body that is not whole will never be. But whoever ends its direction in an
// orderly way may still read: what it was answered, and waits, leaves first.
void ClientConnection::OnEnd(net::End how) {
  busy_ = true;
  const bool cut = head_sent_ && !response_done_;
  reads_on_ = how == net::End::kClean && stream_->pending() > 0 && !cut;
  reads_on_ ? SendRest() : Gone();
  busy_ = false;
  Advance();
}

void ClientConnection::OnSettled() {
  requests_in_turn_ = 0;
  UpdateTimer();
}

void ClientConnection::OnWritable(std::size_t) {
  if (events_ != nullptr && Credit() > 0) events_->OnClientCredit();
  if (stream_->open() && phase_ == Phase::kLinger && stream_->pending() == 0) Linger();
}

// ---- heads --------------------------------------------------------------------

std::size_t ClientConnection::ReadHead(std::string_view bytes) {
  switch (parser_.Parse(bytes)) {
    case HeadState::kIncomplete:
      return 0;
    case HeadState::kBad:
      Refuse(parser_.refusal(), bytes);
      return bytes.size();
    case HeadState::kComplete:
      break;
  }
  if (++requests_in_turn_ >= kRequestsInTurn) stream_->EndTurn();
  const std::size_t size = parser_.octets();
  KeepHead(bytes.substr(0, size));
  const RequestHead& head = parser_.head();
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
  after_head_ = bytes.substr(size);
  taken_ = 0;
  ClientEvents* events = host_.OnRequest(*this, *this, message);
  if (!response_done_) events_ = events;
  after_head_ = {};
  return size + taken_;
}

// The stream reads on into the memory that `bytes` are in; the request's views stay.
void ClientConnection::KeepHead(std::string_view bytes) {
  head_.Append(bytes);
  parser_.Parse(head_.unread());
}

void ClientConnection::Begin(const Framing& framing, bool keep_alive) {
  host_.OnBusy(*this);
  phase_ = Phase::kExchange;
  head_begun_ = false;
  timer_.Cancel();
  wait_ = Wait::kNone;
  body_.Reset(framing);
  body_ended_ = body_.state() == BodyDecoder::State::kDone;
  length_known_ = framing.kind == Framing::Kind::kLength;
  body_left_ = framing.length;
  keep_alive_ = keep_alive;
  allowed_ = 0;
  body_waited_ = body_wait_began_ = 0;
  body_times_waived_ = dropping_ = awaits_continue_ = chunked_out_ = head_sent_ = close_after_ =
      false;
  response_done_ = false;
}

// What came, `bytes`, is no request; nothing of it is used again.
void ClientConnection::Refuse(const Refusal& refusal, std::string_view bytes) {
  KeepHead(bytes);
  Begin({}, !refusal.close);
  old_version_ = false;
  const std::string_view method = parser_.head().method;
  ClientEvents* events = host_.OnRefused(*this, *this, {refusal, method, TargetOf(head_.unread())});
  if (!response_done_) events_ = events;
}

// ---- bodies -------------------------------------------------------------------

void ClientConnection::AllowBody(std::size_t octets) {
  allowed_ = octets;
  if (body_ended_ || busy_) return;
  if (allowed_ > 0) stream_->Resume();
  UpdateTimer();  // who is not read from is not slow
}

// Decodes all of `input` up to the body's end, and hands it on or drops it.
std::size_t ClientConnection::FeedBody(std::string_view input) {
  std::size_t used = 0;
  int pieces = 0;
  feeding_ = true;
  while (used < input.size() && !body_ended_ && stream_->open() &&
         (events_ != nullptr || dropping_)) {
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
    if (++pieces > kPiecesInTurn) stream_->EndTurn();
    if (!step.data.empty()) events_->OnRequestData(step.data);
    if (body_ended_ && events_ != nullptr) events_->OnRequestEnd(body_.trailers());
    if (pieces > kPiecesInTurn && !dropping_) break;
  }
  feeding_ = false;
  return used;
}

// What follows a broken body cannot be told from it, so the connection ends.
void ClientConnection::BodyBad(const Refusal& refusal) {
  body_ended_ = true;
  keep_alive_ = false;
  if (events_ != nullptr && !dropping_) return events_->OnRequestBad(refusal);
  close_after_ = true;
}

void ClientConnection::DropBody() {
  if (body_ended_ || dropping_) return;
  dropping_ = true;
  // A client that waits for 100 may send the body or not: the two cannot be told apart.
  const bool ambiguous = awaits_continue_;
  if (!busy_) {
    stream_->Consume(FeedBody(stream_->unread()));
  } else if (!feeding_) {
    taken_ += FeedBody(after_head_.substr(taken_));
  }
  if (!body_ended_ && (ambiguous || feeding_ || !length_known_ || body_left_ > kDrainable))
    keep_alive_ = false;
}

// Discards the rest of a body, or what comes while the connection lingers.
std::size_t ClientConnection::Drop(std::string_view bytes) {
  lingered_ += bytes.size();
  if (lingered_ > kLingerBytes) {
    Close();
    return bytes.size();
  }
  if (phase_ == Phase::kLinger) return bytes.size();
  const std::size_t used = FeedBody(bytes);
  if (body_ended_) close_after_ ? Linger() : NextRequest();
  return used;
}

// ---- responses ----------------------------------------------------------------

bool ClientConnection::SendInterim(const ResponseMessage& message) {
  if (head_sent_ || old_version_ || message.status < 100 || message.status > 199) return false;
  std::string& text = loop_.draft();
  if (!WriteResponseHead(message.status, message.fields, {}, false, text)) return false;
  stream_->Append(text);
  return true;
}

bool ClientConnection::SendHead(const ResponseMessage& message, MoreInput more) {
  const Framing framing = ToFraming(message, old_version_);
  // A request that is still coming: its rest goes on until the response ends, and so does the
  // connection.
  const bool cut = !body_ended_ && !dropping_;
  const bool end = more == MoreInput::kRefused || cut || close_after_ || !keep_alive_ ||
                   old_version_ || host_.Ending();
  std::string& text = loop_.draft();
  if (!WriteResponseHead(message.status, message.fields, framing, end, text)) return false;
  stream_->Append(text);
  chunked_out_ = framing.kind == Framing::Kind::kChunked;
  close_after_ = end || framing.kind == Framing::Kind::kUntilClose;
  head_sent_ = true;
  return true;
}

void ClientConnection::SendContinue() {
  if (!awaits_continue_ || head_sent_) return;
  awaits_continue_ = false;
  stream_->Append("HTTP/1.1 100 Continue\r\n\r\n");
  Flush();
}

void ClientConnection::SendData(std::string_view data) {
  if (chunked_out_) {
    return WriteChunk(data, [this](std::string_view piece) { stream_->Append(piece); });
  }
  stream_->Write(data);
  AfterWrite();
}

void ClientConnection::SendEnd(std::span<const runtime::Field> trailers) {
  if (!chunked_out_) return;
  std::string& text = loop_.draft();
  WriteLastChunk(trailers, text);
  stream_->Append(text);
}

void ClientConnection::Flush() {
  stream_->Flush();
  AfterWrite();
}

void ClientConnection::AfterWrite() {
  if (stream_->blocked() && wait_ != Wait::kWrite) UpdateTimer();
}

std::size_t ClientConnection::Credit() const {
  return stream_->pending() >= kStreamWindow ? 0 : kStreamWindow - stream_->pending();
}

void ClientConnection::Finish() {
  events_ = nullptr;
  response_done_ = true;
  Flush();
  if (busy_ || !stream_->open()) return;
  AfterResponse();
  if (!stream_->open()) return;
  stream_->Resume();
  UpdateTimer();
}

void ClientConnection::Abort() {
  events_ = nullptr;
  response_done_ = true;
  Flush();
  // What waits is of answers before, and whole; or its last chunk is missing, which shows.
  const bool may_leave = chunked_out_ || (reads_on_ && !head_sent_);
  if (may_leave && stream_->pending() > 0) return Linger();
  // Without a reset, a response that ends with the connection would look whole.
  End(head_sent_ && !chunked_out_);
}

// An exchange that ended within what began or fed it.
void ClientConnection::Advance() {
  if (stream_->open() && phase_ == Phase::kExchange && response_done_) AfterResponse();
}

void ClientConnection::AfterResponse() {
  if (stream_->broken()) return Close();
  if (close_after_ || host_.Ending()) return Linger();
  if (body_ended_) return NextRequest();
  phase_ = Phase::kDrain;
  lingered_ = 0;
}

void ClientConnection::NextRequest() {
  head_.Release();
  parser_.Reset();
  phase_ = Phase::kHead;
  wait_ = Wait::kNone;  // AwaitHead comes when the event is over
  host_.OnWaiting(*this);
}

void ClientConnection::Linger() {
  phase_ = Phase::kLinger;
  if (wait_ != Wait::kLinger) lingered_ = 0;
  Flush();
  if (stream_->broken()) return Close();
  if (stream_->pending() > 0) return;  // again when the rest has left
  head_.Release();
  if (stream_->end_announced() && !stream_->readable()) return Close();
  if (!stream_->EndWriting()) return Close();
  stream_->Resume();
  Arm(Wait::kLinger, kLingerTime);
  host_.OnWaiting(*this);
}

void ClientConnection::Gone() {
  if (phase_ == Phase::kHead && !stream_->unread().empty()) {
    return Refuse(kGone, stream_->unread());
  }
  ClientEvents* events = std::exchange(events_, nullptr);
  const bool unanswered = !response_done_;
  // An answer that is cut: as in Abort, and the kernel need not hold on to what was written.
  End(head_sent_ && (unanswered || stream_->pending() > 0));
  if (events != nullptr && unanswered) events->OnClientGone();
}

void ClientConnection::SendRest() {
  if (phase_ == Phase::kHead && !stream_->unread().empty()) {
    return Refuse(kGone, stream_->unread());  // which ends in Abort
  }
  ClientEvents* events = std::exchange(events_, nullptr);
  const bool unanswered = !std::exchange(response_done_, true);
  Linger();
  if (events != nullptr && unanswered) events->OnClientGone();
}

// ---- time ---------------------------------------------------------------------

void ClientConnection::Arm(Wait wait, std::int64_t span) {
  wait_ = wait;
  timer_.Arm(loop_.now() + span);
}

// What the connection waits for now; each call starts the wait anew, so it is
// called where something moved.
void ClientConnection::UpdateTimer() {
  if (!stream_->open()) return;
  if (stream_->blocked()) {
    PauseBody();
    wait_ = Wait::kWrite;
    return timer_.Cancel();
  }
  if (phase_ == Phase::kHead) return AwaitHead();
  if (phase_ == Phase::kLinger) return;
  if (phase_ == Phase::kDrain) return Arm(Wait::kBody, timeouts_.body);
  if (!body_ended_ && allowed_ > 0 && BodyIsTimed()) return AwaitBody();
  PauseBody();
  wait_ = Wait::kNone;
  timer_.Cancel();
}

// The time in which the client could send counts, and no other.
void ClientConnection::AwaitBody() {
  if (body_wait_began_ == 0) body_wait_began_ = loop_.now();
  Arm(Wait::kBody, std::min(timeouts_.body, BodyDue() - loop_.now()));
}

void ClientConnection::PauseBody() {
  if (body_wait_began_ == 0) return;
  body_waited_ += loop_.now() - std::exchange(body_wait_began_, 0);
}

// When it will be too slow, unless more comes.
std::int64_t ClientConnection::BodyDue() const {
  constexpr std::int64_t kNever = INT64_MAX;
  if (timeouts_.body_rate == 0) return kNever;
  constexpr std::uint64_t kEnough = std::uint64_t{1} << 32;  // times 10^9 it fits
  const std::uint64_t earned =
      std::min(body_.received(), kEnough) * 1'000'000'000 / timeouts_.body_rate;
  return body_wait_began_ + timeouts_.body_grace + static_cast<std::int64_t>(earned) - body_waited_;
}

// From the first byte of a head on, and before it; each once. The first head of a
// connection may take as long as any, from when the connection stands.
void ClientConnection::AwaitHead() {
  if (stream_->unread().empty()) {
    if (wait_ != Wait::kHead && wait_ != Wait::kIdle) {
      Arm(Wait::kIdle, host_.Ending() ? timeouts_.ending : timeouts_.keep_alive);
    }
  } else if (!head_begun_ || wait_ != Wait::kHead) {
    if (!head_begun_) host_.OnWaiting(*this);
    head_begun_ = true;
    Arm(Wait::kHead, timeouts_.head);
  }
}

void ClientConnection::OnTimer() {
  switch (wait_) {
    case Wait::kNone:
    case Wait::kWrite:
      return;
    case Wait::kHead: {
      const std::string_view begun = stream_->unread();
      if (begun.empty()) return Close();
      Refuse(kSlowHead, begun);
      return stream_->Consume(stream_->unread().size());
    }
    case Wait::kBody:
      if (events_ == nullptr) return Close();
      if (!BodyIsTimed()) return;  // any more
      return BodyBad(phase_ == Phase::kExchange && BodyDue() <= loop_.now() ? kDripped : kSlowBody);
    case Wait::kIdle:
      // The loop reports what has come in this moment.
      if (stream_->Quiet()) Gone();
      return;
    case Wait::kLinger:
      return Gone();
  }
}

}  // namespace weir::proxy::http1
