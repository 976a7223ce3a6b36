#include "fuzz/generators/policy_generator.h"

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/route_generator.h"
#include "fuzz/generators/words.h"
#include "spec/model/address.h"

namespace weir::fuzz {
namespace {

using syntax::Policy;

std::string Named(const char* kind, std::size_t i) { return kind + std::to_string(i); }

syntax::Listener RandomListener(Choices& choices, std::uint16_t port) {
  syntax::Listener listener;
  listener.address = {*model::ParseAddress("127.0.0.1"), port};
  if (choices.Chance(15)) listener.encoded_slash = syntax::Listener::EncodedSlash::kKeep;
  if (choices.Chance(15)) listener.slashes = syntax::Listener::Slashes::kKeep;
  if (choices.Chance(40)) {
    listener.path_parameters = static_cast<syntax::Listener::PathParameters>(choices.Below(3));
  }
  if (choices.Chance(20)) listener.query = syntax::Listener::Reading::kFirst;
  if (choices.Chance(20)) listener.cookies = syntax::Listener::Reading::kFirst;
  const std::uint32_t underscores = choices.Below(4);
  if (underscores == 1) listener.underscores = syntax::Listener::Underscores::kKeep;
  if (underscores == 2) listener.underscores = syntax::Listener::Underscores::kReject;
  return listener;
}

syntax::Limit RandomLimit(Choices& choices, std::size_t place) {
  syntax::Limit limit;
  limit.name = Named("limit", place);
  limit.count = 1 + choices.Below(5);
  limit.period = {1'000'000'000};
  limit.burst = 1 + choices.Below(9);
  // Odd places wait for the caller's identity, even ones do not.
  const std::uint32_t parts = choices.Below(3) + (place % 2);
  for (std::uint32_t i = 0; i < parts; ++i) {
    limit.by.push_back(KeyAttribute(choices, place % 2 == 1 && i == 0));
  }
  if (choices.Chance(80)) limit.missing_key = choices.Of({"none", "", "u1"});
  limit.store_down = choices.Chance(40)   ? syntax::Limit::StoreDown::kAllow
                     : choices.Chance(20) ? syntax::Limit::StoreDown::kLocal
                                          : syntax::Limit::StoreDown::kDeny;
  return limit;
}

syntax::OriginPattern RandomOrigin(Choices& choices) {
  using Kind = syntax::OriginPattern::Kind;
  syntax::OriginPattern origin;
  switch (choices.Below(5)) {
    case 0:
      origin.kind = Kind::kSuffix;
      origin.scheme = "https";
      origin.host = "app.test";
      origin.text = "https://*.app.test";
      break;
    case 1:
      origin.kind = Kind::kNull;
      origin.text = "null";
      break;
    case 2:
      origin.scheme = "https";
      origin.host = "app.test";
      origin.port = 8443;
      origin.text = "https://app.test:8443";
      break;
    default:
      origin.scheme = "https";
      origin.host = "app.test";
      origin.text = "https://app.test";
  }
  return origin;
}

syntax::Cors RandomCors(Choices& choices, std::size_t place) {
  syntax::Cors cors;
  cors.name = Named("cors", place);
  if (choices.Chance(20)) {
    cors.origins.push_back({.kind = syntax::OriginPattern::Kind::kAny, .text = "*"});
  } else {
    cors.credentials = choices.Chance(50);
  }
  if (cors.origins.empty() || choices.Chance(30)) cors.origins.push_back(RandomOrigin(choices));
  if (choices.Chance(70)) cors.methods = {"GET", "POST"};
  if (choices.Chance(60)) cors.headers = {"authorization", "x-a"};
  if (choices.Chance(40)) cors.expose = {"x-count"};
  if (choices.Chance(50)) cors.max_age = {choices.Below(3) * 1'500'000'000};
  return cors;
}

syntax::Jwt RandomJwt() {
  syntax::Jwt jwt;
  jwt.name = "issuer";
  jwt.issuer = "https://issuer.test/";
  jwt.audiences = {"api"};
  jwt.keys.location = "keys.json";
  jwt.algorithms = {syntax::JwtAlgorithm::kES256};
  jwt.claims = DeclaredClaims();
  return jwt;
}

syntax::ApiKeys RandomKeys(Choices& choices) {
  syntax::ApiKeys keys;
  keys.name = "partners";
  keys.in_query = choices.Chance(30);
  keys.field = keys.in_query ? "key" : "x-key";
  keys.keys.push_back({.consumer = "one"});
  return keys;
}

syntax::Balance RandomBalance(Choices& choices) {
  syntax::Balance balance;
  balance.kind = static_cast<syntax::Balance::Kind>(choices.Below(4));
  if (balance.kind != syntax::Balance::Kind::kConsistentHash) return balance;
  balance.hash_by = syntax::Attribute{.subject = syntax::Subject::kHeader, .name = "x-a"};
  if (choices.Chance(50))
    balance.bound_percent = 101 + static_cast<std::uint32_t>(choices.Below(50));
  return balance;
}

syntax::Service RandomService(Choices& choices, std::size_t place) {
  syntax::Service service;
  service.name = Named("service", place);
  service.endpoints.push_back({.address = {*model::ParseAddress("127.0.0.1"), 3000}});
  if (choices.Chance(30)) service.rules = RandomRules(choices);
  if (choices.Chance(30)) service.balance = RandomBalance(choices);
  if (choices.Chance(20)) {
    service.affinity = syntax::Affinity{.cookie = "host"};
    if (choices.Chance(50)) service.affinity->max_age = {choices.Below(3) * 1'500'000'000};
  }
  if (choices.Chance(20)) service.check = syntax::Check{.path = "/healthz"};
  if (choices.Chance(20)) {
    service.pool = syntax::Pool{.connections = 1 + static_cast<std::uint32_t>(choices.Below(3))};
  }
  if (choices.Chance(20)) {
    service.ejection =
        syntax::Ejection{.consecutive_5xx = static_cast<std::uint32_t>(choices.Below(3)),
                         .success_rate = choices.Chance(50),
                         .panic_percent = static_cast<std::uint32_t>(choices.Below(101))};
  }
  return service;
}

void Number(std::vector<syntax::Rule>& rules, Policy& policy) {
  for (syntax::Rule& rule : rules) {
    rule.node = static_cast<syntax::NodeId>(policy.origins.size());
    policy.origins.push_back({});
  }
}

void NumberNodes(Policy& policy) {
  syntax::Gateway& gateway = policy.gateways[0];
  Number(gateway.rules, policy);
  for (syntax::Service& service : policy.services) Number(service.rules, policy);
  for (syntax::Route& route : gateway.routes) Number(route.rules, policy);
}

}  // namespace

Policy RandomPolicy(Choices& choices) {
  Policy policy;
  policy.files = {"random.weir"};
  for (std::size_t i = 0; i <= choices.Below(3); ++i) {
    policy.services.push_back(RandomService(choices, i));
  }
  for (std::size_t i = 0; i < 4; ++i) policy.limits.push_back(RandomLimit(choices, i));
  for (std::size_t i = 0; i < 2; ++i) policy.cors.push_back(RandomCors(choices, i));
  policy.jwts.push_back(RandomJwt());
  policy.api_keys.push_back(RandomKeys(choices));
  policy.retries.push_back({.name = "again", .attempts = 2, .on = {{}}});
  if (choices.Chance(30)) policy.retries[0].hedge = syntax::Duration{50'000'000};

  syntax::Gateway gateway;
  gateway.name = "edge";
  gateway.listeners.push_back(RandomListener(choices, 8080));
  if (choices.Chance(40)) gateway.listeners.push_back(RandomListener(choices, 8443));
  if (gateway.listeners.size() == 2) {
    gateway.listeners[1].protocol = syntax::Listener::Protocol::kHttps;
  }
  if (choices.Chance(40)) gateway.trusted_proxies.push_back(NetworkWord(choices));
  if (choices.Chance(20)) gateway.limits.push_back({0});
  if (choices.Chance(20)) gateway.rules = RandomRules(choices);
  const std::size_t routes = choices.Chance(5) ? 40 : choices.Below(8);
  for (std::size_t i = 0; i < routes; ++i) {
    gateway.routes.push_back(RandomRoute(choices, policy, gateway, i));
  }
  if (choices.Chance(25)) gateway.otherwise = RandomResponse(choices);
  policy.gateways.push_back(std::move(gateway));
  NumberNodes(policy);
  return policy;
}

}  // namespace weir::fuzz
