// Between accept and protocol: a socket becomes a stream over its transport, and
// the stream a connection of the protocol that is spoken on it.
//
// A plain listener speaks HTTP/1.1, so the connection is made at once. What must
// be read first to know more (a PROXY header, a TLS handshake with its ALPN, the
// preface of HTTP/2) is read here: by a StreamHandler that ends in MakeConnection
// with the stream, whose unread input the connection then gets.
#ifndef WEIR_PROXY_SERVER_ACCEPTOR_H_
#define WEIR_PROXY_SERVER_ACCEPTOR_H_

#include <cstdint>
#include <memory>

#include "proxy/http/connection.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket.h"
#include "proxy/net/stream.h"
#include "runtime/table/table.h"

namespace weir::proxy::server {

class Acceptor {
 public:
  Acceptor(net::Loop& loop, const ClientTimeouts& timeouts) : loop_(loop), timeouts_(timeouts) {}

  // Null: the kernel has no room for it, and the socket is closed.
  ClientConnection* Accept(net::Accepted accepted, std::uint16_t listener_port,
                           const runtime::GatewayRecord& gateway, ClientHost& host) const;

 private:
  ClientConnection* MakeConnection(std::unique_ptr<net::Stream> stream,
                                   const runtime::ConnectionFacts& facts,
                                   const runtime::GatewayRecord& gateway, ClientHost& host) const;

  net::Loop& loop_;
  const ClientTimeouts& timeouts_;
};

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_ACCEPTOR_H_
