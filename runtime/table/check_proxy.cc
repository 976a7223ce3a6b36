#include "runtime/table/check_records.h"

namespace weir::runtime {

void Check(CheckContext& c, const GatewayRecord& r) {
  const TableView& t = c.table();
  c.Below(r.kind, ProxyKind::kSidecar);
  c.Bool(r.explain_headers);
  c.Printable(r.name);
  c.Printable(r.sidecar_of);
  c.Printable(r.identity);
  c.Below(r.log, LogSink::kFile);
  c.Printable(r.log_file);
  c.In(r.listeners, t.listeners().size());
  c.Require(r.listeners.count >= 1 && r.listeners.count <= 64, "there are not 1 to 64 listeners");
  c.In(r.trusted_proxies, t.networks().size());
  if (c.In(r.scalar_fields, t.strings().size())) {
    for (StringRef name : TableView::Slice(t.strings(), r.scalar_fields)) c.HeaderName(name);
  }
  c.In(r.scalar_queries, t.strings().size());
  c.In(r.scalar_cookies, t.strings().size());
  c.In(r.limits, t.limit_uses().size());
  c.In(r.rules, t.rules().size());
  c.In(r.routes, t.routes().size());
  c.MayBeAt(r.otherwise, t.responses().size());
}

void Check(CheckContext& c, const ListenerRecord& r) {
  c.Port(r.port);
  c.Below(r.protocol, ProtocolKind::kHttps);
  c.Below(r.direction, DirectionKind::kOutbound);
  c.Below(r.mtls, MtlsKind::kStrict);
  c.Printable(r.certificate);
  c.Printable(r.key);
  c.Printable(r.client_ca);
  c.Bool(r.keep_encoded_slash);
  c.Bool(r.keep_slashes);
  c.Require(r.underscores <= 2 && r.path_parameters <= 2, "an enumerator is not known");
  c.Bool(r.first_query);
  c.Bool(r.first_cookies);
  c.Bool(r.proxy_protocol);
  c.Bool(r.intercept);
}

void Check(CheckContext& c, const ServiceRecord& r) {
  const TableView& t = c.table();
  c.Printable(r.name);
  c.In(r.endpoints, t.endpoints().size());
  c.Printable(r.dns);
  c.Printable(r.file);
  c.Printable(r.identity);
  c.Below(r.balance, BalanceKind::kConsistentHash);
  c.MayBeAt(r.hash_by, t.attributes().size());
  c.Require((r.balance == BalanceKind::kConsistentHash) == (r.hash_by != kNoIndex),
            "hash_by goes with consistent hashing alone");
  c.Require(r.bound_percent == 0 ||
                (r.hash_by != kNoIndex && r.bound_percent > 100 && r.bound_percent <= 1000),
            "a bound on load is not 101 to 1000 percent of consistent hashing");
  if (r.affinity_cookie.length > 0) c.Token(r.affinity_cookie);
  c.Require(r.affinity_max_age >= -1, "a duration is negative");
  c.Below(r.check, CheckKind::kTcp);
  c.Bool(r.has_pool);
  c.Printable(r.check_path);
  const bool checked = r.check != CheckKind::kOff;
  checked ? c.Interval(r.check_every) : c.Duration(r.check_every);  // of 0 a loop would spin
  checked ? c.Interval(r.check_timeout) : c.Duration(r.check_timeout);
  c.Bool(r.has_ejection);
  c.Bool(r.eject_success_rate);
  c.Percent(r.eject_max_percent);
  c.Bool(r.eject_at_least_one);
  c.Percent(r.eject_panic_percent);
  r.has_ejection != 0 ? c.Interval(r.eject_every) : c.Duration(r.eject_every);
  r.has_ejection != 0 ? c.Interval(r.eject_base) : c.Duration(r.eject_base);
  c.In(r.rules, t.rules().size());
  c.In(r.calls, t.calls().size());
}

void Check(CheckContext& c, const EndpointRecord& r) { c.Port(r.port); }

void Check(CheckContext& c, const CallRecord& r) { c.Printable(r.callee); }

}  // namespace weir::runtime
