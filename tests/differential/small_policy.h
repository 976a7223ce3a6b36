// Random small policies over a few words, so that routes overlap, and requests
// over the same words, so that they are matched. Every construct that a decision
// turns on occurs.
#ifndef WEIR_TESTS_DIFFERENTIAL_SMALL_POLICY_H_
#define WEIR_TESTS_DIFFERENTIAL_SMALL_POLICY_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::testing {

class SmallPolicies {
 public:
  explicit SmallPolicies(unsigned seed) : engine_(seed) {}

  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool Chance(unsigned percent) { return Below(100) < percent; }

  std::string Word() { return Pick({"a", "b", "ab", "admin"}); }
  std::string Text() { return Pick({"a", "b", "ab", "", "a, b", "b,ab", "null", "http://a.b"}); }
  std::string Method() { return Pick({"GET", "POST", "OPTIONS", "BREW"}); }
  std::string Host() { return Pick({"a.com", "x.a.com", "b.com", "a.b"}); }
  std::string Path() {
    std::string path;
    for (std::uint64_t n = 1 + Below(3); n > 0; --n) path += "/" + Word();
    if (Chance(20)) path += "/";
    return Chance(5) ? "/" : path;
  }
  syntax::Address Client() {
    syntax::Address address;
    address.octets[10] = address.octets[11] = 0xff;
    address.octets[12] = Chance(50) ? 10 : 192;
    address.octets[15] = static_cast<std::uint8_t>(Below(3));
    return address;
  }

  syntax::Policy Policy();

 private:
  std::string Pick(std::vector<std::string> from) { return from[Below(from.size())]; }
  syntax::Network Network() {
    syntax::Network network;
    network.base = Client();
    network.prefix = Chance(50) ? 128 : 104;
    if (network.prefix == 104) network.base.octets[15] = 0;
    return network;
  }
  syntax::Regex Regex();
  syntax::PathPattern Pattern();
  syntax::Attribute Attribute();
  syntax::Expression Predicate();
  syntax::Expression Expression(int depth);
  std::vector<syntax::Rule> Rules();
  syntax::Match Match();
  syntax::Route Route(const syntax::Policy& policy, std::uint32_t place);

  std::mt19937_64 engine_;
};

inline syntax::Regex SmallPolicies::Regex() {
  // "[ab]*" or "/a.*", by tree.
  syntax::Regex regex;
  syntax::RegexNode set;
  set.kind = syntax::RegexNode::Kind::kSet;
  if (Chance(50)) {
    regex.text = "[ab]*";
    set.set.set('a');
    set.set.set('b');
    regex.root.kind = syntax::RegexNode::Kind::kRepeat;
    regex.root.children = {set};
    return regex;
  }
  regex.text = "/a.*";
  std::vector<syntax::RegexNode> parts;
  for (char c : std::string_view("/a")) {
    syntax::RegexNode one = set;
    one.set.set(static_cast<unsigned char>(c));
    parts.push_back(one);
  }
  syntax::RegexNode any = set, rest;
  any.set.set();
  any.set.reset('\n');
  rest.kind = syntax::RegexNode::Kind::kRepeat;
  rest.children = {any};
  parts.push_back(rest);
  regex.root.kind = syntax::RegexNode::Kind::kConcat;
  regex.root.children = parts;
  return regex;
}

inline syntax::PathPattern SmallPolicies::Pattern() {
  syntax::PathPattern pattern;
  if (Chance(15)) {
    pattern.kind = syntax::PathPattern::Kind::kRegex;
    pattern.regex = Regex();
    pattern.text = pattern.regex.text;
    return pattern;
  }
  for (std::uint64_t n = Below(3); n > 0; --n) {
    syntax::PathSegment segment;
    if (Chance(35)) {
      segment.kind = syntax::PathSegment::Kind::kWildcard;
      if (Chance(50)) segment.capture = "c";
    } else {
      segment.literal = Word();
    }
    pattern.text += "/" + (segment.literal.empty() ? "*" : segment.literal);
    pattern.segments.push_back(segment);
  }
  pattern.rest = pattern.segments.empty() || Chance(60);
  if (pattern.rest) pattern.text += "/**";
  return pattern;
}

