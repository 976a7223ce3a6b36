#include "runtime/table/check_records.h"

namespace weir::runtime {

void Check(CheckContext& c, const LimitRecord& r) {
  c.Printable(r.name);
  c.Require(r.period > 0, "a limit's period is not above zero");
  c.In(r.by, c.table().attributes().size());
  c.Text(r.missing_key);
  c.Bool(r.has_missing_key);
  c.Bool(r.needs_identity);
  c.Below(r.store, StoreKind::kRedis);
  c.Below(r.store_down, StoreDownKind::kLocal);
}

void Check(CheckContext& c, const CorsRecord& r) {
  c.Printable(r.name);
  if (c.In(r.origins, c.table().origins().size()) && r.credentials) {
    for (const OriginRecord& origin : TableView::Slice(c.table().origins(), r.origins)) {
      c.Require(origin.kind != OriginKind::kAny, "credentials go to any origin");
    }
  }
  c.Printable(r.methods);
  c.Printable(r.headers);
  c.Printable(r.expose);
  c.Bool(r.credentials);
  c.Bool(r.has_max_age);
  c.Duration(r.max_age);
}

void Check(CheckContext& c, const OriginRecord& r) {
  c.Below(r.kind, OriginKind::kNull);
  c.Port(r.port);
  c.Printable(r.scheme);
  c.Printable(r.host);
  c.Printable(r.text);
}

void Check(CheckContext& c, const RetryRecord& r) {
  c.Printable(r.name);
  c.Require(r.attempts >= 1 && r.attempts <= 100, "a retry's attempts are not 1 to 100");
  c.Percent(r.budget_percent);
  c.Bool(r.unsafe);
  c.Require(r.per_try >= -1 && r.hedge >= -1, "a duration is negative");
  c.Duration(r.backoff_base);
  c.Duration(r.backoff_max);
  c.In(r.on, c.table().retry_causes().size());
}

void Check(CheckContext& c, const RetryCauseRecord& r) {
  c.Below(r.kind, RetryCauseKind::kStatus);
  c.Require(r.kind == RetryCauseKind::kStatus ? r.status >= 100 && r.status <= 599 : r.status == 0,
            "a status code is out of range");
}

void Check(CheckContext& c, const BreakerRecord& r) {
  c.Printable(r.name);
  c.Duration(r.window);
  c.Duration(r.open_for);
}

void Check(CheckContext& c, const JwtRecord& r) {
  c.Printable(r.name);
  c.Text(r.issuer);
  c.In(r.audiences, c.table().strings().size());
  c.Printable(r.keys);
  c.Below(r.keys_kind, SecretKind::kUrl);
  c.Require(
      r.algorithms != 0 && r.algorithms >> (static_cast<unsigned>(AlgorithmKind::kHS256) + 1) == 0,
      "a set of algorithms is empty or not known");
  c.Duration(r.skew);
  c.In(r.claims, c.table().claims().size());
}

void Check(CheckContext& c, const ClaimRecord& r) {
  c.Text(r.name);
  c.Text(r.source);
  c.Below(r.type, AttributeType::kStringList);
  c.Require(r.type != AttributeType::kAddress, "a claim is an address");
  c.Bool(r.words);
}

void Check(CheckContext& c, const ApiKeysRecord& r) {
  c.Printable(r.name);
  c.Bool(r.in_query);
  if (r.in_query) {
    c.Text(r.field);
  } else {
    c.HeaderName(r.field);
  }
  c.In(r.keys, c.table().api_keys().size());
}

void Check(CheckContext& c, const ApiKeyRecord& r) { c.Printable(r.consumer); }

}  // namespace weir::runtime
