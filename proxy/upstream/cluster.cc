#include "proxy/upstream/cluster.h"

#include <set>
#include <utility>

#include "proxy/net/file.h"
#include "proxy/net/loop.h"
#include "runtime/state/siphash.h"

namespace weir::proxy::upstream {
namespace {

constexpr std::size_t kMaxFile = 16 << 20;

std::string PoolIdentity(std::string_view service, const runtime::PoolLimits& limits) {
  return Identity("pool")
      .Add(service)
      .Add(limits.connections)
      .Add(limits.pending)
      .Add(limits.requests)
      .text();
}

std::string EjectionIdentity(std::string_view service, const runtime::EjectionSettings& s) {
  Identity identity("eject");
  identity.Add(service).Add(s.consecutive_5xx).Add(s.consecutive_gateway).Add(s.consecutive_local);
  identity.Add(static_cast<int>(s.success_rate)).Add(s.every).Add(s.base).Add(s.max_percent);
  return identity.Add(static_cast<int>(s.at_least_one)).text();
}

runtime::EjectionSettings EjectionOf(const runtime::ServiceRecord& record) {
  return {.consecutive_5xx = record.eject_consecutive_5xx,
          .consecutive_gateway = record.eject_consecutive_gateway,
          .consecutive_local = record.eject_consecutive_local,
          .success_rate = record.eject_success_rate != 0,
          .every = record.eject_every,
          .base = record.eject_base,
          .max_percent = record.eject_max_percent,
          .at_least_one = record.eject_at_least_one != 0};
}

}  // namespace

Cluster::Cluster(std::shared_ptr<const runtime::Table> table, const runtime::ServiceRecord& record,
                 SharedStateRegistry& states, const Connector& connector)
    : table_(std::move(table)),
      record_(record),
      states_(states),
      connector_(connector),
      hosts_(std::make_shared<const Hosts>()) {
  if (record.has_pool != 0) {
    const runtime::PoolLimits limits{record.pool_connections, record.pool_pending,
                                     record.pool_requests};
    admission_ = states.Get<Admission>(PoolIdentity(name(), limits),
                                       [&] { return std::make_shared<Admission>(limits); });
  }
  if (record.has_ejection != 0) {
    const runtime::EjectionSettings settings = EjectionOf(record);
    outliers_ = states.Get<OutlierDetector>(EjectionIdentity(name(), settings), [&] {
      return std::make_shared<OutlierDetector>(settings, states.clock().Monotonic());
    });
  }
}

std::expected<std::shared_ptr<Cluster>, std::string> Cluster::Make(
    std::shared_ptr<const runtime::Table> table, const runtime::ServiceRecord& record,
    const std::string& folder, SharedStateRegistry& states, const Connector& connector) {
  std::shared_ptr<Cluster> cluster(new Cluster(std::move(table), record, states, connector));
  if (record.file.length > 0) {
    const std::string_view file = cluster->table().text(record.file);
    cluster->file_ = file.starts_with('/') ? std::string(file) : folder + "/" + std::string(file);
    cluster->watch_ = net::FileWatch(cluster->file_);
    if (const auto read = cluster->ReadFile(); !read) return std::unexpected(read.error());
    return cluster;
  }
  std::vector<Endpoint> endpoints;
  for (const runtime::EndpointRecord& endpoint :
       runtime::Table::Slice(cluster->table().endpoints(), record.endpoints)) {
    endpoints.push_back(
        {{endpoint.address, static_cast<std::uint16_t>(endpoint.port)}, endpoint.weight, {}, true});
  }
  cluster->SetHosts(endpoints);
  return cluster;
}

std::expected<void, std::string> Cluster::ReadFile() {
  watch_.Look();  // first: a change while it is read is seen later
  const auto octets = net::ReadWhole(file_, kMaxFile);
  if (!octets) {
    watch_.NotRead();
    return std::unexpected(octets.error());
  }
  const auto endpoints = ParseEndpoints(*octets);
  if (!endpoints) return std::unexpected(file_ + ": " + endpoints.error());
  SetHosts(*endpoints);
  states_.Forget();  // hosts come and go without a reload
  return {};
}

std::string Cluster::CheckIdentity() const {
  Identity identity("check");
  identity.Add(name()).Add(static_cast<int>(record_.check)).Add(table_->text(record_.check_path));
  identity.Add(record_.check_every).Add(record_.check_timeout);
  return identity.Add(record_.check_unhealthy).Add(record_.check_healthy).text();
}

void Cluster::SetHosts(std::span<const Endpoint> endpoints) {
  auto next = std::make_shared<Hosts>();
  const std::string check = CheckIdentity();
  for (const Endpoint& endpoint : endpoints) {
    auto host = std::make_shared<Host>();
    host->address = endpoint.address;
    host->text = net::ToString(endpoint.address);
    host->identity = runtime::StableHash(host->text);
    host->weight = endpoint.weight;
    host->zone = endpoint.zone;
    host->ready = endpoint.ready;
    host->load = states_.Get<HostLoad>(Identity("load").Add(name()).Add(host->text).text(),
                                       [] { return std::make_shared<HostLoad>(); });
    if (record_.check != runtime::CheckKind::kOff) {
      host->checked = states_.Get<CheckedHost>(check + host->text, [&] {
        return std::make_shared<CheckedHost>(record_.check_unhealthy, record_.check_healthy);
      });
    }
    if (outliers_ != nullptr) host->member = outliers_->Join(endpoint.address);
    next->push_back(std::move(host));
  }
  std::shared_ptr<const Hosts> old;  // let go of outside of the lock
  {
    const runtime::MutexLock lock(mutex_);
    old = std::exchange(hosts_, std::move(next));
  }
  version_.fetch_add(1, std::memory_order_release);
}

void Cluster::LeaveOthers() {
  if (outliers_ == nullptr) return;
  std::set<net::SocketAddress> addresses;
  for (const auto& host : *hosts()) addresses.insert(host->address);
  outliers_->Keep(addresses);
}

std::shared_ptr<const Hosts> Cluster::hosts() const {
  const runtime::MutexLock lock(mutex_);
  return hosts_;
}

}  // namespace weir::proxy::upstream
