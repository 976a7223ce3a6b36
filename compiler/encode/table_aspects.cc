#include "compiler/encode/table_aspects.h"

#include "compiler/encode/route_settings.h"
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
  const auto& [subject, type, name] = table.attributes()[place];
  Words words;
  words << kSubjects[static_cast<std::size_t>(subject)];
  if (name.length > 0) words.Quote(table.text(name));
  return words.text();
}

// When a limit is charged (needs_identity) follows from its key.
std::string LimitsText(const TableView& table, runtime::Range uses) {
  Words words;
  for (std::uint32_t use : TableView::Slice(table.limit_uses(), uses)) {
    const auto& [name, count, period, burst, cost, by, missing_key, has_missing_key, needs_identity,
                 store, store_down] = table.limits()[use];
    words.Quote(table.text(name)) << count << "per";
    words.Time(period) << "burst" << burst << "cost" << cost << "by";
    for (std::uint32_t i = 0; i < by.count; ++i) words << AttributeText(table, by.first + i);
    if (has_missing_key != 0) (words << "missing").Quote(table.text(missing_key));
    words << (store == runtime::StoreKind::kLocal ? "local" : "redis");
    if (store != runtime::StoreKind::kLocal) words << static_cast<int>(store_down);
  }
  return words.text();
}

std::string CorsText(const TableView& table, std::uint32_t place) {
  const auto& [name, origins, methods, headers, expose, credentials, has_max_age, max_age] =
      table.cors()[place];
  Words words;
  words << "origins";
  for (const auto& [kind, port, scheme, host, text] : TableView::Slice(table.origins(), origins)) {
    words << static_cast<int>(kind);
    words.Quote(table.text(scheme)).Quote(table.text(host)).Quote(table.text(text)) << port;
  }
  (words << "methods").Quote(table.text(methods));
  (words << "headers").Quote(table.text(headers));
  (words << "expose").Quote(table.text(expose));
  if (credentials != 0) words << "credentials";
  if (has_max_age != 0) (words << "max-age").Time(max_age);
  return words.text();
}

std::string TransformsText(const TableView& table, runtime::Range transforms) {
  constexpr std::string_view kKinds[] = {"strip-prefix", "rewrite",   "set",          "add",
                                         "remove",       "set-query", "remove-query", "set-host"};
  Words words;
  for (const auto& [kind, attribute, name, value] :
       TableView::Slice(table.transforms(), transforms)) {
    words << kKinds[static_cast<std::size_t>(kind)];
    words.Quote(table.text(name));
    if (attribute == kNoIndex)
      words.Quote(table.text(value));
    else
      words << AttributeText(table, attribute);
  }
  return words.text();
}

std::string RetryText(const TableView& table, std::uint32_t place) {
  const auto& [name, attempts, budget_percent, budget_minimum, unsafe, per_try, hedge, backoff_base,
               backoff_max, buffer, on] = table.retries()[place];
  Words words;
  words << "attempts" << attempts;
  if (per_try >= 0) (words << "per-try").Time(per_try);
  if (hedge >= 0) (words << "hedge").Time(hedge);
  words << "on";
  for (const auto& [kind, status] : TableView::Slice(table.retry_causes(), on)) {
    words << static_cast<int>(kind) << status;
  }
  words << "budget" << budget_percent << budget_minimum << "backoff";
  words.Time(backoff_base).Time(backoff_max);
  if (unsafe != 0) words << "unsafe";
  words << "buffer" << buffer;
  return words.text();
}

std::string BreakerText(const TableView& table, std::uint32_t place) {
  const auto& [name, failures, reserved, window, open_for] = table.breakers()[place];
  Words words;
  words.Quote(table.text(name)) << failures << "in";
  words.Time(window) << "for";
  words.Time(open_for);
  return words.text();
}

std::string_view ServiceName(const TableView& table, std::uint32_t service) {
  return table.text(table.services()[service].name);
}

}  // namespace

