#include "compiler/encode/table_aspects.h"

#include "compiler/encode/words.h"

namespace weir::compiler {
namespace {

using runtime::kNoIndex;
using runtime::RouteRecord;
using runtime::TableView;

std::string AttributeText(const TableView& table, std::uint32_t place) {
  constexpr std::string_view kSubjects[] = {"client.address", "listener.port", "scheme", "method",
                                            "host",           "path",          "header", "query",
                                            "cookie",         "jwt.verified",  "jwt",    "peer",
                                            "consumer",       "capture",       "route"};
  const auto& attribute = table.attributes()[place];
  Words words;
  words << kSubjects[static_cast<std::size_t>(attribute.subject)];
  if (attribute.name.length > 0) words.Quote(table.text(attribute.name));
  return words.text();
}

std::string LimitsText(const TableView& table, runtime::Range uses) {
  Words words;
  for (std::uint32_t use : TableView::Slice(table.limit_uses(), uses)) {
    const auto& limit = table.limits()[use];
    words.Quote(table.text(limit.name)) << limit.count << "per";
    words.Time(limit.period) << "burst" << limit.burst << "cost" << limit.cost << "by";
    for (std::uint32_t i = 0; i < limit.by.count; ++i) {
      words << AttributeText(table, limit.by.first + i);
    }
    if (limit.has_missing_key != 0) (words << "missing").Quote(table.text(limit.missing_key));
    words << (limit.store == runtime::StoreKind::kLocal ? "local" : "redis");
    if (limit.store != runtime::StoreKind::kLocal) words << static_cast<int>(limit.store_down);
  }
  return words.text();
}

std::string CorsText(const TableView& table, std::uint32_t place) {
  const auto& cors = table.cors()[place];
  Words words;
  words << "origins";
  for (const auto& origin : TableView::Slice(table.origins(), cors.origins)) {
    words << static_cast<int>(origin.kind);
    words.Quote(table.text(origin.scheme)).Quote(table.text(origin.host));
    words.Quote(table.text(origin.text)) << origin.port;
  }
  (words << "methods").Quote(table.text(cors.methods));
  (words << "headers").Quote(table.text(cors.headers));
  (words << "expose").Quote(table.text(cors.expose));
  if (cors.credentials != 0) words << "credentials";
  if (cors.has_max_age != 0) (words << "max-age").Time(cors.max_age);
  return words.text();
}

std::string TransformsText(const TableView& table, runtime::Range transforms) {
  constexpr std::string_view kKinds[] = {"strip-prefix", "rewrite",   "set",          "add",
                                         "remove",       "set-query", "remove-query", "set-host"};
  Words words;
  for (const auto& transform : TableView::Slice(table.transforms(), transforms)) {
    words << kKinds[static_cast<std::size_t>(transform.kind)];
    words.Quote(table.text(transform.name));
    if (transform.attribute == kNoIndex)
      words.Quote(table.text(transform.value));
    else
      words << AttributeText(table, transform.attribute);
  }
  return words.text();
}

std::string RetryText(const TableView& table, std::uint32_t place) {
  const auto& retry = table.retries()[place];
  Words words;
  words << "attempts" << retry.attempts;
  if (retry.per_try >= 0) (words << "per-try").Time(retry.per_try);
  if (retry.hedge >= 0) (words << "hedge").Time(retry.hedge);
  words << "on";
  for (const auto& cause : TableView::Slice(table.retry_causes(), retry.on)) {
    words << static_cast<int>(cause.kind) << cause.status;
  }
  words << "budget" << retry.budget_percent << retry.budget_minimum << "backoff";
  words.Time(retry.backoff_base).Time(retry.backoff_max);
  if (retry.unsafe != 0) words << "unsafe";
  words << "buffer" << retry.buffer;
  return words.text();
}

std::string BreakerText(const TableView& table, std::uint32_t place) {
  const auto& breaker = table.breakers()[place];
  Words words;
  words.Quote(table.text(breaker.name)) << breaker.failures << "in";
  words.Time(breaker.window) << "for";
  words.Time(breaker.open_for);
  return words.text();
}

std::string_view ServiceName(const TableView& table, std::uint32_t service) {
  return table.text(table.services()[service].name);
}

}  // namespace

std::string TableResponseText(const TableView& table, std::uint32_t place) {
  const auto& response = table.responses()[place];
  Words words;
  words << response.status;
  words.Quote(table.text(response.body));
  for (const auto& field : TableView::Slice(table.fields(), response.headers)) {
    words.Quote(table.text(field.name)).Quote(table.text(field.value));
  }
  return words.text();
}

std::string TableRedirectText(const TableView& table, std::uint32_t place) {
  const auto& redirect = table.redirects()[place];
  Words words;
  words << redirect.status << redirect.port;
  words.Quote(table.text(redirect.scheme)).Quote(table.text(redirect.host));
  words.Quote(table.text(redirect.path));
  return words.text();
}

std::string TableChallengeText(const TableView& table, const RouteRecord& route) {
  Words words;
  if (route.jwt != kNoIndex) (words << "Bearer").Quote(table.text(table.jwts()[route.jwt].name));
  if (route.api_keys != kNoIndex) {
    (words << "ApiKey").Quote(table.text(table.api_key_sets()[route.api_keys].name));
  }
  return words.text();
}

std::string TableJwtText(const TableView& table, std::uint32_t place) {
  const auto& jwt = table.jwts()[place];
  Words words;
  words.Quote(table.text(jwt.name)).Quote(table.text(jwt.issuer)) << "audiences";
  for (auto audience : TableView::Slice(table.strings(), jwt.audiences)) {
    words.Quote(table.text(audience));
  }
  words << "keys" << static_cast<int>(jwt.keys_kind);
  words.Quote(table.text(jwt.keys)) << "algorithms";
  for (int bit = 0; bit < 32; ++bit) {
    if ((jwt.algorithms >> bit & 1) != 0) words << bit;
  }
  (words << "skew").Time(jwt.skew) << "claims";
  for (const auto& claim : TableView::Slice(table.claims(), jwt.claims)) {
    words.Quote(table.text(claim.name)).Quote(table.text(claim.source));
    switch (claim.type) {
      case runtime::AttributeType::kInteger:
        words << "integer";
        break;
      case runtime::AttributeType::kBoolean:
        words << "boolean";
        break;
      case runtime::AttributeType::kStringList:
        words << (claim.words != 0 ? "words" : "list");
        break;
      default:
        words << "string";
        break;
    }
  }
  return words.text();
}

std::string TableKeysText(const TableView& table, std::uint32_t place) {
  const auto& keys = table.api_key_sets()[place];
  Words words;
  words.Quote(table.text(keys.name)) << (keys.in_query != 0 ? "query" : "header");
  words.Quote(table.text(keys.field));
  for (const auto& key : TableView::Slice(table.api_keys(), keys.keys)) {
    words.Quote(table.text(key.consumer));
    words.Quote({reinterpret_cast<const char*>(key.sha256), 32});
  }
  return words.text();
}

Aspects TableGatewayAspects(const TableView& table) {
  Aspects aspects;
  const auto limits = table.gateway().limits;
  if (limits.count > 0) aspects["gateway limits"] = LimitsText(table, limits);
  return aspects;
}

Aspects TableAnswerAspects(const TableView& table, const RouteRecord& route) {
  Aspects aspects;
  if (route.limits.count > 0) aspects["limits"] = LimitsText(table, route.limits);
  if (route.cors_upstream != 0)
    aspects["cors"] = "upstream";
  else if (route.cors != kNoIndex)
    aspects["cors"] = CorsText(table, route.cors);
  return aspects;
}

Aspects TableForwardAspects(const TableView& table, const RouteRecord& route) {
  Aspects aspects;
  Words forward, mirrors, time;
  for (const auto& target : TableView::Slice(table.targets(), route.targets)) {
    forward << ServiceName(table, target.service) << target.weight;
  }
  for (const auto& mirror : TableView::Slice(table.mirrors(), route.mirrors)) {
    mirrors << ServiceName(table, mirror.service) << mirror.percent;
  }
  aspects["forward"] = forward.text();
  if (route.mirrors.count > 0) aspects["mirror"] = mirrors.text();
  if (route.request.count > 0) aspects["request"] = TransformsText(table, route.request);
  if (route.response.count > 0) aspects["response"] = TransformsText(table, route.response);
  if (route.retry != kNoIndex) aspects["retry"] = RetryText(table, route.retry);
  if (route.breaker != kNoIndex) aspects["breaker"] = BreakerText(table, route.breaker);
  if (route.timeout >= 0)
    time.Time(route.timeout);
  else
    time << "none";
  aspects["timeout"] = time.text();
  aspects["idle-timeout"] = Words().Time(route.idle_timeout).text();
  if (route.has_max_body != 0) aspects["max-body"] = std::to_string(route.max_body);
  if (route.fallback != kNoIndex) aspects["fallback"] = TableResponseText(table, route.fallback);
  return aspects;
}

}  // namespace weir::compiler
