#include "compiler/encode/aspects.h"

#include <algorithm>

#include "compiler/encode/route_settings.h"
#include "compiler/encode/words.h"
#include "spec/syntax/subject_name.h"

namespace weir::compiler {
namespace {

using syntax::Attribute;
using syntax::Policy;

std::string AttributeText(const Attribute& attribute) {
  Words words;
  words << syntax::SubjectName(attribute.subject);
  if (!attribute.name.empty()) words.Quote(attribute.name);
  return words.text();
}

std::string LimitText(const syntax::Limit& limit) {
  Words words;
  words.Quote(limit.name) << limit.count << "per";
  words.Time(limit.period.nanoseconds) << "burst" << limit.burst << "cost" << limit.cost << "by";
  for (const Attribute& part : limit.by) words << AttributeText(part);
  if (limit.missing_key) (words << "missing").Quote(*limit.missing_key);
  words << (limit.store == syntax::Limit::Store::kLocal ? "local" : "redis");
  // What happens when the store is down is a choice only where there is a store.
  if (limit.store != syntax::Limit::Store::kLocal) {
    words << static_cast<int>(limit.store_down);
  }
  return words.text();
}

std::string LimitsText(const Policy& policy, const std::vector<syntax::Ref<syntax::Limit>>& uses) {
  Words words;
  for (auto use : uses) words << LimitText(policy[use]);
  return words.text();
}

std::string CorsText(const syntax::Cors& cors) {
  Words words;
  words << "origins";
  for (const auto& origin : cors.origins) {
    words << static_cast<int>(origin.kind);
    words.Quote(origin.scheme).Quote(origin.host).Quote(origin.text) << origin.port;
  }
  const auto list = [&](std::string_view what, const std::vector<std::string>& names) {
    words << what;
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
    words.Quote(joined);
  };
  list("methods", cors.methods);
  list("headers", cors.headers);
  list("expose", cors.expose);
  if (cors.credentials) words << "credentials";
  if (cors.max_age) (words << "max-age").Time(cors.max_age->nanoseconds);
  return words.text();
}

std::string TransformsText(const std::vector<syntax::Transform>& transforms) {
  constexpr std::string_view kKinds[] = {"strip-prefix", "rewrite",   "set",          "add",
                                         "remove",       "set-query", "remove-query", "set-host"};
  Words words;
  for (const syntax::Transform& transform : transforms) {
    words << kKinds[static_cast<std::size_t>(transform.kind)];
    words.Quote(transform.name);
    if (const auto* text = std::get_if<std::string>(&transform.value)) {
      words.Quote(*text);
    } else {
      words << AttributeText(std::get<Attribute>(transform.value));
    }
  }
  return words.text();
}

std::string RetryText(const syntax::Retry& retry) {
  Words words;
  words << "attempts" << retry.attempts;
  if (retry.per_try) (words << "per-try").Time(retry.per_try->nanoseconds);
  if (retry.hedge) (words << "hedge").Time(retry.hedge->nanoseconds);
  words << "on";
  for (const auto& cause : retry.on) words << static_cast<int>(cause.kind) << cause.status;
  words << "budget" << retry.budget_percent << retry.budget_minimum << "backoff";
  words.Time(retry.backoff_base.nanoseconds).Time(retry.backoff_max.nanoseconds);
  if (retry.unsafe) words << "unsafe";
  words << "buffer" << retry.buffer;
  return words.text();
}

std::string BreakerText(const syntax::Breaker& breaker) {
  Words words;
  words.Quote(breaker.name) << breaker.failures << "in";
  words.Time(breaker.window.nanoseconds) << "for";
  words.Time(breaker.open_for.nanoseconds);
  return words.text();
}

}  // namespace

std::string ResponseText(const syntax::Response& response) {
  Words words;
  words << response.status;
  words.Quote(response.body);
  for (const auto& [name, value] : response.headers) words.Quote(name).Quote(value);
  return words.text();
}

std::string RedirectText(const syntax::Redirect& redirect) {
  Words words;
  words << redirect.status << redirect.port.value_or(0);
  words.Quote(redirect.scheme.value_or("")).Quote(redirect.host.value_or(""));
  words.Quote(redirect.path.value_or(""));
  return words.text();
}

std::string ChallengeText(const Policy& policy, const syntax::Authentication& wanted) {
  Words words;
  if (wanted.jwt) (words << "Bearer").Quote(policy[*wanted.jwt].name);
  if (wanted.keys) (words << "ApiKey").Quote(policy[*wanted.keys].name);
  return words.text();
}

std::string DefinitionText(const syntax::Jwt& jwt) {
  Words words;
  words.Quote(jwt.name).Quote(jwt.issuer) << "audiences";
  for (const std::string& audience : jwt.audiences) words.Quote(audience);
  words << "keys" << static_cast<int>(jwt.keys.kind);
  words.Quote(jwt.keys.location) << "algorithms";
  std::vector<int> algorithms;
  for (auto algorithm : jwt.algorithms) algorithms.push_back(static_cast<int>(algorithm));
  std::sort(algorithms.begin(), algorithms.end());
  for (int algorithm : algorithms) words << algorithm;
  (words << "skew").Time(jwt.skew.nanoseconds) << "claims";
  for (const syntax::Claim& claim : jwt.claims) {
    words.Quote(claim.name).Quote(claim.source);
    const bool split = claim.type == syntax::Type::kStringList && claim.words;
    words << (split ? "words" : TypeText(claim.type));
  }
  return words.text();
}

std::string DefinitionText(const syntax::ApiKeys& keys) {
  Words words;
  words.Quote(keys.name) << (keys.in_query ? "query" : "header");
  words.Quote(keys.field);
  for (const syntax::ApiKey& key : keys.keys) {
    words.Quote(key.consumer).Quote({reinterpret_cast<const char*>(key.sha256.data()), 32});
  }
  return words.text();
}

Aspects GatewayAspects(const Policy& policy, const syntax::Gateway& gateway) {
  Aspects aspects;
  if (!gateway.limits.empty()) aspects["gateway limits"] = LimitsText(policy, gateway.limits);
  return aspects;
}

Aspects AnswerAspects(const Policy& policy, const syntax::Route& route) {
  Aspects aspects;
  if (!route.limits.empty()) aspects["limits"] = LimitsText(policy, route.limits);
  if (route.cors_upstream)
    aspects["cors"] = "upstream";
  else if (route.cors)
    aspects["cors"] = CorsText(policy[*route.cors]);
  return aspects;
}

Aspects ForwardAspects(const Policy& policy, const syntax::Route& route) {
  Aspects aspects;
  Words forward, mirrors, time;
  for (const auto& target : std::get<syntax::Forward>(route.action).targets) {
    forward << policy[target.service].name << target.weight;
  }
  for (const auto& mirror : route.mirrors) {
    mirrors << policy[mirror.service].name << mirror.percent;
  }
  aspects["forward"] = forward.text();
  if (!route.mirrors.empty()) aspects["mirror"] = mirrors.text();
  if (!route.request.empty()) aspects["request"] = TransformsText(route.request);
  if (!route.response.empty()) aspects["response"] = TransformsText(route.response);
  if (route.retry) aspects["retry"] = RetryText(policy[*route.retry]);
  if (route.breaker) aspects["breaker"] = BreakerText(policy[*route.breaker]);
  if (route.timeout_total) time << "total";
  if (route.timeout)
    time.Time(route.timeout->nanoseconds);
  else
    time << "none";
  aspects["timeout"] = time.text();
  aspects["idle-timeout"] = Words().Time(route.idle_timeout.nanoseconds).text();
  if (route.max_body) aspects["max-body"] = std::to_string(*route.max_body);
  if (route.fallback) aspects["fallback"] = ResponseText(*route.fallback);
  return aspects;
}

}  // namespace weir::compiler
