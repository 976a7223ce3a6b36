#include <algorithm>

#include "compiler/lift/lifting.h"

namespace weir::compiler {

using runtime::TableView;

namespace {

syntax::Balance::Kind LiftKind(runtime::BalanceKind kind) {
  using To = syntax::Balance::Kind;
  switch (kind) {
    case runtime::BalanceKind::kRoundRobin:
      return To::kRoundRobin;
    case runtime::BalanceKind::kLeastRequest:
      return To::kLeastRequest;
    case runtime::BalanceKind::kRandom:
      return To::kRandom;
    case runtime::BalanceKind::kConsistentHash:
      return To::kConsistentHash;
  }
  return To::kRoundRobin;
}

}  // namespace

syntax::Ref<syntax::Service> Lifting::ServiceOfName(std::string_view name) {
  const auto own = table.services();
  for (std::uint32_t i = 0; i < own.size(); ++i) {
    if (table.text(own[i].name) == name) return {i};
  }
  auto place = std::ranges::find(called, name);
  if (place == called.end()) place = called.emplace(called.end(), name);
  return {static_cast<std::uint32_t>(own.size() + (place - called.begin()))};
}

syntax::Service Lifting::LiftService(const runtime::ServiceRecord& record) {
  const auto& [name, endpoints, dns, file, identity, balance, hash_by, bound_percent, has_pool,
               affinity_cookie, affinity_max_age, check, check_unhealthy, check_healthy, reserved,
               check_path, check_every, check_timeout, pool_connections, pool_pending,
               pool_requests, pool_requests_per_connection, has_ejection, eject_consecutive_5xx,
               eject_consecutive_gateway, eject_consecutive_local, eject_success_rate,
               eject_max_percent, eject_at_least_one, eject_panic_percent, eject_every, eject_base,
               rules, calls] = record;
  syntax::Service service;
  service.name = Text(name);
  for (const auto& endpoint : TableView::Slice(table.endpoints(), endpoints)) {
    const auto& [address, port, weight] = endpoint;
    service.endpoints.push_back({.address = LiftSocket(address, port), .weight = weight});
  }
  service.dns = MayBe(dns);
  service.file = MayBe(file);
  service.identity = MayBe(identity);
  service.balance.kind = LiftKind(balance);
  service.balance.bound_percent = bound_percent;
  if (hash_by != runtime::kNoIndex) {
    service.balance.hash_by = LiftAttribute(table.attributes()[hash_by]);
  }
  if (affinity_cookie.length != 0) {
    service.affinity = {.cookie = Text(affinity_cookie),
                        .max_age = MayBeDuration(affinity_max_age)};
  }
  const syntax::Check active{.path = Text(check_path),
                             .every = {check_every},
                             .timeout = {check_timeout},
                             .unhealthy = check_unhealthy,
                             .healthy = check_healthy};
  switch (check) {
    case runtime::CheckKind::kOff:
      break;
    case runtime::CheckKind::kHttp:
      service.check = active;
      service.check->kind = syntax::Check::Kind::kHttp;
      break;
    case runtime::CheckKind::kTcp:
      service.check = active;
      service.check->kind = syntax::Check::Kind::kTcp;
      break;
  }
  if (has_pool != 0) {
    service.pool = {.connections = pool_connections,
                    .pending = pool_pending,
                    .requests = pool_requests,
                    .requests_per_connection = pool_requests_per_connection};
  }
  if (has_ejection != 0) {
    service.ejection = {.consecutive_5xx = eject_consecutive_5xx,
                        .consecutive_gateway_errors = eject_consecutive_gateway,
                        .consecutive_local_failures = eject_consecutive_local,
                        .success_rate = eject_success_rate != 0,
                        .every = {eject_every},
                        .base = {eject_base},
                        .max_percent = eject_max_percent,
                        .at_least_one = eject_at_least_one != 0,
                        .panic_percent = eject_panic_percent};
  }
  service.rules = LiftRules(rules);
  for (const auto& call : TableView::Slice(table.calls(), calls)) {
    const auto& [callee, times, unused] = call;
    service.calls.push_back({.callee = ServiceOfName(table.text(callee)), .times = times});
  }
  return service;
}

std::vector<syntax::Service> Lifting::LiftServices() {
  std::vector<syntax::Service> services;
  for (const auto& record : table.services()) services.push_back(LiftService(record));
  return services;
}

}  // namespace weir::compiler
