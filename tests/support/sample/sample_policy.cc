#include "tests/support/sample/sample_policy.h"

#include <utility>

namespace weir::tests {

using syntax::Attribute;
using syntax::Expression;
using syntax::Operator;
using syntax::Subject;
using syntax::Type;

syntax::PathPattern Path(const std::string& text) {
  syntax::PathPattern pattern;
  pattern.text = text;
  std::string rest = text.substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string segment = rest.substr(0, slash);
    if (segment == "**") {
      pattern.rest = true;
    } else if (segment == "*") {
      pattern.segments.push_back({.kind = syntax::PathSegment::Kind::kWildcard});
    } else if (segment.starts_with('{')) {
      pattern.segments.push_back({.kind = syntax::PathSegment::Kind::kWildcard,
                                  .capture = segment.substr(1, segment.size() - 2)});
    } else {
      pattern.segments.push_back({.literal = segment});
    }
    if (slash == std::string::npos) return pattern;
    rest = rest.substr(slash + 1);
  }
}

syntax::HostPattern Host(const std::string& text) {
  syntax::HostPattern pattern;
  const bool suffix = text.starts_with("*.");
  if (suffix) pattern.kind = syntax::HostPattern::Kind::kSuffix;
  pattern.name = suffix ? text.substr(2) : text;
  return pattern;
}

syntax::Route Answering(const std::string& name) {
  syntax::Route route;
  route.name = name;
  route.action = syntax::Response{.status = 200, .body = name};
  return route;
}

syntax::Policy EmptyPolicy() {
  syntax::Policy policy;
  syntax::Gateway& gateway = policy.gateways.emplace_back();
  gateway.name = "edge";
  gateway.listeners.emplace_back().address = {Ipv4(127, 0, 0, 1), 8080};
  return policy;
}

syntax::Address Ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}

Expression Compare(Attribute attribute, Operator op, std::vector<syntax::Constant> constants,
                   syntax::Quantifier quantifier) {
  Expression expression;
  expression.kind = Expression::Kind::kPredicate;
  expression.predicate = {quantifier, std::move(attribute), op, std::move(constants)};
  return expression;
}