inline syntax::Attribute SmallPolicies::Attribute() {
  using syntax::Subject;
  using syntax::Type;
  const std::vector<syntax::Attribute> all{{Subject::kClientAddress, "", Type::kAddress},
                                           {Subject::kListenerPort, "", Type::kInteger},
                                           {Subject::kScheme, "", Type::kString},
                                           {Subject::kMethod, "", Type::kString},
                                           {Subject::kHost, "", Type::kString},
                                           {Subject::kPath, "", Type::kString},
                                           {Subject::kHeader, "x-a", Type::kString},
                                           {Subject::kHeader, "x-b", Type::kString},
                                           {Subject::kQuery, "q", Type::kString},
                                           {Subject::kCookie, "k", Type::kString},
                                           {Subject::kJwtVerified, "", Type::kBoolean},
                                           {Subject::kJwtClaim, "sub", Type::kString},
                                           {Subject::kJwtClaim, "roles", Type::kStringList},
                                           {Subject::kJwtClaim, "level", Type::kInteger},
                                           {Subject::kJwtClaim, "staff", Type::kBoolean},
                                           {Subject::kPeer, "", Type::kString},
                                           {Subject::kConsumer, "", Type::kString},
                                           {Subject::kCapture, "c", Type::kString}};
  return all[Below(all.size())];
}

inline syntax::Expression SmallPolicies::Predicate() {
  using syntax::Operator;
  syntax::Expression expression;
  expression.kind = syntax::Expression::Kind::kPredicate;
  syntax::Predicate& p = expression.predicate;
  p.attribute = Attribute();
  if (Chance(12)) return expression;  // present(...)
  switch (p.attribute.type) {
    case syntax::Type::kAddress:
      p.op = Chance(70) ? Operator::kIn : Chance(50) ? Operator::kEqual : Operator::kNotEqual;
      p.constants = {Network()};
      break;
    case syntax::Type::kInteger: {
      const Operator ops[] = {Operator::kEqual,     Operator::kNotEqual, Operator::kLess,
                              Operator::kLessEqual, Operator::kGreater,  Operator::kGreaterEqual};
      p.op = ops[Below(6)];
      p.constants = {static_cast<std::int64_t>(
          p.attribute.subject == syntax::Subject::kListenerPort ? 8080 + Below(2) : Below(4))};
      break;
    }
    case syntax::Type::kBoolean:
      p.op = Chance(70) ? Operator::kEqual : Operator::kNotEqual;
      p.constants = {Chance(70)};
      break;
    default: {
      const bool list = p.attribute.type == syntax::Type::kStringList;
      const bool header = p.attribute.subject == syntax::Subject::kHeader;
      if (list && Chance(40)) {
        p.op = Operator::kContains;
        p.constants = {Word()};
        break;
      }
      if (list || (header && Chance(40))) {
        p.quantifier = Chance(50) ? syntax::Quantifier::kAny : syntax::Quantifier::kAll;
      }
      const Operator ops[] = {Operator::kEqual,   Operator::kNotEqual,   Operator::kIn,
                              Operator::kMatches, Operator::kStartsWith, Operator::kEndsWith};
      p.op = ops[Below(6)];
      p.constants = {p.attribute.subject == syntax::Subject::kMethod ? Method()
                     : p.attribute.subject == syntax::Subject::kHost ? Host()
                     : p.attribute.subject == syntax::Subject::kPath ? Path()
                                                                     : Word()};
      if (p.op == Operator::kIn) p.constants.push_back(Word());
      if (p.op == Operator::kMatches) {
        if (p.attribute.subject == syntax::Subject::kPath)
          p.constants = {Pattern()};
        else
          p.constants = {Regex()};
      }
    }
  }
  return expression;
}

inline syntax::Expression SmallPolicies::Expression(int depth) {
  using Kind = syntax::Expression::Kind;
  if (depth == 0 || Chance(50)) return Predicate();
  syntax::Expression expression;
  expression.kind = Chance(30) ? Kind::kNot : Chance(50) ? Kind::kAnd : Kind::kOr;
  expression.children.push_back(Expression(depth - 1));
  if (expression.kind != Kind::kNot) expression.children.push_back(Expression(depth - 1));
  return expression;
}

inline std::vector<syntax::Rule> SmallPolicies::Rules() {
  std::vector<syntax::Rule> rules;
  while (Chance(35)) {
    syntax::Rule rule;
    rule.allow = Chance(40);
    rule.when = Expression(2);
    rules.push_back(rule);
  }
  return rules;
}

