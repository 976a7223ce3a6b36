#include "compiler/lower/lowering.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

namespace {

static_assert(static_cast<int>(syntax::Balance::Kind::kConsistentHash) ==
              static_cast<int>(runtime::BalanceKind::kConsistentHash));
static_assert(static_cast<int>(syntax::Balance::Kind::kLeastRequest) ==
              static_cast<int>(runtime::BalanceKind::kLeastRequest));

void LowerPool(const syntax::Pool& pool, runtime::ServiceRecord& record) {
  record.has_pool = 1;
  record.pool_connections = pool.connections;
  record.pool_pending = pool.pending;
  record.pool_requests = pool.requests;
  record.pool_requests_per_connection = pool.requests_per_connection;
}

void LowerEjection(const syntax::Ejection& ejection, runtime::ServiceRecord& record) {
  record.has_ejection = 1;
  record.eject_consecutive_5xx = ejection.consecutive_5xx;
  record.eject_consecutive_gateway = ejection.consecutive_gateway_errors;
  record.eject_consecutive_local = ejection.consecutive_local_failures;
  record.eject_success_rate = ejection.success_rate;
  record.eject_max_percent = ejection.max_percent;
  record.eject_at_least_one = ejection.at_least_one;
  record.eject_panic_percent = ejection.panic_percent;
  record.eject_every = ejection.every.nanoseconds;
  record.eject_base = ejection.base.nanoseconds;
}

}  // namespace

runtime::Index Lowering::LowerService(syntax::Ref<syntax::Service> ref) {
  const auto known = services_.find(ref.index);
  if (known != services_.end()) return known->second;
  const syntax::Service& service = policy[ref];
  runtime::ServiceRecord record;
  record.name = out.Text(service.name);
  std::vector<runtime::EndpointRecord> endpoints;
  for (const syntax::Endpoint& endpoint : service.endpoints) {
    endpoints.push_back(
        {LowerAddress(endpoint.address.address), endpoint.address.port, endpoint.weight});
  }
  record.endpoints = AppendRun(out.endpoints, endpoints);
  record.dns = out.Text(service.dns.value_or(""));
  record.file = out.Text(service.file.value_or(""));
  record.identity = out.Text(service.identity.value_or(""));
  record.balance = static_cast<runtime::BalanceKind>(service.balance.kind);
  if (service.balance.hash_by) {
    record.hash_by = StoreAttribute(*service.balance.hash_by);
    record.bound_percent = service.balance.bound_percent;
  }
  if (service.affinity) {
    record.affinity_cookie = out.Text(service.affinity->cookie);
    if (service.affinity->max_age) record.affinity_max_age = service.affinity->max_age->nanoseconds;
  }
  if (service.check) {
    const bool tcp = service.check->kind == syntax::Check::Kind::kTcp;
    record.check = tcp ? runtime::CheckKind::kTcp : runtime::CheckKind::kHttp;
    record.check_path = out.Text(service.check->path);
    record.check_every = service.check->every.nanoseconds;
    record.check_timeout = service.check->timeout.nanoseconds;
    record.check_unhealthy = service.check->unhealthy;
    record.check_healthy = service.check->healthy;
  }
  if (service.pool) LowerPool(*service.pool, record);
  if (service.ejection) LowerEjection(*service.ejection, record);
  record.rules = LowerRules(service.rules);
  std::vector<runtime::CallRecord> calls;
  for (const syntax::Call& call : service.calls) {
    calls.push_back({out.Text(policy[call.callee].name), call.times});
  }
  record.calls = AppendRun(out.calls, calls);
  const runtime::Index place = AppendOne(out.services, record);
  services_.emplace(ref.index, place);
  return place;
}

}  // namespace weir::compiler
