#include "proxy/config/serving.h"

#include <utility>

namespace weir::proxy {

using runtime::Table;

Serving::Serving(std::shared_ptr<const Policy> policy,
                 std::unique_ptr<runtime::Authenticator> authenticator,
                 upstream::WorkerPools& worker_pools, std::string_view zone,
                 observe::RouteNames& names)
    : policy_(std::move(policy)), authenticator_(std::move(authenticator)) {
  const Table& table = policy_->table();
  for (std::uint32_t i = 0; i < table.gateway().listeners.count; ++i)
    options_.emplace_back(table, i);
  for (const auto& cluster : policy_->clusters())
    services_.emplace_back(cluster, worker_pools, zone);
  for (const runtime::RouteRecord& route : table.routes()) {
    const auto targets = Table::Slice(table.targets(), route.targets);
    const std::string_view service = targets.empty()
                                         ? std::string_view()
                                         : table.text(table.services()[targets[0].service].name);
    route_ids_.push_back(names.Id(table.text(route.name), service));
  }
}

}  // namespace weir::proxy
