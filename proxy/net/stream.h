// A connection's two directions of bytes, over any transport: the one place that
// reads and writes.
//
//   auto stream = std::make_unique<net::Stream>(loop, std::move(transport), state);
//   stream->SetHandler(this);
//   if (!stream->Watch()) ...          // the kernel has no room
//   stream->Append(head); stream->Flush();
//
// Input is pushed, as much at a time as the handler says that it wants; what the
// handler leaves is kept and offered again, with what came since behind it.
// Output is queued; Flush sends what the peer takes, and the rest follows when the
// kernel reports room. A handler is called at the top of an event only, never from
// within Append, Write, Flush or Resume, so no read can overwrite what a caller
// further up still looks at. A protocol library is fed and asked there too,
// never from within one of its own callbacks: what must follow is marked, and
// done once per batch of events (Loop::Defer).
//
// The owner of a stream closes it, and deletes it after the batch of events. The
// stream owns its transport, and that the descriptor. A codec owns no bytes but
// those of the message that it is at.
#ifndef WEIR_PROXY_NET_STREAM_H_
#define WEIR_PROXY_NET_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "proxy/net/byte_queue.h"
#include "proxy/net/in_buffer.h"
#include "proxy/net/loop.h"
#include "proxy/net/timer.h"
#include "proxy/net/transport.h"

namespace weir::proxy::net {

// How input ended. After a reset nothing can be sent either.
enum class End : std::uint8_t { kClean, kTruncated, kReset };

class StreamHandler {
 public:
  // The handshake is over, with success or not. Only of streams that have one.
  virtual void OnOpen(bool stands) = 0;
  // How many bytes it would take now; 0: none, and nothing is read.
  virtual std::size_t InputWanted() const = 0;
  // What came, from the first unused byte on. Returns how many are used: with 0,
  // the same bytes come again once there are more of them (or after Resume).
  virtual std::size_t OnInput(std::string_view bytes) = 0;
  // Nothing more will come; unread() is what was left unused. Once, and while it wants input.
  virtual void OnEnd(End how) = 0;
  // There was no room, and now some bytes, of `before` that waited, have left.
  virtual void OnWritable(std::size_t before) = 0;
  // Nothing can be sent any more: the peer is gone, a write failed, or it took
  // nothing for the write timeout. What it sent before can still be read, if the
  // handler leaves the stream open.
  virtual void OnLost() = 0;
  // An event is over, and the stream still open.
  virtual void OnSettled() = 0;

 protected:
  ~StreamHandler() = default;
};

class Stream final : public Handler {
 public:
  enum class State : std::uint8_t { kHandshake, kOpen };
  Stream(Loop& loop, std::unique_ptr<Transport> transport, State state);
  ~Stream() { Close(); }  // it may have asked for another turn
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool Watch();
  void SetHandler(StreamHandler* handler) { handler_ = handler; }
  // ns between two writes while the peer takes too little; without it: for ever.
  void SetWriteTimeout(std::int64_t span) { write_timeout_ = span; }

  // ---- out. These do nothing once the stream is broken.
  void Append(std::string_view bytes);
  // As Append, but what is large and can leave at once is not copied first.
  void Write(std::string_view bytes);
  void Flush();
  std::size_t pending() const { return out_.size(); }
  std::uint64_t written() const { return written_; }  // bytes that have left
  // The peer takes no more for now, and bytes wait.
  bool blocked() const { return open_ && !writable_ && !out_.empty(); }
  bool broken() const { return broken_; }  // a write failed
  // Once all has left: nothing more will be sent. False: it cannot be said.
  [[nodiscard]] bool EndWriting();

  // ---- in
  // The handler wants input again, or other bytes than before. Another turn of
  // the loop offers what there is, unless input is being offered right now.
  void Resume();
  // The handler has had enough for now: what is left is offered in another turn of
  // the loop, after others. Within OnInput.
  void EndTurn() { turn_over_ = true; }
  std::string_view unread() const { return in_.unread(); }
  void Consume(std::size_t bytes) { in_.Consume(bytes); }  // of unread(); not within OnInput
  // Whether reading might give something: readiness that was reported and not yet used up.
  bool readable() const { return readable_; }
  // The peer has said that it sends no more; what it sent before may be unread.
  bool end_announced() const { return end_announced_; }
  // Nothing waits to be read but what is being offered right now: asks the transport.
  bool Quiet();

  // ---- the connection
  bool open() const { return open_; }
  bool handshaking() const { return handshaking_; }
  Transport& transport() { return *transport_; }
  const ConnectionIdentity& identity() const { return transport_->identity(); }
  void Close();
  void Reset();  // closes so that the peer sees an abort
  // Of a transport that is movable, with nothing queued and all that came used.
  Fd Release();

  void OnReady(Ready ready) override;

 private:
  bool FinishHandshake();
  void Pump();
  std::size_t Read(std::size_t wanted);
  std::size_t Offer();
  void InputOver(End how);
  void Send(std::string_view extra);
  void WriteBlocked(bool moved);
  void WriteFailed();
  void Lost();
  void Wake();

  Loop& loop_;
  std::unique_ptr<Transport> transport_;
  StreamHandler* handler_ = nullptr;
  ByteQueue out_;
  InBuffer in_;
  Timer write_timer_;
  std::int64_t write_timeout_ = 0;
  std::uint64_t written_ = 0;
  bool open_ = true;
  bool handshaking_;
  bool readable_ = false;
  bool writable_;
  bool end_announced_ = false;
  bool input_over_ = false;
  bool broken_ = false;
  bool ending_ = false;   // EndWriting would have blocked
  bool stalled_ = false;  // the handler can use nothing of in_ before more comes
  bool pumping_ = false;
  bool turn_over_ = false;
  bool waking_ = false;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_STREAM_H_
