#include "compiler/checks/vain_reads.h"

#include <algorithm>
#include <map>

#include "spec/syntax/subject_name.h"

namespace weir::compiler {
namespace {

using syntax::Attribute;
using syntax::Expression;
using syntax::Policy;
using syntax::Subject;

// A claim counts as declared if its type is the one that is read.
bool HasClaim(const syntax::Jwt& jwt, const Attribute& attribute) {
  const std::string& name = attribute.name;
  for (const auto& claim : jwt.claims) {
    if (claim.name == name) return claim.type == attribute.type;
  }
  return name == "sub" || name == "iss" || name == "jti" || name == "aud";
}

// One leaf whose attribute is absent: false, whatever the operator (EXPR-2), but
// `jwt.verified` is never absent.
bool LeafWithout(const syntax::Predicate& predicate) {
  if (predicate.attribute.subject != Subject::kJwtVerified || predicate.constants.empty()) {
    return false;
  }
  const bool* constant = std::get_if<bool>(&predicate.constants[0]);
  if (constant == nullptr) return false;
  return predicate.op == syntax::Operator::kNotEqual ? *constant : !*constant;
}

bool HasMutualTls(const syntax::Gateway& gateway, const syntax::Route& route) {
  for (std::uint32_t i = 0; i < gateway.listeners.size(); ++i) {
    const auto& bound = route.match.listeners;
    if (!bound.empty() && std::ranges::find(bound, i) == bound.end()) continue;
    if (gateway.listeners[i].mtls != syntax::Listener::Mtls::kOff) return true;
  }
  return false;
}

}  // namespace

std::vector<RuleInForce> RulesInForce(const Policy& policy) {
  std::vector<RuleInForce> found;
  const auto scope = [&](const std::vector<syntax::Rule>& rules, const std::string& name,
                         const std::vector<RoutePlace>& routes) {
    if (routes.empty()) return;
    const auto allows = std::ranges::count_if(rules, &syntax::Rule::allow);
    for (const auto& rule : rules)
      found.push_back({&rule, rule.allow && allows == 1, name, routes});
  };
  std::map<std::uint32_t, std::vector<RoutePlace>> to;  // by service
  std::vector<std::vector<RoutePlace>> all(policy.gateways.size());
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const auto& routes = policy.gateways[g].routes;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      all[g].emplace_back(g, r);
      const auto* forward = std::get_if<syntax::Forward>(&routes[r].action);
      if (forward == nullptr) continue;
      for (const auto& target : forward->targets) to[target.service.index].emplace_back(g, r);
    }
  }
  for (const auto& [service, routes] : to) {
    scope(policy.services[service].rules, "service '" + policy.services[service].name + "'",
          routes);
  }
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const auto& gateway = policy.gateways[g];
    scope(gateway.rules, "gateway '" + gateway.name + "'", all[g]);
    for (const RoutePlace& place : all[g]) {
      const auto& route = gateway.routes[place.second];
      scope(route.rules, "route '" + route.name + "'", {place});
    }
  }
  return found;
}

bool VainRead(const Policy& policy, const RoutePlace& place, const Attribute& attribute) {
  const syntax::Gateway& gateway = policy.gateways[place.first];
  const syntax::Route& route = gateway.routes[place.second];
  const auto& authentication = route.authentication;
  switch (attribute.subject) {
    case Subject::kJwtVerified:
      return !authentication.jwt;
    case Subject::kJwtClaim:
      return !authentication.jwt || !HasClaim(policy[*authentication.jwt], attribute);
    case Subject::kConsumer:
      return !authentication.keys;
    case Subject::kPeer:
      return !HasMutualTls(gateway, route);
    case Subject::kClientAddress:
    case Subject::kListenerPort:
    case Subject::kScheme:
    case Subject::kMethod:
    case Subject::kHost:
    case Subject::kPath:
    case Subject::kHeader:
    case Subject::kQuery:
    case Subject::kCookie:
    case Subject::kCapture:
    case Subject::kRoute:
    case Subject::kUpstreamPath:
      return false;
  }
  return false;
}

std::vector<std::string> ReadsOf(const Expression& expression,
                                 const std::function<bool(const Attribute&)>& vain) {
  std::vector<std::string> reads;
  if (expression.kind == Expression::Kind::kPredicate && vain(expression.predicate.attribute)) {
    reads.push_back(syntax::AttributeName(expression.predicate.attribute));
  }
  for (const auto& child : expression.children) {
    for (std::string& read : ReadsOf(child, vain)) {
      if (std::ranges::find(reads, read) == reads.end()) reads.push_back(std::move(read));
    }
  }
  return reads;
}

std::optional<bool> ValueWithout(const Expression& expression,
                                 const std::function<bool(const Attribute&)>& vain) {
  switch (expression.kind) {
    case Expression::Kind::kTrue:
      return true;
    case Expression::Kind::kFalse:
      return false;
    case Expression::Kind::kPredicate:
      if (!vain(expression.predicate.attribute)) return std::nullopt;
      return LeafWithout(expression.predicate);
    case Expression::Kind::kNot: {
      const auto inner = ValueWithout(expression.children[0], vain);
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    case Expression::Kind::kAnd:
    case Expression::Kind::kOr:
      break;
  }
  const bool decides = expression.kind == Expression::Kind::kOr;
  bool all = true;
  for (const auto& child : expression.children) {
    const auto value = ValueWithout(child, vain);
    if (value == decides) return decides;
    all = all && value.has_value();
  }
  return all ? std::optional(!decides) : std::nullopt;
}

std::optional<bool> ValueForWantOfIdentity(const Policy& policy, const RuleInForce& rule) {
  const auto vain = [&](const Attribute& attribute) {
    return std::ranges::all_of(
        rule.routes, [&](const RoutePlace& place) { return VainRead(policy, place, attribute); });
  };
  if (ReadsOf(rule.rule->when, vain).empty()) return std::nullopt;
  return ValueWithout(rule.rule->when, vain);
}

}  // namespace weir::compiler
