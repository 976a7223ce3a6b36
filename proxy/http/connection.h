// Connections as their owners see them, whatever protocol they speak.
//
//   client side    ClientHost        - the worker's listener; receives requests
//                  ClientConnection  - ends soon, is cut off, closes
//   upstream side  UpstreamOwner     - the pool; notified when a request on one is over,
//                                      and when it closes
//                  UpstreamConnection, made by an upstream::Connector
#ifndef WEIR_PROXY_HTTP_CONNECTION_H_
#define WEIR_PROXY_HTTP_CONNECTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/http/stream.h"
#include "proxy/net/fd.h"
#include "runtime/request/request.h"

namespace weir::proxy {

// ---- from a client --------------------------------------------------------------

class ClientConnection {
 public:
  // The process stops: what is not answered yet is answered with 503, and the connection closed.
  virtual void CutOff() = 0;
  // Ends it now if nothing is under way, else after what is.
  // A connection that waits for a request stays open for ClientTimeouts::ending: a
  // request that is on its way by then is answered, with the word that it is the last.
  virtual void EndSoon() = 0;
  // Closes one that waits for a request, for others to have its place. False: a
  // request is there by now, unread, and it stays open.
  virtual bool GiveWay() = 0;
  virtual void Close() = 0;
  virtual const runtime::ConnectionFacts& facts() const = 0;

  // The host's.
  std::size_t place = 0;
  struct Waiting {
    bool listed = false;
    ClientConnection* longer = nullptr;
    ClientConnection* shorter = nullptr;
  };
  Waiting waiting;
  bool address_counted = false;

 protected:
  ~ClientConnection() = default;
};

// ns. How long a client may take.
struct ClientTimeouts {
  std::int64_t head = 10'000'000'000;  // from its first byte to the end of a head
  std::int64_t body = 30'000'000'000;  // between two reads of a body, until the answer's head
  // Bytes of a body a second, on average over the time that it was waited for, after
  // body_grace; until the answer's head is sent. 0: no such bound.
  std::uint64_t body_rate = 240;
  std::int64_t body_grace = 5'000'000'000;
  std::int64_t keep_alive = 75'000'000'000;  // between two requests
  std::int64_t write = 60'000'000'000;       // between two writes of a response
  std::int64_t ending = 1'000'000'000;       // for a request to come, once it should end

  // How much of a body shows that it comes: what the rate asks for within the grace.
  // Below that an exchange asks for no place in a pool, and can hold as much.
  std::size_t BodyLead() const {
    const double lead =
        static_cast<double>(body_rate) * static_cast<double>(body_grace) / 1'000'000'000;
    return static_cast<std::size_t>(std::min(lead, static_cast<double>(kStreamWindow)));
  }
};

// Bytes that are no request, and what of its first line can be told, for the
// record only: nothing in it has been checked. The views live as a request's.
struct RefusedMessage {
  runtime::Refusal refusal;  // status 499: the client is gone
  std::string_view method;   // empty unless the line was sound
  std::string_view target;   // bounded
};

// What serves the requests of a connection.
class ClientHost {
 public:
  // One request on a stream of the connection. The receiver of events that is
  // returned lives until it calls the stream's Finish or Abort.
  virtual ClientEvents* OnRequest(ClientConnection& connection, ClientStream& stream,
                                  const RequestMessage& message) = 0;
  virtual ClientEvents* OnRefused(ClientConnection& connection, ClientStream& stream,
                                  const RefusedMessage& message) = 0;
  // It waits for a request from now on: after an answer, and again at the first
  // byte of a head that is not whole. Its first wait begins when it is made.
  virtual void OnWaiting(ClientConnection& connection) = 0;
  virtual void OnBusy(ClientConnection& connection) = 0;  // it waits no more
  // It will be deleted after the current batch of events; it is of no more use.
  virtual void OnClosed(ClientConnection& connection) = 0;
  // Whether connections should end with the responses they are at.
  virtual bool Ending() const = 0;

 protected:
  ~ClientHost() = default;
};

// ---- to an upstream -------------------------------------------------------------

// How a connection stands with its owner, who sets it.
enum class ConnectionState : std::uint8_t { kInUse, kIdle, kGranted, kCounted };

class UpstreamConnection {
 public:
  // Attaches one request; the connection may be connecting still. It carries fewer
  // than `capacity` by now.
  virtual UpstreamStream& Begin(UpstreamEvents& events) = 0;
  // How many requests it can carry at once; 0 once it takes no more. The peer may
  // change its mind.
  virtual std::uint32_t capacity() const = 0;
  virtual void Close() = 0;  // what it carries fails
  // The rest is for one that is idle.
  virtual void ExpireAt(std::int64_t at) = 0;  // closes it if it is idle then; ns
  // Whether it could carry a request, as far as this side can know: asks the kernel.
  virtual bool StillOpen() = 0;
  // Whether its descriptor can go on under another worker's loop; then Detach gives it away.
  virtual bool movable() const = 0;
  virtual net::Fd Detach() = 0;

  // The owner's.
  std::size_t place = 0;
  std::uint32_t streams = 0;    // requests that it carries
  std::uint32_t served = 0;     // ... and has carried
  std::int64_t idle_since = 0;  // ns
  ConnectionState state = ConnectionState::kInUse;
  bool draining = false;  // it gets no more requests

 protected:
  ~UpstreamConnection() = default;
};

class UpstreamOwner {
 public:
  // One of its requests is over, and the connection stands.
  virtual void OnStreamOver(UpstreamConnection& connection) = 0;
  // It will be deleted after the current batch of events; it is of no more use.
  virtual void OnClosed(UpstreamConnection& connection) = 0;

 protected:
  ~UpstreamOwner() = default;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_HTTP_CONNECTION_H_
