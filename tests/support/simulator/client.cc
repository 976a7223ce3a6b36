#include "tests/support/simulator/client.h"

#include <algorithm>
#include <charconv>

#include "tests/support/simulator/policy.h"

namespace weir::simulator {
namespace {

constexpr std::size_t kChunk = 1'000;

std::uint64_t NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string HeadOf(const Request& request) {
  std::string text =
      request.method + " /" + RouteOf(request.route).name + "/" + std::to_string(request.id) +
      " HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: r" + std::to_string(request.id) + "\r\n";
  if (request.chunked) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (request.has_body) {
    text += "Content-Length: " + std::to_string(request.size) + "\r\n";
  }
  return text + "\r\n";
}

std::string BodyText(const Request& request) {
  if (!request.has_body) return {};
  std::string body = BodyOf(request.id).Piece(0, request.size);
  if (!request.chunked) return body;
  std::string text;
  for (std::size_t at = 0; at < body.size(); at += kChunk) text += ChunkOf(body.substr(at, kChunk));
  return text + ChunkOf("");
}

}  // namespace

bool Client::Connect() {
  if (wire_ != nullptr) return !sending_over_;
  wire_ = site_.kernel.Dial(port_, *this, number_);
  if (wire_ == nullptr) return false;
  reader_.emplace(MessageReader::Kind::kResponses, static_cast<MessageReader::Sink&>(*this));
  outgoing_.clear();
  queued_ = delivered_ = 0;
  quiet_since_ = site_.now();
  answered_ = last_ = sending_over_ = false;
  return true;
}

void Client::Ask(Request& request) {
  if (!Connect()) {
    request.gone_at = site_.now();
    return;
  }
  request.wire = wire_->id;
  site_.trace.Add("asks", wire_->id, request.id);
  request.alone = awaited_.empty() && outgoing_.empty() && reading_;
  request.slow_reader = !reading_;
  const std::string head = HeadOf(request);
  outgoing_ += head;
  outgoing_ += BodyText(request);
  awaited_.push_back({&request, queued_, queued_ + head.size(), delivered_ + outgoing_.size()});
  queued_ = delivered_ + outgoing_.size();
}

void Client::AskGarbage() {
  if (!Connect()) return;
  outgoing_ += "GET\x01 nothing\r\n\r\n";
  queued_ = delivered_ + outgoing_.size();
  awaited_.push_back({nullptr, queued_, queued_, queued_});
}

void Client::Deliver(std::size_t bytes) {
  if (wire_ == nullptr || outgoing_.empty() || sending_over_) return;
  const std::size_t count = std::min(bytes, outgoing_.size());
  const std::string piece = outgoing_.substr(0, count);
  outgoing_.erase(0, count);
  delivered_ += count;
  for (Awaited& awaited : awaited_) {
    if (awaited.request == nullptr) continue;
    if (awaited.begin < delivered_ && awaited.request->begun_at == kNever) {
      awaited.request->begun_at = site_.now();
      awaited.request->begun_alone = awaited_.size() == 1;
    }
    if (awaited.head_end <= delivered_ && awaited.request->head_sent_at == kNever)
      awaited.request->head_sent_at = site_.now();
    if (awaited.end <= delivered_ && awaited.request->sent_at == kNever) {
      awaited.request->sent_at = site_.now();
      awaited.request->alone &= awaited.request->begun_at == site_.now();
    }
  }
  site_.kernel.PeerSend(*wire_, piece);
}

void Client::SetReading(bool reading) {
  reading_ = reading;
  if (reading) return site_.kernel.Touch(this);
  for (Awaited& awaited : awaited_) {
    if (awaited.request != nullptr) awaited.request->slow_reader = true;
  }
}

void Client::Read(std::size_t bytes) {
  if (wire_ == nullptr || reading_) return;
  Take(bytes);
  site_.kernel.Touch(this);
}

void Client::EndSending() {
  if (wire_ == nullptr || sending_over_) return;
  sending_over_ = true;
  for (Awaited& awaited : awaited_) {  // the rest will never come
    if (awaited.request != nullptr && awaited.end > delivered_)
      awaited.request->gone_at = site_.now();
  }
  outgoing_.clear();
  site_.kernel.PeerEnd(*wire_);
}

void Client::Leave() {
  for (Awaited& awaited : awaited_) {
    if (awaited.request != nullptr && awaited.request->gone_at == kNever)
      awaited.request->gone_at = site_.now();
  }
  awaited_.clear();
  outgoing_.clear();
  wire_->peer = nullptr;
  wire_ = nullptr;
}

void Client::Reset() {
  if (wire_ == nullptr) return;
  site_.kernel.PeerReset(*wire_);
  Leave();
}

void Client::Close() {
  if (wire_ == nullptr) return;
  site_.kernel.PeerClose(*wire_);
  Leave();
}

void Client::Act() {
  if (wire_ == nullptr) return;
  if (reading_) Take(SIZE_MAX);
  if (wire_ == nullptr) return;
  if (wire_->dead) return Over(true);
  if (wire_->out_ended && wire_->out.empty()) {
    reader_->End();
    Over(false);
  }
}

void Client::Take(std::size_t most) {
  if (wire_->out.empty()) return;
  const std::string bytes(wire_->out.view().substr(0, most));
  site_.kernel.PeerRead(*wire_, bytes.size());
  quiet_since_ = site_.now();
  if (reader_->Feed(bytes)) return;
  site_.Wrong("client " + std::to_string(number_) + " cannot read its answer: " + reader_->why());
  Reset();
}

// The proxy has ended the connection.
void Client::Over(bool broken) {
  if (awaited_.empty() && outgoing_.empty() && !sending_over_ && !last_ && !broken)
    idle_closes.push_back({site_.now() - quiet_since_, !answered_});
  if (!broken && reader_->within() && !awaited_.empty() && awaited_.front().request != nullptr)
    site_.trace.Add("cut", awaited_.front().request->id);
  site_.kernel.PeerClose(*wire_);
  const Request* const next = awaited_.empty() ? nullptr : awaited_.front().request;
  if (!broken && !last_ && !sending_over_ && !site_.draining && next != nullptr &&
      next->sent_at != kNever && next->status == 0 && reading_)
    site_.Wrong("request " + std::to_string(next->id) + " is left without an answer");
  // Its requests that have no answer get none.
  for (Awaited& awaited : awaited_) {
    if (awaited.request == nullptr) continue;
    awaited.request->over_at = site_.now();
    awaited.request->reset = broken;
  }
  awaited_.clear();
  outgoing_.clear();
  wire_->peer = nullptr;
  wire_ = nullptr;
}

bool Client::OnHead(const strict::Request& head) {
  Awaited* const awaited = Front();
  site_.trace.Add("answer", number_, head.status,
                  awaited != nullptr && awaited->request != nullptr ? awaited->request->id : 0);
  if (awaited == nullptr) {
    site_.Wrong("an answer that nobody asked for");
    return true;
  }
  if (last_) site_.Wrong("an answer after the one that said it was the last");
  last_ |= head.status >= 200 && FieldOf(head, "connection") == "close";
  Request* const request = awaited->request;
  if (request == nullptr) {
    if (head.status != 400) site_.Wrong("garbage is answered with " + std::to_string(head.status));
    return true;
  }
  const std::uint64_t whose = NumberOf(FieldOf(head, "x-id"));
  if (whose != 0 && whose != request->id) {
    site_.Wrong("request " + std::to_string(request->id) + " has the answer to " +
                std::to_string(whose));
  }
  if (head.status < 200) {
    if (head.status != 103) site_.Wrong("an interim answer " + std::to_string(head.status));
    return true;
  }
  request->status = head.status;
  request->answered_at = site_.now();
  request->from = NumberOf(FieldOf(head, "x-attempt"));
  return request->method != "HEAD";
}

void Client::OnBody(std::string_view bytes) {
  Awaited* const awaited = Front();
  if (awaited == nullptr || awaited->request == nullptr) return;
  Request& request = *awaited->request;
  if (request.from > 0 &&
      BodyOf(request.id, request.from).Piece(request.body, bytes.size()) != bytes)
    site_.Wrong("the answer's body of request " + std::to_string(request.id) + " differs at " +
                std::to_string(request.body));
  request.body += bytes.size();
}

void Client::OnEnd() {
  Awaited* const awaited = Front();
  if (awaited == nullptr) return;
  if (Request* request = awaited->request) {
    request->whole = true;
    request->over_at = site_.now();
  }
  answered_ = true;
  awaited_.pop_front();
}

}  // namespace weir::simulator
