#include "proxy/config/policy.h"

#include "proxy/observe/log.h"
#include "runtime/decide/options.h"

namespace weir::proxy {
namespace {

using runtime::Table;
using upstream::Identity;
using State = upstream::SharedBreaker::State;

// Kind, name and every parameter: what changed in any starts afresh.
std::string IdentityOf(const Table& table, const runtime::LimitRecord& limit) {
  Identity identity("limit");
  identity.Add(table.text(limit.name))
      .Add(limit.count)
      .Add(limit.period)
      .Add(limit.burst)
      .Add(limit.cost);
  for (const runtime::AttributeRecord& attribute : Table::Slice(table.attributes(), limit.by)) {
    identity.Add(static_cast<std::uint32_t>(attribute.subject)).Add(table.text(attribute.name));
  }
  return identity.text();
}

std::string IdentityOf(const Table& table, const runtime::RetryRecord& retry) {
  return Identity("budget")
      .Add(table.text(retry.name))
      .Add(retry.budget_percent)
      .Add(retry.budget_minimum)
      .text();
}

std::string IdentityOf(const Table& table, const runtime::BreakerRecord& breaker,
                       const runtime::ServiceRecord& service) {
  return Identity("breaker")
      .Add(table.text(breaker.name))
      .Add(breaker.failures)
      .Add(breaker.window)
      .Add(breaker.open_for)
      .Add(table.text(service.name))
      .text();
}

}  // namespace

std::expected<std::shared_ptr<const Policy>, std::string> Policy::Make(
    std::shared_ptr<const Table> shared, const std::string& folder,
    upstream::SharedStateRegistry& states, const upstream::Connector& connector) {
  states.Forget();
  std::shared_ptr<Policy> policy(new Policy(std::move(shared)));
  const Table& table = policy->table();
  for (const runtime::LimitRecord& limit : table.limits())
    policy->limits_.push_back(IdentityOf(table, limit));
  for (const runtime::RetryRecord& retry : table.retries()) {
    policy->budgets_.push_back(states.Get<runtime::RetryBudget>(IdentityOf(table, retry), [&] {
      return std::make_shared<runtime::RetryBudget>(retry.budget_percent, retry.budget_minimum);
    }));
  }
  for (const runtime::ServiceRecord& service : table.services()) {
    auto cluster = upstream::Cluster::Make(policy->table_, service, folder, states, connector);
    if (!cluster) return std::unexpected(cluster.error());
    policy->clusters_.push_back(std::move(*cluster));
  }
  policy->AddRoutes(states);
  policy->deployment_ = runtime::DeploymentName(policy->table());
  return policy;
}

void Policy::AddRoutes(upstream::SharedStateRegistry& states) {
  for (const runtime::RouteRecord& route : table().routes()) {
    const auto targets = Table::Slice(table().targets(), route.targets);
    std::unique_ptr<Split>& split = splits_.emplace_back();
    if (targets.size() > 1) {
      split = std::make_unique<Split>();
      const runtime::MutexLock lock(split->mutex);
      for (const runtime::TargetRecord& target : targets) split->turns.Add(target.weight);
    }
    if (route.breaker == runtime::kNoIndex) continue;
    const runtime::BreakerRecord& breaker = table().breakers()[route.breaker];
    for (const runtime::TargetRecord& target : targets) {
      const runtime::ServiceRecord& service = table().services()[target.service];
      breakers_[{route.breaker, target.service}] =
          states.Get<upstream::SharedBreaker>(IdentityOf(table(), breaker, service), [&] {
            return std::make_shared<upstream::SharedBreaker>(
                runtime::BreakerSettings{breaker.failures, breaker.window, breaker.open_for},
                [name = "breaker " + std::string(table().text(breaker.name)) + " of service " +
                        std::string(table().text(service.name))](State state) {
                  observe::LogWarning(name + (state == State::kOpen ? " is open"
                                              : state == State::kClosed
                                                  ? " is closed"
                                                  : " is half-open: one probe"));
                });
          });
    }
  }
}

upstream::SharedBreaker* Policy::breaker(runtime::Index breaker, runtime::Index service) const {
  if (breaker == runtime::kNoIndex) return nullptr;
  const auto at = breakers_.find({breaker, service});
  return at == breakers_.end() ? nullptr : at->second.get();
}

runtime::Index Policy::NextTarget(runtime::Index route) const {
  const runtime::Index first = table().routes()[route].targets.first;
  Split* split = splits_[route].get();
  if (split == nullptr) return first;
  const runtime::MutexLock lock(split->mutex);
  return first + static_cast<runtime::Index>(split->turns.Next());
}

runtime::LimitRate RateOf(const runtime::LimitRecord& limit) {
  return {limit.count, limit.period, limit.burst};
}

}  // namespace weir::proxy