std::string TableResponseText(const TableView& table, std::uint32_t place) {
  const auto& [status, reserved, body, headers] = table.responses()[place];
  Words words;
  words << status;
  words.Quote(table.text(body));
  for (const auto& [name, value] : TableView::Slice(table.fields(), headers)) {
    words.Quote(table.text(name)).Quote(table.text(value));
  }
  return words.text();
}

std::string TableRedirectText(const TableView& table, std::uint32_t place) {
  const auto& [status, port, scheme, host, path] = table.redirects()[place];
  Words words;
  words << status << port;
  words.Quote(table.text(scheme)).Quote(table.text(host));
  words.Quote(table.text(path));
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
  const auto& [jwt_name, issuer, audiences, keys, keys_kind, algorithms, skew, claims] =
      table.jwts()[place];
  Words words;
  words.Quote(table.text(jwt_name)).Quote(table.text(issuer)) << "audiences";
  for (auto audience : TableView::Slice(table.strings(), audiences)) {
    words.Quote(table.text(audience));
  }
  words << "keys" << static_cast<int>(keys_kind);
  words.Quote(table.text(keys)) << "algorithms";
  for (int bit = 0; bit < 32; ++bit) {
    if ((algorithms >> bit & 1) != 0) words << bit;
  }
  (words << "skew").Time(skew) << "claims";
  for (const auto& [name, source, type, split] : TableView::Slice(table.claims(), claims)) {
    words.Quote(table.text(name)).Quote(table.text(source));
    words << (type == runtime::AttributeType::kStringList && split != 0 ? "words" : TypeText(type));
  }
  return words.text();
}

std::string TableKeysText(const TableView& table, std::uint32_t place) {
  const auto& [set_name, in_query, reserved, field, keys] = table.api_key_sets()[place];
  Words words;
  words.Quote(table.text(set_name)) << (in_query != 0 ? "query" : "header");
  words.Quote(table.text(field));
  for (const auto& [sha256, consumer] : TableView::Slice(table.api_keys(), keys)) {
    words.Quote(table.text(consumer));
    words.Quote({reinterpret_cast<const char*>(sha256), 32});
  }
  return words.text();
}

Aspects TableGatewayAspects(const TableView& table) {
  Aspects aspects;
  const auto limits = table.gateway().limits;
  if (limits.count > 0) aspects["gateway limits"] = LimitsText(table, limits);
  return aspects;
}

// A route's record, taken apart twice: what its answers show, and what it forwards.
// Name and place, the match, authentication, rules and the action itself are part
// of the decision.
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
  const auto& [name, source, listeners, hosts, paths, methods, fields, clients, cors, cors_upstream,
               jwt, api_keys, authentication_optional, retry, breaker, has_max_body, limits, rules,
               request, response, timeout, idle_timeout, max_body, action, answer, targets, mirrors,
               fallback, timeout_total] = route;
  Aspects aspects;
  Words forward, mirror, time;
  for (const auto& [service, weight] : TableView::Slice(table.targets(), targets)) {
    forward << ServiceName(table, service) << weight;
  }
  for (const auto& [service, percent] : TableView::Slice(table.mirrors(), mirrors)) {
    mirror << ServiceName(table, service) << percent;
  }
  aspects["forward"] = forward.text();
  if (mirrors.count > 0) aspects["mirror"] = mirror.text();
  if (request.count > 0) aspects["request"] = TransformsText(table, request);
  if (response.count > 0) aspects["response"] = TransformsText(table, response);
  if (retry != kNoIndex) aspects["retry"] = RetryText(table, retry);
  if (breaker != kNoIndex) aspects["breaker"] = BreakerText(table, breaker);
  if (timeout_total != 0) time << "total";
  if (timeout >= 0)
    time.Time(timeout);
  else
    time << "none";
  aspects["timeout"] = time.text();
  aspects["idle-timeout"] = Words().Time(idle_timeout).text();
  if (has_max_body != 0) aspects["max-body"] = std::to_string(max_body);
  if (fallback != kNoIndex) aspects["fallback"] = TableResponseText(table, fallback);
  return aspects;
}

}  // namespace weir::compiler
