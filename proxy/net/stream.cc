// The edges of one descriptor, turned into calls.
//
// The loop tells of readiness once. So `readable_` holds until a read says
// kWouldBlock, or the transport knows that one would (`drained`); and once the
// peer's end was announced it holds until that end is read, since no further edge
// will tell of it. `writable_` holds until a write says kWouldBlock.
#include "proxy/net/stream.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace weir::proxy::net {
namespace {

constexpr std::size_t kTurn = 4 * Loop::kScratchSize;  // take at most this, then let others
constexpr std::size_t kDirect = 8192;                  // data this large is not copied first
constexpr std::size_t kParts = 16;                     // of one write

}  // namespace

Stream::Stream(Loop& loop, std::unique_ptr<Transport> transport, State state)
    : loop_(loop),
      transport_(std::move(transport)),
      out_(loop.blocks()),
      in_(loop.blocks()),
      write_timer_(loop.timers(), [this] { Lost(); }),
      handshaking_(state == State::kHandshake),
      writable_(state == State::kOpen) {}

bool Stream::Watch() {
  return transport_->fd() < 0 || loop_.Watch(transport_->fd(), this, Interest::kEdges);
}

// ---- events -------------------------------------------------------------------

void Stream::OnReady(Ready ready) {
  if (!open_) return;
  const bool told = ready.readable || ready.writable || ready.ended || ready.failed;
  if (!told) waking_ = false;
  const std::size_t before = out_.size();
  if (handshaking_) {
    if (!told || !FinishHandshake()) return;
    ready.writable = true;
  }
  readable_ |= ready.readable || ready.ended || ready.failed;
  end_announced_ |= ready.ended || ready.failed;
  if (broken_ || ready.failed) handler_->OnLost();
  if (open_ && ready.writable && !writable_) {
    writable_ = true;
    Flush();
    if (broken_) handler_->OnLost();
    if (open_ && ending_) {
      ending_ = false;
      if (!EndWriting()) handler_->OnLost();
    }
    if (open_) handler_->OnWritable(before);
  }
  if (open_) Pump();
  if (open_) handler_->OnSettled();
}

bool Stream::FinishHandshake() {
  const IoState state = transport_->Handshake();
  if (state == IoState::kWouldBlock) return false;
  handshaking_ = false;
  handler_->OnOpen(state == IoState::kDone);
  return open_;
}

void Stream::Lost() {
  handler_->OnLost();
  if (open_) handler_->OnSettled();
}

void Stream::Wake() {
  if (open_ && !std::exchange(waking_, true)) loop_.Again(this);
}

// ---- in -----------------------------------------------------------------------

void Stream::Resume() {
  stalled_ = false;
  if (!pumping_ && (readable_ || !in_.empty())) Wake();
}

void Stream::Pump() {
  pumping_ = true;
  turn_over_ = false;
  std::size_t turn = 0;
  while (open_ && !input_over_) {
    const std::size_t wanted = handler_->InputWanted();
    const bool offers = !in_.empty() && !stalled_;
    if (wanted == 0 || (!offers && !readable_)) break;
    if (turn_over_ || turn >= kTurn) {
      Wake();
      break;
    }
    turn += offers ? Offer() : Read(wanted);
  }
  pumping_ = false;
}

std::size_t Stream::Offer() {
  const std::size_t used = handler_->OnInput(in_.unread());
  if (!open_) return used;
  stalled_ = used == 0;
  in_.Consume(used);
  return used;
}

