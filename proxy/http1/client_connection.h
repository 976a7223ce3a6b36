// An HTTP/1.1 connection from a client: requests answered one at a time, in the
// order they came.
//
// It parses heads and bodies, hands each request to its host as a stream, and
// writes what comes back. Requests that are no request (bad heads, heads that
// never end) go to the host too, so that each is answered and recorded in one
// place.
//
// Memory: kMaxInput of head and what was read with it, one scratch buffer's
// worth of a chunked body's overrun, kStreamWindow (and one delivery above it) going out: together
// kConnectionEnvelope. An idle connection holds none of them.
#ifndef WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_
#define WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/stream.h"
#include "proxy/http1/body.h"
#include "proxy/http1/head.h"
#include "proxy/net/fd.h"
#include "proxy/net/in_buffer.h"
#include "proxy/net/loop.h"
#include "proxy/net/out_buffer.h"
#include "proxy/net/timer.h"

namespace weir::proxy::http1 {

class ClientConnection;

// ns. How long a client may take.
struct ClientTimeouts {
  std::int64_t head = 10'000'000'000;        // from its first octet to the end of a head
  std::int64_t body = 30'000'000'000;        // between two reads of a body
  std::int64_t keep_alive = 75'000'000'000;  // between two requests
  std::int64_t write = 60'000'000'000;       // between two writes of a response
  std::int64_t half_closed = 1'000'000'000;  // for an answer to begin, once it sends no more
};

// Octets that are no request, and what of its first line can be told, for the
// record only: nothing in it has been checked. The views live as a request's.
struct RefusedMessage {
  runtime::Refusal refusal;  // status 499: nobody is there to be answered
  std::string_view method;   // empty unless the line was sound
  std::string_view target;   // bounded
};

// What serves the requests of a connection.
class ClientHost {
 public:
  // One request; the events' receiver lives until it calls Finish or Abort.
  virtual ClientEvents* OnRequest(ClientConnection& connection, const RequestMessage& message) = 0;
  virtual ClientEvents* OnRefused(ClientConnection& connection, const RefusedMessage& message) = 0;
  virtual void OnClosed(ClientConnection& connection) = 0;
  // Whether connections should end with the response they are at.
  virtual bool Ending(const ClientConnection& connection) const = 0;

 protected:
  ~ClientHost() = default;
};

class ClientConnection final : public net::Handler, public net::Deferred, public ClientStream {
 public:
  static constexpr std::size_t kMaxInput = 65536 + 16384;
  static constexpr std::size_t kConnectionEnvelope =
      kMaxInput + 2 * net::Loop::kScratchSize + 2 * kStreamWindow;

  ClientConnection(net::Loop& loop, net::Fd fd, ClientHost& host,
                   const runtime::ConnectionFacts& facts, const HeadLimits& limits,
                   const ClientTimeouts& timeouts);

  bool Watch();
  // The process stops: what is not answered yet is answered with 503, and the connection closed.
  void CutOff();
  // Ends it now if it is between two requests, else after the current one.
  void EndSoon();
  void Close();

  const runtime::ConnectionFacts& facts() const { return facts_; }

  // ClientStream
  bool SendHead(const ResponseMessage& message, bool close) override;
  void SendData(std::string_view data) override;
  void SendEnd(std::span<const runtime::Field> trailers) override;
  void SendContinue() override;
  void Flush() override;
  std::size_t Credit() const override;
  void AllowBody(std::size_t octets) override;
  void DropBody() override;
  bool request_ended() const override { return body_ended_; }
  bool broken() const override { return broken_; }
  void Finish() override;
  void Abort() override;

  void OnEvents(std::uint32_t events) override;
  void RunDeferred() override { delete this; }

  std::size_t place = 0;     // the host's
  void* listener = nullptr;  // the host's

 private:
  // kDrain: answered, the rest of the request is read and dropped. kLinger: said
  // goodbye; reading on for a moment, since closing now could destroy what we said.
  enum class Phase : std::uint8_t { kHead, kExchange, kDrain, kLinger };

  enum class Wait : std::uint8_t { kNone, kIdle, kHead, kBody, kWrite, kHalfClosed, kLinger };

  void Serve();
  bool ServeHead();
  bool ReadHead();
  void ParseHead();
  void Begin(const Framing& framing, bool keep_alive);
  void Refuse(const runtime::Refusal& refusal);
  void PumpBody();
  std::size_t FeedBody(std::string_view input);
  void BodyBad(const runtime::Refusal& refusal);
  void OnEndOfInput(bool failed);
  void AfterResponse();
  void NextRequest();
  void AwaitHead();
  void Linger();
  void ReadAndDrop();
  void OnTimer();
  void UpdateTimer();
  void Arm(Wait wait, std::int64_t span);
  void OnWritten(net::IoState state);
  void Gone();
  void Wake();

  net::Loop& loop_;
  net::Fd fd_;
  ClientHost& host_;
  runtime::ConnectionFacts facts_;
  HeadLimits limits_;
  const ClientTimeouts& timeouts_;
  net::Timer timer_;
  ClientEvents* events_ = nullptr;
  RequestHeadParser parser_;
  BodyDecoder body_;
  net::InBuffer in_;      // from the first octet of the current head on
  std::size_t used_ = 0;  // octets of in_ that are taken; the head's views need them still
  std::string overrun_;   // read past the end of a body
  net::OutBuffer out_;
  std::uint64_t written_ = 0;
  std::uint64_t written_before_ = 0;  // when the write timer was armed
  std::uint64_t body_left_ = 0;       // of a body whose length was announced
  std::size_t allowed_ = 0;
  std::size_t lingered_ = 0;
  Phase phase_ = Phase::kHead;
  Wait wait_ = Wait::kNone;
  bool readable_ = false;
  bool writable_ = true;
  bool hung_up_ = false;  // the client's end was announced: read until it shows
  bool broken_ = false;
  bool serving_ = false;
  bool waking_ = false;
  // of the current request
  bool body_ended_ = true;
  bool length_known_ = true;
  bool dropping_ = false;
  bool feeding_ = false;
  bool keep_alive_ = true;
  bool old_version_ = false;  // HTTP/1.0
  bool awaits_continue_ = false;
  bool chunked_out_ = false;
  bool head_sent_ = false;
  bool close_after_ = false;
  bool response_done_ = true;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_CLIENT_CONNECTION_H_
