// An HTTP/1.1 connection to an upstream: one request at a time, used again
// while its owner keeps it.
//
//   UpstreamStream& stream = connection.Begin(events);   // attaches one request
//   stream.SendHead(request); stream.SendEnd({}); stream.Flush();
//
// The owner (the pool) hears when the request is over, and when the connection is.
// It may be used again only when the request was sent whole, the response was
// read whole, both sides keep it alive, and nothing else came.
//
// Memory: at most kStreamWindow going out (and one delivery above it), one head
// and one scratch buffer's worth coming in.
#ifndef WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_
#define WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/http/connection.h"
#include "proxy/http/stream.h"
#include "proxy/http1/body.h"
#include "proxy/http1/head.h"
#include "proxy/net/loop.h"
#include "proxy/net/stream.h"
#include "proxy/net/timer.h"

namespace weir::proxy::http1 {

class UpstreamConnection final : public proxy::UpstreamConnection,
                                 public UpstreamStream,
                                 public net::StreamHandler,
                                 public net::Deferred {
 public:
  // `stream` may have its handshake before it; `connect_by` is when that has to
  // be over. One that has none was used before. Deletes itself once closed.
  UpstreamConnection(net::Loop& loop, std::unique_ptr<net::Stream> stream, UpstreamOwner& owner,
                     std::int64_t connect_by);

  // proxy::UpstreamConnection
  UpstreamStream& Begin(UpstreamEvents& events) override;
  std::uint32_t capacity() const override { return 1; }
  void Close() override;
  void ExpireAt(std::int64_t at) override { timer_.Arm(at); }
  bool StillOpen() override { return stream_->Quiet(); }
  bool movable() const override { return stream_->transport().movable(); }
  net::Fd Detach() override;

  // UpstreamStream
  bool SendHead(const UpstreamRequest& request) override;
  void SendData(std::string_view data) override;
  void SendEnd(std::span<const runtime::Field> trailers) override;
  void Flush() override { stream_->Flush(); }
  std::size_t Credit() const override;
  void AllowBody(std::size_t octets) override;
  bool sent() const override { return stream_->written() > written_before_; }
  void Cancel() override;

  // net::StreamHandler
  void OnOpen(bool stands) override;
  std::size_t InputWanted() const override;
  std::size_t OnInput(std::string_view bytes) override;
  void OnEnd(net::End how) override;
  void OnWritable(std::size_t before) override;
  void OnLost() override {}  // the answer may have come before: it is read to its end
  void OnSettled() override;

  void RunDeferred() override { delete this; }

 private:
  enum class Phase : std::uint8_t { kIdle, kHead, kBody };

  void OnTimer();
  std::size_t ReadHead(std::string_view input);
  std::size_t SkipInterim(std::size_t size);
  std::size_t ReadBody(std::string_view input);
  void EndResponse(bool clean);
  void Fail(UpstreamFailure::Kind kind, const char* detail);

  net::Loop& loop_;
  const std::unique_ptr<net::Stream> stream_;
  UpstreamOwner& owner_;
  net::Timer timer_;
  UpstreamEvents* events_ = nullptr;
  ResponseHeadParser parser_;
  BodyDecoder body_;
  std::string method_;
  std::uint64_t written_before_ = 0;  // this request
  std::size_t allowed_ = 0;
  Phase phase_ = Phase::kIdle;
  int interim_ = 0;  // 1xx heads seen
  bool reused_ = false;
  bool answered_ = false;  // a byte of the answer came
  bool request_ended_ = false;
  bool chunked_out_ = false;
  bool keep_alive_ = false;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_UPSTREAM_CONNECTION_H_
