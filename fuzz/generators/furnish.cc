#include "fuzz/generators/furnish.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/route_generator.h"
#include "fuzz/generators/system_generator.h"
#include "fuzz/generators/words.h"
#include "runtime/base/sha256.h"
#include "spec/model/address.h"

namespace weir::fuzz {
namespace {

using syntax::Duration;

Duration Seconds(std::uint32_t seconds) { return {std::int64_t{seconds} * 1'000'000'000}; }
Duration Milliseconds(std::uint32_t ms) { return {std::int64_t{ms} * 1'000'000}; }

template <class T>
T PlaceIn(Choices& choices, std::size_t count) {
  return {choices.Below(static_cast<std::uint32_t>(count))};
}

template <class Enum>
Enum AnyUpTo(Choices& choices, Enum last) {
  return static_cast<Enum>(choices.Below(static_cast<std::uint32_t>(last) + 1));
}

syntax::SecretSource RandomSource(Choices& choices) {
  using Kind = syntax::SecretSource::Kind;
  syntax::SecretSource source;
  source.kind = AnyUpTo(choices, Kind::kUrl);
  source.location = source.kind == Kind::kFile          ? "keys.json"
                    : source.kind == Kind::kEnvironment ? "WEIR_KEYS"
                                                        : "https://issuer.test/keys";
  return source;
}

void FurnishJwt(Choices& choices, syntax::Jwt& jwt) {
  jwt.keys = RandomSource(choices);
  jwt.algorithms = {AnyUpTo(choices, syntax::JwtAlgorithm::kHS256)};
  if (choices.Chance(30)) {
    const auto other = AnyUpTo(choices, syntax::JwtAlgorithm::kEdDSA);
    if (other != jwt.algorithms[0]) jwt.algorithms.push_back(other);
  }
  if (choices.Chance(20)) jwt.audiences.clear();
  if (choices.Chance(30)) jwt.audiences.emplace_back("web");
  if (choices.Chance(30)) jwt.skew = Seconds(choices.Below(120));
}

syntax::ApiKey KeyOf(const char* consumer) {
  Sha256 hash;
  hash.Add(KeyOfConsumer(consumer));
  syntax::ApiKey key{.consumer = consumer};
  const Sha256Digest digest = hash.Finish();
  std::copy(digest.begin(), digest.end(), key.sha256.begin());
  return key;
}

syntax::RetryCause RandomCause(Choices& choices) {
  syntax::RetryCause cause;
  cause.kind = AnyUpTo(choices, syntax::RetryCause::Kind::kStatus);
  if (cause.kind == syntax::RetryCause::Kind::kStatus) cause.status = 429;
  return cause;
}

syntax::Retry RandomRetry(Choices& choices, std::string name) {
  syntax::Retry retry;
  retry.name = std::move(name);
  retry.attempts = 1 + choices.Below(4);
  if (choices.Chance(50)) retry.per_try = Milliseconds(100 + choices.Below(9) * 1'000);
  if (choices.Chance(30)) retry.hedge = Milliseconds(50);
  retry.on = {RandomCause(choices)};
  if (choices.Chance(50)) {
    const auto other = RandomCause(choices);
    if (other != retry.on[0]) retry.on.push_back(other);
  }
  if (choices.Chance(50)) retry.budget_percent = choices.Below(4) * 25;
  if (choices.Chance(50)) retry.budget_minimum = choices.Below(5);
  if (choices.Chance(30)) {
    retry.backoff_base = Milliseconds(10);
    retry.backoff_max = Milliseconds(10 + choices.Below(100));
  }
  retry.unsafe = choices.Chance(30);
  if (choices.Chance(30)) retry.buffer = 1024;
  return retry;
}

syntax::Check RandomCheck(Choices& choices) {
  syntax::Check check;
  check.kind = AnyUpTo(choices, syntax::Check::Kind::kTcp);
  if (check.kind == syntax::Check::Kind::kHttp) check.path = "/healthz";
  check.every = Seconds(1 + choices.Below(9));
  check.timeout = Milliseconds(200 + choices.Below(5) * 100);
  check.unhealthy = 1 + choices.Below(5);
  check.healthy = 1 + choices.Below(5);
  return check;
}

syntax::Pool RandomPool(Choices& choices) {
  return {.connections = 1 + choices.Below(3),
          .pending = choices.Below(9),
          .requests = 1 + choices.Below(9),
          .requests_per_connection = choices.Below(3)};
}

syntax::Ejection RandomEjection(Choices& choices) {
  syntax::Ejection ejection;
  ejection.consecutive_5xx = choices.Below(3);
  ejection.consecutive_gateway_errors = choices.Below(3);
  ejection.consecutive_local_failures = choices.Below(3);
  ejection.success_rate = choices.Chance(50);
  ejection.every = Seconds(1 + choices.Below(20));
  ejection.base = Seconds(1 + choices.Below(60));
  ejection.max_percent = 10 + choices.Below(91);
  ejection.at_least_one = choices.Chance(50);
  ejection.panic_percent = choices.Chance(50) ? choices.Below(101) : 0;
  return ejection;
}

// The clauses of a text that would have made this route.
void Write(Choices& choices, syntax::Route& route) {
  const auto written = [&](const char* keyword, bool there) {
    if (there) route.written.push_back({.keyword = keyword, .in_force = true});
  };
  written("retry", route.retry.has_value());
  written("breaker", route.breaker.has_value());
  written("fallback", route.fallback.has_value());
  written("max-body", route.max_body.has_value());
  if (choices.Chance(10)) route.written.push_back({.keyword = "timeout"});
}

}  // namespace

std::string KeyOfConsumer(const std::string& consumer) { return "key of " + consumer; }

void FurnishDefinitions(Choices& choices, syntax::Policy& policy) {
  FurnishJwt(choices, policy.jwts[0]);
  syntax::Jwt other = policy.jwts[0];
  other.name = "other";
  other.issuer = "https://other.test/";
  FurnishJwt(choices, other);
  policy.jwts.push_back(std::move(other));
  auto& keys = policy.api_keys[0].keys;
  keys = {KeyOf("one")};
  if (choices.Chance(50)) keys.push_back(KeyOf("two"));
  for (syntax::Limit& limit : policy.limits) {
    if (choices.Chance(20)) limit.cost = 1 + choices.Below(3);
    if (choices.Chance(30)) limit.store = syntax::Limit::Store::kRedis;
  }
  policy.retries.push_back(RandomRetry(choices, "patient"));
  policy.retries.push_back(RandomRetry(choices, "hasty"));
  policy.breakers.push_back({.name = "fuse",
                             .failures = 1 + choices.Below(9),
                             .window = Seconds(1 + choices.Below(30)),
                             .open_for = Seconds(1 + choices.Below(30))});
}

void FurnishService(Choices& choices, syntax::Policy& policy, std::uint32_t place) {
  syntax::Service& service = policy.services[place];
  service.endpoints[0].address.port = static_cast<std::uint16_t>(3000 + place);
  if (choices.Chance(30)) {
    service.endpoints.push_back({.address = {AddressWord(choices), 3000}, .weight = 2});
  }
  if (choices.Chance(10)) service.dns = "hosts.test:80";
  if (choices.Chance(10)) service.file = "hosts.json";
  if (choices.Chance(30)) service.check = RandomCheck(choices);
  if (choices.Chance(30)) service.pool = RandomPool(choices);
  if (choices.Chance(30)) service.ejection = RandomEjection(choices);
  if (choices.Chance(25)) service.identity = PeerWord(choices);
  if (choices.Chance(30)) {
    service.calls.push_back(
        {.callee = PlaceIn<syntax::Ref<syntax::Service>>(choices, policy.services.size()),
         .times = 1 + choices.Below(3)});
  }
  if (choices.Chance(30)) service.call_depth = 1 + choices.Below(3);
}

void FurnishListener(Choices& choices, syntax::Listener& listener) {
  using Mtls = syntax::Listener::Mtls;
  if (listener.protocol == syntax::Listener::Protocol::kHttps) {
    listener.certificate = "tls.crt";
    listener.key = "tls.key";
    listener.mtls = AnyUpTo(choices, Mtls::kStrict);
    if (listener.mtls != Mtls::kOff) listener.client_ca = "ca.crt";
  }
  listener.proxy_protocol = choices.Chance(15);
}

void FurnishGateway(Choices& choices, syntax::Gateway& gateway) {
  for (syntax::Listener& listener : gateway.listeners) FurnishListener(choices, listener);
  if (choices.Chance(20)) gateway.identity = PeerWord(choices);
  if (choices.Chance(20)) gateway.host = choices.Of({"left", "right"});
  if (choices.Chance(20)) gateway.processes = 1 + choices.Below(4);
  gateway.log.sink = AnyUpTo(choices, syntax::AccessLog::Sink::kFile);
  if (gateway.log.sink == syntax::AccessLog::Sink::kFile) gateway.log.file = "access.log";
  gateway.explain_headers = choices.Chance(20);
  if (choices.Chance(15)) gateway.trusted_proxies.push_back(NetworkWord(choices));
  if (choices.Chance(20)) gateway.max_header_octets = 8192;
  if (choices.Chance(20)) gateway.max_header_count = 32 + choices.Below(32);
  if (choices.Chance(20)) gateway.max_body = 1 + choices.Below(20);
}

void FurnishRoute(Choices& choices, const syntax::Policy& policy, syntax::Route& route) {
  if (route.authentication.jwt && choices.Chance(30)) route.authentication.jwt->index = 1;
  if (choices.Chance(30)) {
    route.timeout =
        choices.Chance(50) ? std::optional(Milliseconds(choices.Below(9) * 500 + 1)) : std::nullopt;
  }
  route.timeout_total = route.timeout && choices.Chance(20);
  if (choices.Chance(20)) route.idle_timeout = Seconds(5 + choices.Below(5));
  if (choices.Chance(20)) route.max_body = 1 + choices.Below(20);
  if (auto* redirect = std::get_if<syntax::Redirect>(&route.action); redirect) {
    redirect->status =
        static_cast<std::uint16_t>(choices.Chance(50) ? 302 : 307 + choices.Below(2));
  }
  if (!std::holds_alternative<syntax::Forward>(route.action)) return;
  const auto service = [&] {
    return PlaceIn<syntax::Ref<syntax::Service>>(choices, policy.services.size());
  };
  if (choices.Chance(30)) {
    route.retry = PlaceIn<syntax::Ref<syntax::Retry>>(choices, policy.retries.size());
  }
  if (choices.Chance(15)) route.breaker = syntax::Ref<syntax::Breaker>{0};
  if (choices.Chance(15)) {
    route.mirrors.push_back({.service = service(), .percent = 1 + choices.Below(100)});
  }
  if (choices.Chance(15)) route.fallback = RandomResponse(choices);
  Write(choices, route);
}

}  // namespace weir::fuzz
