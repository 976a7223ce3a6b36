// The listening sockets of the process: one a worker for each address of the
// table. A reload keeps those whose address did not change.
#ifndef WEIR_PROXY_SERVER_LISTENERS_H_
#define WEIR_PROXY_SERVER_LISTENERS_H_

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "proxy/net/fd.h"
#include "proxy/net/socket.h"
#include "runtime/table/table.h"

namespace weir::proxy::server {

// --listen NAME/INDEX=ADDRESS:PORT
struct ListenOverride {
  std::string name;
  std::uint32_t index = 0;
  net::SocketAddress address;
};
std::expected<ListenOverride, std::string> ParseListenOverride(const std::string& text);

// A listener as the workers know it. `key` stays the same over reloads as long
// as the listener is the same.
struct ListenerPlan {
  std::string key;
  std::uint32_t index = 0;  // in the gateway's listeners
  net::SocketAddress bound;
  std::vector<net::Fd> sockets;  // one a worker; empty: they have them already
};

class Listeners {
 public:
  Listeners(std::size_t workers, std::vector<ListenOverride> overrides)
      : workers_(workers), overrides_(std::move(overrides)) {}

  // Binds what is new. On an error nothing has changed. Call Commit once the
  // workers have the plan.
  std::expected<std::vector<ListenerPlan>, std::string> Plan(const runtime::Table& table) const;
  void Commit(const std::vector<ListenerPlan>& plan);

 private:
  std::expected<ListenerPlan, std::string> Bind(std::string key, std::uint32_t index,
                                                net::SocketAddress address) const;

  std::size_t workers_;
  std::vector<ListenOverride> overrides_;
  std::map<std::string, net::SocketAddress> open_;
};

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_LISTENERS_H_
