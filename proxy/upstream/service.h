// A service as one worker sees it: its hosts, with the worker's pools to them,
// and whose turn it is (spec/rules/balance.md).
//
//   const Service::Place* place = service.Pick({.hash = hash, .tried = tried}, random);
//   if (place == nullptr) NoHealthyUpstream();
//
// Among the hosts that are available the choice falls first on the one that
// affinity names, then on those not tried yet, then on those of the proxy's own
// zone; whoever is left is balanced over. Each step is left out when it would
// leave nobody.
#ifndef WEIR_PROXY_UPSTREAM_SERVICE_H_
#define WEIR_PROXY_UPSTREAM_SERVICE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "proxy/upstream/cluster.h"
#include "proxy/upstream/lane.h"
#include "proxy/upstream/pool.h"
#include "runtime/state/balancer.h"

namespace weir::proxy::upstream {

// What an affinity cookie says: a host of a service, not to be read by others.
using AffinityToken = std::array<char, 16>;
AffinityToken TokenOf(std::string_view service, const Host& host);

// The lanes of a worker: they outlive a reload that keeps the service's pool.
class Lanes final : public IdleConnections {
 public:
  explicit Lanes(const LaneWorker& worker) : worker_(worker) { worker_.idle = this; }
  std::shared_ptr<Lane> Get(const Cluster& cluster);
  // The pool of a lane to a host, made if need be.
  std::shared_ptr<Pool> PoolOf(const std::shared_ptr<Lane>& lane, const net::SocketAddress& address,
                               const Connector& connector);
  void Forget();  // pools that nobody holds any more
  void CloseIdle();
  bool CloseLongestIdle() override;

 private:
  LaneWorker worker_;
  std::map<std::string, std::weak_ptr<Lane>, std::less<>> lanes_;
  // A connection is used again only for the transport that it was made for, also
  // after a reload that changes it.
  std::map<std::tuple<const Lane*, net::SocketAddress, std::string>, std::weak_ptr<Pool>> pools_;
};

class Service {
 public:
  struct Place {
    std::shared_ptr<const Host> host;
    std::shared_ptr<Pool> pool;
    AffinityToken token{};  // where the service has affinity
  };
  struct Wish {
    std::uint64_t hash = 0;                // for consistent hashing
    std::string_view token;                // of affinity; empty: none
    std::span<const std::uint64_t> tried;  // identities of hosts
    const Pool* pool =
        nullptr;  // a kept connection leads there: take it if the balance leaves the choice
  };

  Service(std::shared_ptr<Cluster> cluster, Lanes& lanes, std::string_view zone);

  // Null: no host can be had. Valid until the next call.
  const std::shared_ptr<const Place>* Pick(const Wish& wish, std::uint64_t random);
  const Cluster& cluster() const { return *cluster_; }
  Lane& lane() { return *lane_; }

 private:
  void Refresh();
  bool FindUsable();
  bool KeepIf(auto&& wanted);
  std::size_t Named(std::string_view token) const;

  std::shared_ptr<Cluster> cluster_;
  Lanes& lanes_;
  std::string zone_;
  std::shared_ptr<Lane> lane_;
  runtime::Balancer balancer_;
  std::uint64_t version_ = 0;
  std::vector<std::shared_ptr<const Place>> places_;
  std::vector<runtime::BalanceHost> view_;  // of places_, for one pick
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_SERVICE_H_