// One read, into memory that all streams of the loop share; what the handler
// leaves of it is kept. Returns how much was asked for.
std::size_t Stream::Read(std::size_t wanted) {
  std::span<char> room{loop_.scratch(), Loop::kScratchSize};
  const bool kept = !in_.empty();
  if (kept) room = in_.Space();
  room = room.first(std::min(room.size(), wanted));
  const IoResult result = transport_->Read(room);
  switch (result.state) {
    case IoState::kDone:
      break;
    case IoState::kWouldBlock:
      readable_ = false;
      if (broken_) InputOver(End::kReset);
      return room.size();
    case IoState::kEnd:
      InputOver(End::kClean);
      return room.size();
    case IoState::kTruncated:
      InputOver(End::kTruncated);
      return room.size();
    case IoState::kFailed:
      InputOver(End::kReset);
      return room.size();
  }
  if (result.drained && !end_announced_) readable_ = false;
  stalled_ = false;
  if (kept) {
    in_.Produced(result.count);
    return room.size();
  }
  std::string_view fresh(room.data(), result.count);
  do {
    const std::size_t used = handler_->OnInput(fresh);
    stalled_ = used == 0;
    fresh.remove_prefix(used);
  } while (open_ && !fresh.empty() && !stalled_ && !turn_over_ && handler_->InputWanted() > 0);
  if (open_) in_.Append(fresh);
  return room.size();
}

void Stream::InputOver(End how) {
  readable_ = false;
  input_over_ = true;
  handler_->OnEnd(how);
}

bool Stream::Quiet() {
  if ((!pumping_ && !in_.empty()) || !transport_->Quiet()) return false;
  readable_ = false;
  return true;
}

// ---- out ----------------------------------------------------------------------

void Stream::Append(std::string_view bytes) {
  if (open_ && !broken_) out_.Append(bytes);
}

void Stream::Write(std::string_view bytes) {
  if (!open_ || broken_) return;
  if (bytes.size() < kDirect || !writable_) return out_.Append(bytes);
  Send(bytes);
}

void Stream::Flush() {
  if (open_ && writable_ && !broken_ && !out_.empty()) Send({});
}

// The queue and `extra` behind it, as far as they go; what is left is queued.
void Stream::Send(std::string_view extra) {
  bool moved = false;
  while (!out_.empty() || !extra.empty()) {
    std::array<iovec, kParts> parts;
    std::size_t count = out_.Peek(std::span(parts).first(kParts - 1));
    std::size_t queued = 0;
    for (std::size_t i = 0; i < count; ++i) queued += parts[i].iov_len;
    if (queued == out_.size() && !extra.empty()) {
      parts[count++] = {const_cast<char*>(extra.data()), extra.size()};
    }
    const IoResult result = transport_->Write(std::span(parts).first(count));
    assert(result.state != IoState::kDone || result.count > 0);
    written_ += result.count;
    moved |= result.count > 0;
    out_.Drain(std::min(result.count, queued));
    extra.remove_prefix(result.count - std::min(result.count, queued));
    if (result.state == IoState::kDone) continue;
    out_.Append(extra);
    return result.state == IoState::kWouldBlock ? WriteBlocked(moved) : WriteFailed();
  }
  write_timer_.Cancel();
}

// Bytes that come do not prolong the wait, only bytes that go.
void Stream::WriteBlocked(bool moved) {
  writable_ = false;
  if (write_timeout_ > 0 && (moved || !write_timer_.armed())) {
    write_timer_.Arm(loop_.now() + write_timeout_);
  }
}

// Told from the top of an event: the caller is in the middle of something. The
// peer may have answered before it closed, so reading goes on to its end.
void Stream::WriteFailed() {
  broken_ = true;
  out_.Clear();
  write_timer_.Cancel();
  readable_ = end_announced_ = true;
  Wake();
}

bool Stream::EndWriting() {
  assert(out_.empty());
  const IoState state = transport_->EndWriting();
  ending_ = state == IoState::kWouldBlock;
  if (ending_) writable_ = false;
  return ending_ || state == IoState::kDone;
}

// ---- the end ------------------------------------------------------------------

void Stream::Close() {
  if (!std::exchange(open_, false)) return;
  if (waking_) loop_.Forget(this);
  write_timer_.Cancel();
  out_.Clear();
  transport_->Close();
}

void Stream::Reset() {
  if (!open_) return;
  transport_->Reset();
  Close();
}

Fd Stream::Release() {
  assert(transport_->movable() && out_.empty() && (in_.empty() || pumping_));
  open_ = false;
  if (waking_) loop_.Forget(this);
  write_timer_.Cancel();
  loop_.Unwatch(transport_->fd());
  return transport_->Release();
}

}  // namespace weir::proxy::net
