#include "proxy/server/acceptor.h"

#include <algorithm>
#include <utility>

#include "proxy/http1/client_connection.h"
#include "proxy/net/plain_transport.h"

namespace weir::proxy::server {

ClientConnection* Acceptor::Accept(net::Accepted accepted, std::uint16_t listener_port,
                                   const runtime::GatewayRecord& gateway, ClientHost& host) const {
  runtime::ConnectionFacts facts;
  facts.peer_address = accepted.peer.address;
  facts.peer_port = accepted.peer.port;
  facts.listener_port = listener_port;
  auto stream = std::make_unique<net::Stream>(
      loop_, std::make_unique<net::PlainTransport>(std::move(accepted.fd)),
      net::Stream::State::kOpen);
  if (!stream->Watch()) return nullptr;
  return MakeConnection(std::move(stream), facts, gateway, host);
}

ClientConnection* Acceptor::MakeConnection(std::unique_ptr<net::Stream> stream,
                                           const runtime::ConnectionFacts& facts,
                                           const runtime::GatewayRecord& gateway,
                                           ClientHost& host) const {
  http1::HeadLimits limits;
  limits.max_octets = std::min<std::uint64_t>(gateway.max_header_octets, 65536);
  limits.max_fields = gateway.max_header_count;
  return new http1::ClientConnection(loop_, std::move(stream), host, facts, limits, timeouts_);
}

}  // namespace weir::proxy::server
