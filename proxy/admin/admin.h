// The admin port: /healthz, /readyz and /metrics, over plain HTTP/1.1, one
// answer a connection. Meant for loopback; it tells nothing but these. It has
// places of its own (net::kAdminConnections); who comes when all are taken gets
// that of the oldest.
#ifndef WEIR_PROXY_ADMIN_ADMIN_H_
#define WEIR_PROXY_ADMIN_ADMIN_H_

#include <expected>
#include <functional>
#include <list>
#include <string>

#include "proxy/net/fd.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket.h"
#include "proxy/net/timer.h"

namespace weir::proxy::admin {

class Admin final : public net::Handler {
 public:
  struct Source {
    std::function<bool()> ready;
    std::function<std::string()> metrics;
  };
  Admin(net::Loop& loop, Source source);
  ~Admin() override;

  std::expected<net::SocketAddress, std::string> Listen(const net::SocketAddress& address);
  void OnReady(net::Ready ready) override;

 private:
  class Connection;
  net::Loop& loop_;
  Source source_;
  net::Fd listener_;
  net::Timer resume_;
  // Open ones, the oldest first. They delete themselves once closed.
  std::list<Connection*> connections_;
};

}  // namespace weir::proxy::admin

#endif  // WEIR_PROXY_ADMIN_ADMIN_H_
