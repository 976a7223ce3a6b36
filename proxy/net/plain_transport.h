// TCP without a session.
#ifndef WEIR_PROXY_NET_PLAIN_TRANSPORT_H_
#define WEIR_PROXY_NET_PLAIN_TRANSPORT_H_

#include "proxy/net/fd.h"
#include "proxy/net/transport.h"

namespace weir::proxy::net {

class PlainTransport final : public Transport {
 public:
  // A socket that stands, or one that is connecting still.
  explicit PlainTransport(Fd fd) : fd_(std::move(fd)) {}

  int fd() const override { return fd_.get(); }
  IoState Handshake() override;
  IoResult Read(std::span<char> room) override;
  IoResult Write(std::span<const iovec> parts) override;
  bool Quiet() override;
  IoState EndWriting() override;
  void Reset() override;
  void Close() override { fd_.Close(); }
  const ConnectionIdentity& identity() const override;
  bool movable() const override { return true; }
  Fd Release() override { return std::move(fd_); }

 private:
  Fd fd_;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_PLAIN_TRANSPORT_H_
