// Makes the connections of a service. Their protocol and transport are known here
// only; users of the connections do not depend on either.
#ifndef WEIR_PROXY_UPSTREAM_CONNECTOR_H_
#define WEIR_PROXY_UPSTREAM_CONNECTOR_H_

#include <cstdint>
#include <expected>
#include <string>

#include "proxy/http/connection.h"
#include "proxy/net/fd.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket.h"

namespace weir::proxy::upstream {

// Shared by all workers; has no state that changes.
class Connector {
 public:
  virtual ~Connector() = default;
  // What tells its connections from another connector's to the same address:
  // protocol, and the parameters of the session. Equal exactly if one may carry the
  // other's requests.
  virtual const std::string& identity() const = 0;
  // A connection on its way, which has to stand at `connect_by` (ns). The error is errno's value.
  virtual std::expected<UpstreamConnection*, int> Connect(net::Loop& loop,
                                                          const net::SocketAddress& address,
                                                          UpstreamOwner& owner,
                                                          std::int64_t connect_by) const = 0;
  // One that another worker gave away (UpstreamConnection::Detach), idle and with nothing unread.
  virtual std::expected<UpstreamConnection*, int> Adopt(net::Loop& loop, net::Fd fd,
                                                        UpstreamOwner& owner) const = 0;
};

// HTTP/1.1 over TCP.
const Connector& PlainHttp1();

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_CONNECTOR_H_
