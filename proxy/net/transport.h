// What moves the bytes of one connection: a plain socket, or a session over one.
//
// A transport has no buffers of the proxy's and knows no loop; net::Stream is the
// only one that calls it. Every call returns at once. What kWouldBlock waits for
// is told by the loop, as readiness of fd().
#ifndef WEIR_PROXY_NET_TRANSPORT_H_
#define WEIR_PROXY_NET_TRANSPORT_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "proxy/net/fd.h"

namespace weir::proxy::net {

enum class IoState : std::uint8_t {
  kDone,        // ask again for more
  kWouldBlock,  // not before the loop tells of readiness
  kEnd,         // the peer ended its direction, as it should
  kTruncated,   // the connection ended where a session should have been ended first
  kFailed,      // the connection is of no more use
};

struct IoResult {
  std::size_t count = 0;
  IoState state = IoState::kDone;
  // With kDone, of a read: everything that readiness announced was taken, so another
  // read would block. Only a transport can know: a short read does not say it.
  bool drained = false;
};

// The identity of the two sides, as far as the transport knows.
struct ConnectionIdentity {
  std::string protocol;     // that the handshake agreed on (ALPN); empty: nothing was said
  std::string server_name;  // that the client asked for (SNI)
  std::string peer;         // verified; empty: none
};

class Transport {
 public:
  virtual ~Transport() = default;
  // The descriptor to watch; -1: none, and its creator reports readiness.
  virtual int fd() const = 0;
  // kDone: bytes may be read and written. Called until it is neither that nor kWouldBlock.
  virtual IoState Handshake() = 0;
  // Both take at least one byte of room or of data.
  virtual IoResult Read(std::span<char> room) = 0;
  virtual IoResult Write(std::span<const iovec> parts) = 0;
  // No application data and no end waits to be read, in the socket or the
  // session. After `true`, as after kWouldBlock, the loop tells of what comes.
  virtual bool Quiet() = 0;
  // Nothing more will be written; reading goes on.
  virtual IoState EndWriting() = 0;
  // Close() is seen as an abort by the peer.
  virtual void Reset() = 0;
  virtual void Close() = 0;
  // Lives as long as the transport.
  virtual const ConnectionIdentity& identity() const = 0;
  // Whether the descriptor alone is the connection, so that it can go on under
  // another loop; then Release() gives it away.
  virtual bool movable() const = 0;
  virtual Fd Release() = 0;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_TRANSPORT_H_
