// An HTTP/1.1 connection to an upstream: one request at a time, used again
// while its owner keeps it.
//
//   connection.Begin(events);          // attaches one request
//   connection.SendHead(request); connection.SendEnd({}); connection.Flush();
//
// The owner (the pool) hears when the connection is idle, and when it is over.
// It may be used again only when the request was sent whole, the response was
// read whole, both sides keep it alive, and nothing else came.
//
// Memory: at most kStreamWindow going out (and one delivery above it), one head
// and one scratch buffer's worth coming in.
#ifndef WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_
#define WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_

#include <cstdint>
#include <string>

#include "proxy/http/stream.h"
#include "proxy/http1/body.h"
#include "proxy/http1/head.h"
#include "proxy/net/fd.h"
#include "proxy/net/loop.h"
#include "proxy/net/out_buffer.h"
#include "proxy/net/timer.h"

namespace weir::proxy::http1 {

class UpstreamConnection;

// How a connection stands with its owner, who sets it.
enum class Standing : std::uint8_t { kInUse, kIdle, kGranted, kCounted };

class UpstreamOwner {
 public:
  virtual void OnIdle(UpstreamConnection& connection) = 0;
  // It will be deleted after the current batch of events; it is of no more use.
  virtual void OnClosed(UpstreamConnection& connection) = 0;

 protected:
  ~UpstreamOwner() = default;
};

class UpstreamConnection final : public net::Handler, public net::Deferred, public UpstreamStream {
 public:
  // `fd` may still be connecting; `connect_by` is when that has to be over.
  // `connected`: it stands, was used before, and nothing is unread.
  UpstreamConnection(net::Loop& loop, net::Fd fd, UpstreamOwner& owner, std::int64_t connect_by,
                     bool connected = false);

  bool Watch();  // false: the kernel has no room
  void Begin(UpstreamEvents& events);
  void Close();                                       // of an idle connection
  net::Fd Detach();                                   // likewise: the socket goes on elsewhere
  void ExpireAt(std::int64_t at) { timer_.Arm(at); }  // closes it if it is idle then
  bool StillOpen() const;                             // asks the kernel

  // UpstreamStream
  bool SendHead(const UpstreamRequest& request) override;
  void SendData(std::string_view data) override;
  void SendEnd(std::span<const runtime::Field> trailers) override;
  void Flush() override;
  std::size_t Credit() const override;
  void AllowBody(std::size_t octets) override;
  bool sent() const override { return written_ > 0; }
  void Cancel() override;

  void OnEvents(std::uint32_t events) override;
  void RunDeferred() override { delete this; }

  // The owner's.
  std::size_t place = 0;
  std::uint32_t served = 0;  // requests carried
  Standing standing = Standing::kInUse;

 private:
  enum class Phase : std::uint8_t { kIdle, kHead, kBody };

  void Connected();
  void OnTimer();
  void Pump();
  bool ReadSome();
  std::size_t Consume(std::string_view input);
  std::size_t ConsumeHead(std::string_view input);
  std::size_t ConsumeBody(std::string_view input);
  void OnEndOfInput(bool failed);
  void EndResponse(bool clean);
  void Fail(UpstreamFailure::Kind kind, const char* detail);
  void WriteFailed();
  void Wake();

  net::Loop& loop_;
  net::Fd fd_;
  UpstreamOwner& owner_;
  net::Timer timer_;
  UpstreamEvents* events_ = nullptr;
  net::OutBuffer out_;
  std::string pending_;  // read and not yet used: a head cut short, or data without credit
  ResponseHeadParser parser_;
  BodyDecoder body_;
  std::string method_;
  std::uint64_t written_ = 0;  // of this request
  std::size_t allowed_ = 0;
  Phase phase_ = Phase::kIdle;
  int interim_ = 0;  // 1xx heads seen
  bool connected_ = false;
  bool readable_ = false;
  bool writable_ = false;
  bool hung_up_ = false;  // the peer's end was announced: read until it shows
  bool write_failed_ = false;
  bool reused_ = false;
  bool answered_ = false;  // an octet of the answer came
  bool request_ended_ = false;
  bool chunked_out_ = false;
  bool keep_alive_ = false;
  bool pumping_ = false;
  bool waking_ = false;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_