inline syntax::Match SmallPolicies::Match() {
  syntax::Match match;
  if (Chance(40)) {
    syntax::HostPattern host;
    host.kind = Chance(50) ? syntax::HostPattern::Kind::kExact : syntax::HostPattern::Kind::kSuffix;
    host.name = Chance(50) ? "a.com" : "b.com";
    match.hosts.push_back(host);
  }
  while (match.paths.size() < 2 && Chance(60)) match.paths.push_back(Pattern());
  while (Chance(40)) match.methods.push_back(Method());
  while (Chance(25)) {
    syntax::FieldMatch field;
    field.source =
        Chance(50) ? syntax::FieldMatch::Source::kHeader : syntax::FieldMatch::Source::kQuery;
    field.name = field.source == syntax::FieldMatch::Source::kHeader ? "x-a" : "q";
    field.test = static_cast<syntax::FieldMatch::Test>(Below(4));
    field.negated = Chance(40);
    field.values = {Word()};
    if (field.test == syntax::FieldMatch::Test::kOneOf) field.values.push_back(Word());
    if (field.test == syntax::FieldMatch::Test::kRegex) field.regex = Regex();
    match.fields.push_back(field);
  }
  if (Chance(15)) match.clients.push_back(Network());
  if (Chance(10)) match.listeners.push_back(static_cast<std::uint32_t>(Below(2)));
  return match;
}

inline syntax::Route SmallPolicies::Route(const syntax::Policy& policy, std::uint32_t place) {
  syntax::Route route;
  route.name = "r" + std::to_string(place);
  route.match = Match();
  if (Chance(30)) route.cors = syntax::Ref<syntax::Cors>{0};
  route.cors_upstream = route.cors && Chance(20);
  if (Chance(50))
    route.authentication.jwt = syntax::Ref<syntax::Jwt>{static_cast<std::uint32_t>(Below(2))};
  if (Chance(20)) route.authentication.keys = syntax::Ref<syntax::ApiKeys>{0};
  route.authentication.optional = Chance(30);
  route.rules = Rules();
  if (Chance(80)) {
    syntax::Forward forward;
    forward.targets.push_back({{static_cast<std::uint32_t>(Below(policy.services.size()))}});
    if (Chance(20)) forward.targets.push_back({{0}});
    route.action = forward;
  } else if (Chance(50)) {
    route.action = syntax::Response{.status = 200};
  } else {
    route.action = syntax::Redirect{};
  }
  return route;
}

inline syntax::Policy SmallPolicies::Policy() {
  syntax::Policy policy;
  for (const char* name : {"s", "t"}) {
    syntax::Service service;
    service.name = name;
    service.rules = Rules();
    policy.services.push_back(service);
  }
  for (const char* name : {"one", "two"}) {
    syntax::Jwt jwt;
    jwt.name = name;
    jwt.algorithms = {syntax::JwtAlgorithm::kES256};
    jwt.keys.location = "keys.json";
    jwt.claims.push_back({"roles", "roles", syntax::Type::kStringList});
    jwt.claims.push_back({"level", "level", syntax::Type::kInteger});
    if (std::string_view(name) == "two") {
      jwt.claims.push_back({"staff", "staff", syntax::Type::kBoolean});
    }
    policy.jwts.push_back(jwt);
  }
  policy.api_keys.push_back({.name = "keys", .field = "x-key"});
  for (const char* consumer : {"a", "b"}) policy.api_keys[0].keys.push_back({.consumer = consumer});
  syntax::Cors cors;
  cors.name = "c";
  cors.origins.push_back({.kind = syntax::OriginPattern::Kind::kNull, .text = "null"});
  cors.origins.push_back(
      {.kind = syntax::OriginPattern::Kind::kSuffix, .scheme = "http", .host = "b"});
  policy.cors.push_back(cors);
  syntax::Gateway gateway;
  gateway.name = "g";
  gateway.listeners.resize(2);
  gateway.listeners[0].address.port = 8080;
  gateway.listeners[1].address.port = 8081;
  gateway.listeners[1].mtls = syntax::Listener::Mtls::kOptional;
  gateway.rules = Rules();
  for (std::uint64_t n = 1 + Below(5), i = 0; i < n; ++i) {
    gateway.routes.push_back(Route(policy, static_cast<std::uint32_t>(i)));
  }
  if (Chance(20)) gateway.otherwise = syntax::Response{.status = 418};
  policy.gateways.push_back(gateway);
  return policy;
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_SMALL_POLICY_H_
