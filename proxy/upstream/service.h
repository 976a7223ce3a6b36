// A service as one worker sees it: its hosts, with the worker's pools to them,
// and whose turn it is (spec/rules/balance.md).
//
//   const Service::Endpoint* endpoint = service.Pick({.hash = hash, .tried = tried}, random);
//   if (endpoint == nullptr) NoHealthyUpstream();
//
// Among the hosts that are available the choice falls first on the one that
// affinity names, then on those not tried yet, then on those of the proxy's own
// zone; the load is balanced over those that are left. A step that would leave no
// host is skipped.
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
#include "proxy/upstream/host_pool.h"
#include "proxy/upstream/worker_pool.h"
#include "runtime/state/balancer.h"

namespace weir::proxy::upstream {

// What an affinity cookie says: a host of a service, not to be read by others.
using AffinityToken = std::array<char, 16>;
AffinityToken TokenOf(std::string_view service, const Host& host);

// The worker pools of a worker: they outlive a reload that keeps the service's pool.
class WorkerPools final : public IdleConnections {
 public:
  explicit WorkerPools(const PoolWorker& worker) : worker_(worker) { worker_.idle = this; }
  std::shared_ptr<WorkerPool> Get(const Cluster& cluster);
  // The pool of a worker pool to a host, made if need be.
  std::shared_ptr<HostPool> PoolOf(const std::shared_ptr<WorkerPool>& worker_pool,
                                   const net::SocketAddress& address, const Connector& connector);
  void Forget();  // drops pools that are no longer referenced
  void CloseIdle();
  bool CloseLongestIdle() override;

 private:
  PoolWorker worker_;
  std::map<std::string, std::weak_ptr<WorkerPool>, std::less<>> worker_pools_;
  // A connection is used again only for the transport that it was made for, also
  // after a reload that changes it.
  std::map<std::tuple<const WorkerPool*, net::SocketAddress, std::string>, std::weak_ptr<HostPool>>
      pools_;
};

class Service {
 public:
  struct Endpoint {
    std::shared_ptr<const Host> host;
    std::shared_ptr<HostPool> pool;
    AffinityToken token{};  // where the service has affinity
  };
  struct PickRequest {
    std::uint64_t hash = 0;                // for consistent hashing
    std::string_view token;                // of affinity; empty: none
    std::span<const std::uint64_t> tried;  // identities of hosts
    // A kept connection leads there: taken if the balance leaves the choice.
    const HostPool* pool = nullptr;
  };

  Service(std::shared_ptr<Cluster> cluster, WorkerPools& worker_pools, std::string_view zone);

  // Null: no host can be had. Valid until the next call.
  const std::shared_ptr<const Endpoint>* Pick(const PickRequest& wish, std::uint64_t random);
  const Cluster& cluster() const { return *cluster_; }
  WorkerPool& worker_pool() { return *worker_pool_; }

 private:
  void Refresh();
  bool FindUsable();
  bool KeepIf(auto&& wanted);
  std::size_t Named(std::string_view token) const;

  std::shared_ptr<Cluster> cluster_;
  WorkerPools& worker_pools_;
  std::string zone_;
  std::shared_ptr<WorkerPool> worker_pool_;
  runtime::Balancer balancer_;
  std::uint64_t version_ = 0;
  std::vector<std::shared_ptr<const Endpoint>> places_;
  std::vector<runtime::BalanceHost> view_;  // of places_, for one pick
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_SERVICE_H_