namespace {

// ~"/v[0-9]/.*"
syntax::Regex VersionRegex() {
  using Kind = syntax::RegexNode::Kind;
  const auto set = [](char from, char to) {
    syntax::RegexNode node{.kind = Kind::kSet};
    for (int c = from; c <= to; ++c) node.set.set(static_cast<std::size_t>(c));
    return node;
  };
  syntax::RegexNode any{.kind = Kind::kSet};
  any.set.set();
  syntax::RegexNode rest{.kind = Kind::kRepeat, .children = {any}};
  syntax::RegexNode root{
      .kind = Kind::kConcat,
      .children = {set('/', '/'), set('v', 'v'), set('0', '9'), set('/', '/'), rest}};
  return {.text = "/v[0-9]/.*", .root = root};
}

void AddNamed(syntax::Policy& policy) {
  syntax::Service& users = policy.services.emplace_back();
  users.name = "users";
  users.endpoints.push_back({.address = {Ipv4(127, 0, 0, 1), 3001}});
  users.check.emplace().path = "/healthz";
  users.pool.emplace();
  users.ejection.emplace();
  users.rules.push_back(
      {.when = Compare({Subject::kHeader, "x-evil", Type::kString}, Operator::kPresent, {})});
  syntax::Service& canary = policy.services.emplace_back();
  canary.name = "canary";
  canary.balance.kind = syntax::Balance::Kind::kConsistentHash;
  canary.balance.hash_by = Attribute{Subject::kCookie, "id", Type::kString};
  canary.dns = "canary.local:80";
  canary.calls.push_back({.callee = {0}, .times = 2});
  syntax::Jwt& jwt = policy.jwts.emplace_back();
  jwt.name = "auth";
  jwt.issuer = "https://issuer/";
  jwt.audiences = {"api"};
  jwt.keys.location = "jwks.json";
  jwt.algorithms = {syntax::JwtAlgorithm::kRS256};
  jwt.claims.push_back(
      {.name = "scope", .source = "scope", .type = Type::kStringList, .words = true});
  syntax::ApiKeys& keys = policy.api_keys.emplace_back();
  keys.name = "partners";
  keys.field = "x-api-key";
  keys.keys.push_back({.consumer = "acme", .sha256 = {1, 2, 3}});
  policy.limits.push_back({.name = "per-ip",
                           .count = 50,
                           .period = {1'000'000'000},
                           .burst = 100,
                           .by = {{Subject::kClientAddress, "", Type::kAddress}}});
  policy.limits.push_back(
      {.name = "per-user",
       .count = 5,
       .period = {60'000'000'000},
       .burst = 5,
       .by = {{Subject::kRoute, "", Type::kString}, {Subject::kJwtClaim, "sub", Type::kString}}});
  syntax::Cors& cors = policy.cors.emplace_back();
  cors.name = "storefront";
  cors.origins = {{.kind = syntax::OriginPattern::Kind::kExact,
                   .scheme = "https",
                   .host = "app.example",
                   .text = "https://app.example"},
                  {.kind = syntax::OriginPattern::Kind::kSuffix,
                   .scheme = "https",
                   .host = "app.example",
                   .text = "https://*.app.example"}};
  cors.methods = {"GET", "POST"};
  cors.headers = {"authorization"};
  cors.expose = {"x-total"};
  cors.credentials = true;
  cors.max_age = syntax::Duration{600'000'000'000};
  policy.retries.push_back(
      {.name = "transient",
       .attempts = 3,
       .on = {{syntax::RetryCause::Kind::k5xx}, {syntax::RetryCause::Kind::kStatus, 409}}});
  policy.breakers.push_back(
      {.name = "steady", .failures = 5, .window = {1'000'000'000}, .open_for = {1'000'000'000}});
}

syntax::Route UsersRoute() {
  syntax::Route route;
  route.name = "users";
  route.match.hosts = {Host("api.example"), Host("*.api.example")};
  route.match.paths = {Path("/users/{id}"), Path("/users/{id}/**")};
  route.match.methods = {"GET", "PUT", "PURGE"};
  route.cors = syntax::Ref<syntax::Cors>{0};
  route.authentication.jwt = syntax::Ref<syntax::Jwt>{0};
  route.limits = {{1}};
  Expression scope = Compare({Subject::kJwtClaim, "scope", Type::kStringList}, Operator::kContains,
                             {std::string("read")});
  Expression get =
      Compare({Subject::kMethod, "", Type::kString}, Operator::kEqual, {std::string("GET")});
  Expression both{.kind = Expression::Kind::kAnd, .children = {scope, get}};
  route.rules.push_back({.allow = true, .when = both});
  Expression banned = Compare({Subject::kClientAddress, "", Type::kAddress}, Operator::kIn,
                              {syntax::Network{Ipv4(192, 0, 2, 0), 120, "192.0.2.0/24"}});
  route.rules.push_back({.when = banned});
  route.request = {{syntax::Transform::Kind::kStripPrefix, "/users"},
                   {syntax::Transform::Kind::kSetHeader, "x-user",
                    Attribute{Subject::kJwtClaim, "sub", Type::kString}},
                   {syntax::Transform::Kind::kSetQuery, "from", std::string("a b")}};
  route.response = {{syntax::Transform::Kind::kRemoveHeader, "server"},
                    {syntax::Transform::Kind::kSetHeader, "x-id",
                     Attribute{Subject::kCapture, "id", Type::kString}}};
  route.retry = syntax::Ref<syntax::Retry>{0};
  route.breaker = syntax::Ref<syntax::Breaker>{0};
  route.action = syntax::Forward{.targets = {{.service = {0}, .weight = 9}, {.service = {1}}}};
  route.mirrors = {{.service = {1}, .percent = 5}};
  route.fallback = syntax::Response{.status = 503, .body = "later"};
  return route;
}

}  // namespace

syntax::Policy SamplePolicy() {
  syntax::Policy policy = EmptyPolicy();
  AddNamed(policy);
  syntax::Gateway& gateway = policy.gateways[0];
  gateway.limits = {{0}};
  gateway.trusted_proxies = {{Ipv4(10, 0, 0, 0), 104, "10.0.0.0/8"}};
  gateway.routes.push_back(UsersRoute());
  syntax::Route partner = Answering("partner");
  partner.match.paths = {Path("/partner/**")};
  partner.match.fields = {
      {.name = "x-kind", .test = syntax::FieldMatch::Test::kOneOf, .values = {"a", "b"}},
      {.source = syntax::FieldMatch::Source::kQuery,
       .name = "q",
       .test = syntax::FieldMatch::Test::kRegex,
       .regex = VersionRegex()}};
  partner.authentication = {.keys = syntax::Ref<syntax::ApiKeys>{0}, .optional = true};
  gateway.routes.push_back(partner);
  syntax::Route versions = Answering("versions");
  versions.match.paths.emplace_back().kind = syntax::PathPattern::Kind::kRegex;
  versions.match.paths[0].regex = VersionRegex();
  versions.match.paths[0].text = VersionRegex().text;
  versions.match.clients = {{Ipv4(127, 0, 0, 0), 104, "127.0.0.0/8"}};
  gateway.routes.push_back(versions);
  syntax::Route old = Answering("old");
  old.match.paths = {Path("/old/{id}")};
  old.action = syntax::Redirect{.status = 301, .path = "/users/{id}"};
  gateway.routes.push_back(old);
  return policy;
}

}  // namespace weir::tests
