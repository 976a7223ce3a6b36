#include "proxy/config/capabilities.h"

#include <set>
#include <utility>

#include "proxy/net/socket.h"

namespace weir::proxy {
namespace {

using namespace runtime;

class Collector {
 public:
  void Add(std::string construct) {
    sentences_.push_back(std::move(construct) + " is not served yet");
  }
  void AddPlain(std::string sentence) { sentences_.push_back(std::move(sentence)); }
  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

std::string Named(std::string_view kind, std::string_view name) {
  return std::string(kind) + " \"" + std::string(name) + "\"";
}

void CheckListeners(const Table& table, Collector& out) {
  std::set<net::SocketAddress> seen;
  for (const ListenerRecord& listener :
       Table::Slice(table.listeners(), table.gateway().listeners)) {
    const net::SocketAddress address{listener.address, static_cast<std::uint16_t>(listener.port)};
    const std::string name = "listener " + net::ToString(address);
    if (listener.protocol == ProtocolKind::kHttps) out.Add(name + ": https");
    if (listener.mtls != MtlsKind::kOff) out.Add(name + ": mtls");
    if (listener.proxy_protocol != 0) out.Add(name + ": proxy-protocol");
    if (listener.intercept != 0) out.Add(name + ": intercept");
    if (!seen.insert(address).second) out.AddPlain(name + " appears twice");
  }
}

void CheckServices(const Table& table, Collector& out) {
  for (const ServiceRecord& service : table.services()) {
    const std::string name = Named("service", table.text(service.name));
    if (service.dns.length > 0) out.Add(name + ": endpoints dns");
    if (service.identity.length > 0) out.Add(name + ": identity (mtls to the service)");
  }
}

void CheckTraffic(const Table& table, Collector& out) {
  for (const LimitRecord& limit : table.limits()) {
    if (limit.store == StoreKind::kRedis)
      out.Add(Named("limit", table.text(limit.name)) + ": store redis");
  }
  for (const JwtRecord& jwt : table.jwts()) {
    if (jwt.keys_kind == SecretKind::kUrl)
      out.Add(Named("jwt", table.text(jwt.name)) + ": keys url");
  }
}

}  // namespace

std::vector<std::string> Unsupported(const Table& table) {
  Collector out;
  CheckListeners(table, out);
  CheckServices(table, out);
  CheckTraffic(table, out);
  return out.Take();
}

}  // namespace weir::proxy
