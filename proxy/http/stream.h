// The seam in the middle of the proxy: one request and its response, whatever
// protocol carries them on either side.
//
//   client protocol  <- ClientStream -  exchange  - UpstreamStream ->  upstream protocol
//                    - ClientEvents ->            <- UpstreamEvents -
//
// A stream is not a connection: HTTP/1.1 has one at a time on a connection,
// HTTP/2 many. Body data moves by credit: a side delivers at most as many octets
// as it was last allowed (AllowBody), and takes as many as it says (Credit), so
// nothing between the two sockets grows. The side that drains notifies the other
// through OnClientCredit or OnUpstreamCredit.
//
// After Finish, Abort or Cancel, and after an event that says it is the last, no
// further event comes from that stream.
//
// Lifetimes. The views of a request's head live until the exchange
// calls Finish or Abort: the client's protocol keeps the head for each stream
// apart, not in a buffer that the connection reads on into. All other views are
// good for the call they are handed to; a receiver copies what it keeps. A
// stream lives from the event that brings it to its last event or its Finish,
// Abort or Cancel; a receiver of events lives as long as its stream may call it.
//
// Reentrancy. Both sides may be called at any time, from within their own
// events too; so nothing is read, and no protocol library is entered, from within
// a call: what is sent is queued and leaves with Flush or with the batch of
// events, and a stream asks for another turn of the loop where more is to be read.
#ifndef WEIR_PROXY_HTTP_STREAM_H_
#define WEIR_PROXY_HTTP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/request/request.h"

namespace weir::proxy {

// What is known of a body's length when its head is sent.
struct BodySize {
  enum class Kind : std::uint8_t { kNone, kLength, kUnknown };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;  // for kLength
};

// At most this much body is held on each side of an exchange.
inline constexpr std::size_t kStreamWindow = 65536;

// What becomes of the rest of a request once its response is complete.
enum class MoreInput : std::uint8_t {
  kAccepted,
  kRefused,  // it is not read: in HTTP/1 the connection ends with the response
};

struct RequestMessage {
  runtime::RawRequest raw;  // its views live until the exchange calls Finish or Abort
  BodySize body;
  bool expect_continue = false;
};

struct ResponseMessage {
  std::uint16_t status = 0;
  std::span<const runtime::Field> fields;  // valid during the event only
  BodySize body;
  // The length that is said and not sent: of an answer to HEAD, or a 304.
  BodySize announced;
  int minor_version = 1;  // of HTTP/1, as received
};

// ---- the client's side --------------------------------------------------------

// What an exchange does to its client.
class ClientStream {
 public:
  // A 1xx answer, not 101; its body is none. Before SendHead. False: as SendHead,
  // or the client's protocol has no such thing.
  [[nodiscard]] virtual bool SendInterim(const ResponseMessage& message) = 0;
  // Framing fields among the fields are left out, `body` decides them. False: a
  // field holds a byte that cannot be sent, and nothing was.
  [[nodiscard]] virtual bool SendHead(const ResponseMessage& message, MoreInput more) = 0;
  virtual void SendData(std::string_view data) = 0;
  virtual void SendEnd(std::span<const runtime::Field> trailers) = 0;
  virtual void SendContinue() = 0;  // 100, unless body data has already come
  virtual void Flush() = 0;         // what was sent so far leaves now
  virtual std::size_t Credit() const = 0;
  virtual void AllowBody(std::size_t octets) = 0;
  // The body may come as slowly as it likes, or pause: the exchange bounds that itself,
  // as it does for every body once the response's head is sent.
  virtual void WaiveBodyTimes() {}
  // The rest of the request is not needed: it is read and dropped where that is
  // cheap, else the connection ends with the response. Before SendHead.
  virtual void DropBody() = 0;
  virtual bool request_ended() const = 0;
  virtual bool broken() const = 0;  // writing failed: OnClientGone is on its way
  // The response was sent whole; the connection goes on to the next request if it can.
  virtual void Finish() = 0;
  // The response cannot be completed: the client sees a broken connection.
  virtual void Abort() = 0;

 protected:
  ~ClientStream() = default;
};

// What a client's side tells its exchange.
class ClientEvents {
 public:
  virtual void OnRequestData(std::string_view data) = 0;
  virtual void OnRequestEnd(std::span<const runtime::Field> trailers) = 0;
  // The body broke its framing, or came too slowly.
  virtual void OnRequestBad(const runtime::Refusal& refusal) = 0;
  virtual void OnClientGone() = 0;  // the last event
  virtual void OnClientCredit() = 0;

 protected:
  ~ClientEvents() = default;
};

// ---- the upstream's side ------------------------------------------------------

struct UpstreamRequest {
  std::string_view method;
  std::string_view scheme;  // of the client's request; HTTP/1 does not send it
  std::string_view path;
  std::string_view query;
  bool has_query = false;
  std::string_view host;  // with its port
  std::span<const runtime::Field> fields;
  BodySize body;
};

// Why a try failed before or within its answer.
struct UpstreamFailure {
  enum class Kind : std::uint8_t {
    kConnect,
    kConnectTimeout,
    kRefused,  // the upstream says that it did nothing with it: any method may be tried again
    kReset,
    kProtocol
  };
  Kind kind = Kind::kReset;
  bool sent = false;   // bytes of the request went out
  bool stale = false;  // an idle connection that ended before any octet of an answer
  const char* detail = "";
};

class UpstreamStream {
 public:
  // False: a part of it cannot be sent, and nothing was.
  [[nodiscard]] virtual bool SendHead(const UpstreamRequest& request) = 0;
  virtual void SendData(std::string_view data) = 0;
  virtual void SendEnd(std::span<const runtime::Field> trailers) = 0;
  virtual void Flush() = 0;
  virtual std::size_t Credit() const = 0;
  virtual void AllowBody(std::size_t octets) = 0;
  virtual bool sent() const = 0;  // bytes of this request went out
  // The try is given up: no event comes, and the peer sees the stream broken.
  virtual void Cancel() = 0;

 protected:
  ~UpstreamStream() = default;
};

class UpstreamEvents {
 public:
  virtual void OnInterim(const ResponseMessage& message) = 0;  // a 1xx answer, not 101
  virtual void OnResponseHead(const ResponseMessage& message) = 0;
  virtual void OnResponseData(std::string_view data) = 0;
  virtual void OnResponseEnd(std::span<const runtime::Field> trailers) = 0;  // the last event
  virtual void OnUpstreamFailed(const UpstreamFailure& failure) = 0;         // the last event
  virtual void OnUpstreamCredit() = 0;

 protected:
  ~UpstreamEvents() = default;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_HTTP_STREAM_H_
