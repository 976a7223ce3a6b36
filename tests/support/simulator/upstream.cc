#include "tests/support/simulator/upstream.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace weir::simulator {
namespace {

constexpr std::size_t kSlowPiece = 3'000;
constexpr std::int64_t kSlowPause = 5 * kMillisecond;

}  // namespace

// One connection.
class Host::Peer final : public Actor, private MessageReader::Sink {
 public:
  Peer(Host& host, std::shared_ptr<Wire> wire)
      : host_(host),
        site_(host.site_),
        wire_(std::move(wire)),
        reader_(MessageReader::Kind::kRequests, *this) {}
  ~Peer() override { site_.kernel.Forget(*this); }

  bool idle() const { return wire_ != nullptr && request_ == nullptr && wire_->stands; }

  void Act() override {
    if (wire_ == nullptr) return;
    if (!asked_) {
      asked_ = true;
      if (host_.reach == Reach::kSilent) return;
      site_.kernel.Answer(*wire_, host_.reach == Reach::kUp);
    }
    if (wire_->dead || (wire_->out_ended && wire_->out.empty())) return Gone();
    if (slow_) return;
    Take(SIZE_MAX);
  }

  void Close() {
    site_.kernel.PeerClose(*wire_);
    Leave();
  }

 private:
  Arrival& arrival() { return request_->arrivals[arrival_]; }
  const Plan& plan() const {
    return request_->plans[std::min(arrival_, request_->plans.size() - 1)];
  }

  void Take(std::size_t most) {
    if (wire_->out.empty()) return;
    const std::string bytes(wire_->out.view().substr(0, most));
    site_.kernel.PeerRead(*wire_, bytes.size());
    if (reader_.Feed(bytes)) return;
    site_.Wrong("an upstream cannot read its request: " + reader_.why());
    Reset();
  }

  // The proxy has ended the connection.
  void Gone() {
    if (request_ == nullptr && served_ > 0 && wire_->in.empty()) {
      site_.trace.Add("idle end", wire_->id, site_.now() - idle_since_);
      host_.idle_ends.push_back(site_.now() - idle_since_);
    }
    if (request_ != nullptr && arrival().over_at == kNever) arrival().dropped_at = site_.now();
    if (reader_.within() && request_ == nullptr) site_.trace.Add("a request's head was cut");
    site_.kernel.PeerClose(*wire_);
    Leave();
  }
  void Reset() {
    site_.kernel.PeerReset(*wire_);
    Leave();
  }
  void Leave() {
    request_ = nullptr;
    wire_->peer = nullptr;
    wire_ = nullptr;
  }

  bool OnHead(const strict::Request& head) override;
  void OnBody(std::string_view bytes) override;
  void OnEnd() override;
  void OnCheck();
  void ReadSlowly();
  void Later(std::int64_t span, void (Peer::*step)());
  void Answer();
  void Break(bool reset);
  void SendPiece();
  void Done();

  Host& host_;
  Site& site_;
  std::shared_ptr<Wire> wire_;
  MessageReader reader_;
  Request* request_ = nullptr;  // under way
  std::size_t arrival_ = 0;
  std::int64_t idle_since_ = 0;
  std::uint64_t served_ = 0, sent_ = 0, steps_ = 0;
  bool asked_ = false, slow_ = false, check_ = false, answered_ = false, read_whole_ = false;
};

bool Host::Peer::OnHead(const strict::Request& head) {
  if (head.target == "/check") {
    check_ = true;
    return true;
  }
  if (request_ != nullptr) {
    site_.Wrong("a request comes before the answer to the last one is over");
    return true;
  }
  std::uint64_t id = 0;
  const std::string text = FieldOf(head, "x-request-id");
  if (text.starts_with("r")) std::from_chars(text.data() + 1, text.data() + text.size(), id);
  request_ = site_.ledger.Find(id);
  if (request_ == nullptr) {
    site_.Wrong("an upstream gets a request that nobody sent");
    return true;
  }
  if (request_->method != head.method || !head.target.ends_with("/" + std::to_string(id)))
    site_.Wrong("request " + std::to_string(id) + " reaches an upstream as another");
  arrival_ = request_->arrivals.size();
  request_->arrivals.push_back(
      {.port = host_.port_, .kept_wire = served_ > 0, .head_at = site_.now()});
  ++served_;
  ++steps_;
  sent_ = 0;
  answered_ = read_whole_ = false;
  site_.trace.Add("arrives", id, arrival_ + 1, host_.port_);
  if (plan().kind == Plan::Kind::kEarly) Later(plan().delay, &Peer::Answer);
  if (plan().kind == Plan::Kind::kSlowRead && request_->has_body) {
    slow_ = true;
    wire_->capacity = 4'096;
    Later(kSlowPause, &Peer::ReadSlowly);
  }
  return true;
}

void Host::Peer::ReadSlowly() {
  Take(kSlowPiece);
  if (wire_ == nullptr) return;
  if (wire_->dead || (wire_->out_ended && wire_->out.empty())) return Gone();
  if (slow_) Later(kSlowPause, &Peer::ReadSlowly);
}

// Unless the request is over by then.
void Host::Peer::Later(std::int64_t span, void (Peer::*step)()) {
  site_.schedule.After(span, [this, step, at = steps_] {
    if (wire_ != nullptr && request_ != nullptr && at == steps_) (this->*step)();
  });
}

