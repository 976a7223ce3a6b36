#include "proxy/upstream/service.h"

#include <algorithm>
#include <utility>

#include "runtime/state/siphash.h"

namespace weir::proxy::upstream {
namespace {

using runtime::BalanceKind;

bool NeedsLoad(const runtime::ServiceRecord& record) {
  return record.balance == BalanceKind::kLeastRequest || record.balance == BalanceKind::kRandom ||
         record.bound_percent > 0;
}

}  // namespace

AffinityToken TokenOf(std::string_view service, const Host& host) {
  const std::uint64_t hash =
      runtime::StableHash(Identity("affinity").Add(service).Add(host.text).text());
  AffinityToken token{};
  for (std::size_t i = 0; i < token.size(); ++i)
    token[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
  return token;
}

// ---- worker pools --------------------------------------------------------------------

// Known by the admission they take part in, or by the service where there is
// none: an admission has one worker pool a worker, or waiters of another would be
// forgotten. What tells transports apart is in the key of each pool instead.
std::shared_ptr<WorkerPool> WorkerPools::Get(const Cluster& cluster) {
  std::erase_if(worker_pools_, [](const auto& entry) { return entry.second.expired(); });
  const auto admission = reinterpret_cast<std::uintptr_t>(cluster.admission().get());
  std::weak_ptr<WorkerPool>& known =
      worker_pools_[Identity("worker_pool").Add(cluster.name()).Add(admission).text()];
  std::shared_ptr<WorkerPool> worker_pool = known.lock();
  if (worker_pool == nullptr) {
    worker_pool = std::make_shared<WorkerPool>(worker_, cluster.admission());
    worker_pool->Attach();
    known = worker_pool;
  }
  worker_pool->SetRequestsPerConnection(cluster.record().pool_requests_per_connection);
  return worker_pool;
}

std::shared_ptr<HostPool> WorkerPools::PoolOf(const std::shared_ptr<WorkerPool>& worker_pool,
                                              const net::SocketAddress& address,
                                              const Connector& connector) {
  std::weak_ptr<HostPool>& known = pools_[{worker_pool.get(), address, connector.identity()}];
  std::shared_ptr<HostPool> pool = known.lock();
  if (pool == nullptr) {
    pool = std::make_shared<HostPool>(worker_pool, address, connector);
    known = pool;
  }
  return pool;
}

void WorkerPools::Forget() {
  std::erase_if(pools_, [](const auto& entry) { return entry.second.expired(); });
}

void WorkerPools::CloseIdle() {
  for (const auto& [key, known] : pools_) {
    if (const auto pool = known.lock()) pool->CloseIdle();
  }
}

bool WorkerPools::CloseLongestIdle() {
  std::shared_ptr<HostPool> longest;
  for (const auto& [key, known] : pools_) {
    const auto pool = known.lock();
    if (pool == nullptr || pool->idle() == 0) continue;
    if (longest == nullptr || pool->idle_since() < longest->idle_since()) longest = pool;
  }
  if (longest == nullptr) return false;
  longest->CloseOldest();
  return true;
}

// ---- the service --------------------------------------------------------------

Service::Service(std::shared_ptr<Cluster> cluster, WorkerPools& worker_pools, std::string_view zone)
    : cluster_(std::move(cluster)),
      worker_pools_(worker_pools),
      zone_(zone),
      worker_pool_(worker_pools.Get(*cluster_)),
      balancer_(cluster_->record().balance, cluster_->record().bound_percent) {
  Refresh();
}

void Service::Refresh() {
  version_ = cluster_->version();
  const auto hosts = cluster_->hosts();
  const bool affinity = cluster_->record().affinity_cookie.length > 0;
  std::vector<std::shared_ptr<const Endpoint>> next;
  std::vector<std::uint64_t> identities;
  std::vector<std::uint32_t> weights;
  view_.clear();
  for (const std::shared_ptr<const Host>& host : *hosts) {
    Endpoint place{
        host, worker_pools_.PoolOf(worker_pool_, host->address, cluster_->connector()), {}};
    if (affinity) place.token = TokenOf(cluster_->name(), *host);
    next.push_back(std::make_shared<const Endpoint>(std::move(place)));
    identities.push_back(host->identity);
    weights.push_back(host->weight);
    view_.push_back({.weight = host->weight});
  }
  balancer_.SetHosts(identities, weights);
  places_ = std::move(next);
  worker_pools_.Forget();
}

// Those that are available; in panic all that are ready. False: there is none.
bool Service::FindUsable() {
  const bool loads = NeedsLoad(cluster_->record());
  std::uint64_t available = 0, ready = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Host& host = *places_[i]->host;
    view_[i].eligible = host.available() && host.weight > 0;
    if (loads) view_[i].in_flight = host.load->in_flight.load(std::memory_order_relaxed);
    available += view_[i].eligible;
    ready += host.ready && host.weight > 0;
  }
  if (available * 100 >= std::uint64_t{cluster_->record().eject_panic_percent} * ready)
    return available > 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    view_[i].eligible = places_[i]->host->ready && places_[i]->host->weight > 0;
  }
  return ready > 0;
}

// Leaves those that are wanted, if there are any: whether there were.
bool Service::KeepIf(auto&& wanted) {
  bool some = false;
  for (std::size_t i = 0; i < places_.size() && !some; ++i) {
    some = view_[i].eligible && wanted(*places_[i]->host);
  }
  if (!some) return false;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    view_[i].eligible = view_[i].eligible && wanted(*places_[i]->host);
  }
  return true;
}

std::size_t Service::Named(std::string_view token) const {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const AffinityToken& own = places_[i]->token;
    if (view_[i].eligible && token == std::string_view(own.data(), own.size())) return i;
  }
  return runtime::Balancer::kNone;
}

const std::shared_ptr<const Service::Endpoint>* Service::Pick(const PickRequest& wish,
                                                              std::uint64_t random) {
  if (version_ != cluster_->version()) Refresh();
  if (!FindUsable()) return nullptr;
  const auto tried = [&](const Host& host) {
    return std::ranges::find(wish.tried, host.identity) != wish.tried.end();
  };
  if (!wish.tried.empty()) KeepIf([&](const Host& host) { return !tried(host); });
  if (!wish.token.empty()) {
    const std::size_t named = Named(wish.token);
    if (named != runtime::Balancer::kNone && !tried(*places_[named]->host)) return &places_[named];
  }
  if (!zone_.empty()) KeepIf([&](const Host& host) { return host.zone == zone_; });
  if (wish.pool != nullptr && cluster_->record().balance != BalanceKind::kConsistentHash) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i]->pool.get() == wish.pool && view_[i].eligible) return &places_[i];
    }
  }
  const std::size_t place = balancer_.Pick(view_, wish.hash, random);
  return place == runtime::Balancer::kNone ? nullptr : &places_[place];
}

}  // namespace weir::proxy::upstream
