// An HTTP/1.1 connection from a client: requests answered one at a time, in the
// order they came.
//
// It parses heads and bodies, hands each request to its host as a stream, and
// writes what comes back. Requests that are no request (bad heads, heads that
// never end) go to the host too, so that each is answered and recorded in one
// place.
//
// Memory: the current head (65,536 bytes at most); what was read and cannot be
// used yet (a head's worth and one read); kStreamWindow, and one delivery above
// it, going out. An idle connection holds none of them.
#ifndef WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_
#define WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "proxy/http/connection.h"
#include "proxy/http/stream.h"
#include "proxy/http1/body.h"
#include "proxy/http1/head.h"
#include "proxy/net/in_buffer.h"
#include "proxy/net/loop.h"
#include "proxy/net/stream.h"
#include "proxy/net/timer.h"

namespace weir::proxy::http1 {

class ClientConnection final : public proxy::ClientConnection,
                               public ClientStream,
                               public net::StreamHandler,
                               public net::Deferred {
 public:
  // `stream` is open; what it holds unread is served. Deletes itself once closed.
  ClientConnection(net::Loop& loop, std::unique_ptr<net::Stream> stream, ClientHost& host,
                   const runtime::ConnectionFacts& facts, const HeadLimits& limits,
                   const ClientTimeouts& timeouts);

  // proxy::ClientConnection
  void CutOff() override;
  void EndSoon() override;
  bool GiveWay() override;
  void Close() override { End(false); }
  const runtime::ConnectionFacts& facts() const override { return facts_; }

  // ClientStream
  bool SendInterim(const ResponseMessage& message) override;
  bool SendHead(const ResponseMessage& message, MoreInput more) override;
  void SendData(std::string_view data) override;
  void SendEnd(std::span<const runtime::Field> trailers) override;
  void SendContinue() override;
  void Flush() override;
  std::size_t Credit() const override;
  void AllowBody(std::size_t octets) override;
  void WaiveBodyTimes() override { body_times_waived_ = true; }
  void DropBody() override;
  bool request_ended() const override { return body_ended_; }
  bool broken() const override { return stream_->broken(); }
  void Finish() override;
  void Abort() override;

  // net::StreamHandler
  void OnOpen(bool) override {}
  std::size_t InputWanted() const override;
  std::size_t OnInput(std::string_view bytes) override;
  void OnEnd(net::End how) override;
  void OnWritable(std::size_t before) override;
  void OnLost() override { Gone(); }
  void OnSettled() override;

  void RunDeferred() override { delete this; }

 private:
  // kDrain: answered, the rest of the request is read and dropped. kLinger: said
  // goodbye; reading on for a moment, since closing now could destroy what we said.
  enum class Phase : std::uint8_t { kHead, kExchange, kDrain, kLinger };

  // kWrite: the stream's own timer runs, and this one does not.
  enum class Wait : std::uint8_t { kNone, kIdle, kHead, kBody, kWrite, kLinger };

  std::size_t ReadHead(std::string_view bytes);
  void KeepHead(std::string_view bytes);
  void Begin(const Framing& framing, bool keep_alive);
  void Refuse(const runtime::Refusal& refusal, std::string_view bytes);
  std::size_t FeedBody(std::string_view input);
  std::size_t Drop(std::string_view bytes);
  void BodyBad(const runtime::Refusal& refusal);
  void Advance();
  void AfterResponse();
  void NextRequest();
  void Linger();
  void AfterWrite();
  void OnTimer();
  void UpdateTimer();
  void AwaitHead();
  void AwaitBody();
  void PauseBody();
  bool BodyIsTimed() const { return !body_times_waived_ && !head_sent_; }
  std::int64_t BodyDue() const;
  void Arm(Wait wait, std::int64_t span);
  void Gone();
  void SendRest();
  void End(bool reset);

  net::Loop& loop_;
  const std::unique_ptr<net::Stream> stream_;
  ClientHost& host_;
  runtime::ConnectionFacts facts_;
  const ClientTimeouts& timeouts_;
  net::Timer timer_;
  ClientEvents* events_ = nullptr;
  RequestHeadParser parser_;
  BodyDecoder body_;
  net::InBuffer head_;           // of the current request: its views live here
  std::string_view after_head_;  // while a head is handed on: what came behind it
  std::size_t taken_ = 0;        // of after_head_
  std::uint64_t body_left_ = 0;  // of a body whose length was announced
  std::size_t allowed_ = 0;
  std::int64_t body_waited_ = 0;      // ns, for the body, but for the wait that goes on
  std::int64_t body_wait_began_ = 0;  // 0: not waiting
  std::size_t lingered_ = 0;
  int requests_in_turn_ = 0;
  Phase phase_ = Phase::kHead;
  Wait wait_ = Wait::kNone;
  bool head_begun_ = false;  // a byte of it came
  bool busy_ = false;        // within OnInput or OnEnd
  bool reads_on_ = false;    // it sends no more, and takes what it was answered
  // of the current request
  bool body_ended_ = true;
  bool length_known_ = true;
  bool dropping_ = false;
  bool feeding_ = false;
  bool keep_alive_ = true;
  bool old_version_ = false;  // HTTP/1.0
  bool awaits_continue_ = false;
  bool body_times_waived_ = false;
  bool chunked_out_ = false;
  bool head_sent_ = false;
  bool close_after_ = false;
  bool response_done_ = true;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_