void Host::Peer::OnBody(std::string_view bytes) {
  if (request_ == nullptr) return;
  if (BodyOf(request_->id).Piece(arrival().body, bytes.size()) != bytes)
    site_.Wrong("the body of request " + std::to_string(request_->id) + " differs at " +
                std::to_string(arrival().body));
  arrival().body += bytes.size();
}

void Host::Peer::OnCheck() {
  check_ = false;
  if (host_.reach != Reach::kUp) return;
  host_.checks.push_back({site_.now(), host_.healthy});
  site_.kernel.PeerSend(*wire_, host_.healthy ? "HTTP/1.1 204 Fine\r\n\r\n"
                                              : "HTTP/1.1 500 Ill\r\ncontent-length: 0\r\n\r\n");
}

void Host::Peer::OnEnd() {
  if (check_) return OnCheck();
  if (request_ == nullptr) return;
  if (arrival().body != (request_->has_body ? request_->size : 0) || request_->sent_at == kNever)
    site_.Wrong("request " + std::to_string(request_->id) + " is whole at an upstream after " +
                std::to_string(arrival().body) + " bytes");
  arrival().whole_at = site_.now();
  read_whole_ = true;
  slow_ = false;
  wire_->capacity = 65'536;
  if (plan().kind == Plan::Kind::kEarly) {
    if (answered_ && sent_ == plan().size) Done();
    return;
  }
  Later(plan().delay, &Peer::Answer);
}

void Host::Peer::Break(bool reset) {
  arrival().over_at = site_.now();
  arrival().broken = true;
  reset ? Reset() : Close();
}

void Host::Peer::Answer() {
  const Plan& how = plan();
  switch (how.kind) {
    case Plan::Kind::kReset:
      return Break(true);
    case Plan::Kind::kClose:
      return Break(false);
    case Plan::Kind::kHang:
      return;
    case Plan::Kind::kGarbage:
      site_.kernel.PeerSend(*wire_, "SMTP ready\r\n\r\n");
      return Break(false);
    case Plan::Kind::kInterim:
      site_.kernel.PeerSend(*wire_, "HTTP/1.1 103 Early\r\nlink: </a>\r\n\r\n");
      break;
    case Plan::Kind::kAnswer:
    case Plan::Kind::kStatus:
    case Plan::Kind::kCutBody:
    case Plan::Kind::kEarly:
    case Plan::Kind::kSlowRead:
    case Plan::Kind::kUntilClose:
      break;
  }
  const bool head_only = request_->method == "HEAD";
  std::string head = "HTTP/1.1 " + std::to_string(how.status) +
                     " Said\r\nx-id: " + std::to_string(request_->id) +
                     "\r\nx-attempt: " + std::to_string(arrival_ + 1) + "\r\n";
  if (how.chunked) {
    head += "transfer-encoding: chunked\r\n";
  } else if (how.kind != Plan::Kind::kUntilClose) {
    head += "content-length: " + std::to_string(how.size) + "\r\n";
  }
  if (how.close) head += "connection: close\r\n";
  arrival().answer_at = site_.now();
  arrival().status = how.status;
  answered_ = true;
  site_.kernel.PeerSend(*wire_, head + "\r\n");
  if (head_only || how.size == 0) {
    if (!head_only && how.chunked) site_.kernel.PeerSend(*wire_, ChunkOf(""));
    return Done();
  }
  how.gap > 0 ? Later(how.gap, &Peer::SendPiece) : SendPiece();
}

void Host::Peer::SendPiece() {
  const Plan& how = plan();
  const std::uint64_t most = how.gap > 0 ? how.size / 4 + 1 : how.size;
  std::uint64_t count = std::min(most, how.size - sent_);
  const bool cut = how.kind == Plan::Kind::kCutBody && sent_ + count >= how.size;
  if (cut) count = count / 2;
  std::string piece = BodyOf(request_->id, arrival_ + 1).Piece(sent_, count);
  sent_ += count;
  if (how.chunked && count > 0) piece = ChunkOf(piece);
  site_.kernel.PeerSend(*wire_, piece);
  if (cut) return Break(how.close);
  if (sent_ < how.size) return Later(how.gap, &Peer::SendPiece);
  if (how.chunked) site_.kernel.PeerSend(*wire_, ChunkOf(""));
  Done();
}

// Its answer is sent.
void Host::Peer::Done() {
  arrival().sent_whole = true;
  if (!read_whole_) return;  // the rest of the request is read first
  arrival().over_at = site_.now();
  const bool close = plan().close || plan().kind == Plan::Kind::kUntilClose;
  request_ = nullptr;
  idle_since_ = site_.now();
  ++steps_;
  if (close) Close();
}

Host::Host(Site& site, std::uint16_t port) : site_(site), port_(port) {
  site_.kernel.Serve(port, [this](const std::shared_ptr<Wire>& wire) -> Actor* {
    return peers_.emplace_back(std::make_unique<Peer>(*this, wire)).get();
  });
}

Host::~Host() = default;

void Host::CloseIdle() {
  for (const auto& peer : peers_) {
    if (peer->idle()) peer->Close();
  }
}

}  // namespace weir::simulator
