#include "proxy/upstream/connector.h"

#include <cerrno>
#include <memory>
#include <utility>

#include "proxy/http1/upstream_connection.h"
#include "proxy/net/plain_transport.h"
#include "proxy/net/stream.h"

namespace weir::proxy::upstream {
namespace {

using Made = std::expected<UpstreamConnection*, int>;

Made Make(net::Loop& loop, net::Fd fd, net::Stream::State state, UpstreamOwner& owner,
          std::int64_t connect_by) {
  auto stream = std::make_unique<net::Stream>(
      loop, std::make_unique<net::PlainTransport>(std::move(fd)), state);
  if (!stream->Watch()) return std::unexpected(ENOMEM);  // the kernel watches no more descriptors
  return new http1::UpstreamConnection(loop, std::move(stream), owner, connect_by);
}

class PlainHttp1Connector final : public Connector {
 public:
  const std::string& identity() const override { return identity_; }
  Made Connect(net::Loop& loop, const net::SocketAddress& address, UpstreamOwner& owner,
               std::int64_t connect_by) const override {
    auto fd = net::Connect(address);
    if (!fd) return std::unexpected(fd.error());
    return Make(loop, std::move(*fd), net::Stream::State::kHandshake, owner, connect_by);
  }
  Made Adopt(net::Loop& loop, net::Fd fd, UpstreamOwner& owner) const override {
    return Make(loop, std::move(fd), net::Stream::State::kOpen, owner, 0);
  }

 private:
  const std::string identity_ = "http1/plain";
};

}  // namespace

const Connector& PlainHttp1() {
  static const PlainHttp1Connector connector;
  return connector;
}

}  // namespace weir::proxy::upstream
