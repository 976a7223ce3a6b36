#include "proxy/server/service_metrics.h"

#include <utility>

namespace weir::proxy::server {

std::vector<observe::ServiceMetrics> ServiceMetrics(const Policy& policy) {
  std::vector<observe::ServiceMetrics> out;
  for (const auto& cluster : policy.clusters()) {
    observe::ServiceMetrics service;
    service.name = cluster->name();
    for (const auto& host : *cluster->hosts()) {
      service.hosts.push_back({host->text, host->healthy(), host->ejected(),
                               host->load->in_flight.load(std::memory_order_relaxed)});
    }
    if (cluster->admission() != nullptr) {
      const auto counts = cluster->admission()->counts();
      service.has_pool = true;
      service.connections = counts.connections;
      service.in_flight = counts.in_flight;
      service.waiting = counts.waiting;
    }
    if (cluster->outliers() != nullptr) service.ejections = cluster->outliers()->ejections();
    out.push_back(std::move(service));
  }
  return out;
}

std::vector<observe::BreakerMetrics> BreakerMetrics(const Policy& policy) {
  std::vector<observe::BreakerMetrics> out;
  const runtime::Table& table = policy.table();
  for (const auto& [key, breaker] : policy.breakers()) {
    out.push_back({std::string(table.text(table.breakers()[key.first].name)),
                   std::string(table.text(table.services()[key.second].name)),
                   static_cast<int>(breaker->state()), breaker->openings(), breaker->refusals()});
  }
  return out;
}

}  // namespace weir::proxy::server
