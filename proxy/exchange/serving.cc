#include "proxy/exchange/serving.h"

#include <utility>

namespace weir::proxy {

using runtime::Table;

Serving::Serving(std::shared_ptr<const Policy> policy,
                 std::unique_ptr<runtime::Authenticator> authenticator, upstream::Pools& pools,
                 observe::RouteNames& names)
    : policy_(std::move(policy)), authenticator_(std::move(authenticator)) {
  const Table& table = policy_->table();
  for (std::uint32_t i = 0; i < table.gateway().listeners.count; ++i) options_.emplace_back(table, i);
  for (const runtime::ServiceRecord& service : table.services()) {
    services_.emplace_back(table, service, pools);
  }
  for (const runtime::RouteRecord& route : table.routes()) {
    upstream::Turns& turns = targets_.emplace_back();
    const auto targets = Table::Slice(table.targets(), route.targets);
    for (const runtime::TargetRecord& target : targets) turns.Add(target.weight);
    const std::string_view service =
        targets.empty() ? std::string_view() : table.text(table.services()[targets[0].service].name);
    route_ids_.push_back(names.Id(table.text(route.name), service));
  }
}

runtime::Index Serving::NextTarget(runtime::Index route) {
  const runtime::Range range = table().routes()[route].targets;
  return range.first + static_cast<runtime::Index>(targets_[route].Next());
}

}  // namespace weir::proxy
