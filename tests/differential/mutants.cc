#include "tests/differential/mutants.h"

#include <algorithm>
#include <functional>

namespace weir::testing {
namespace {

using syntax::Expression;
using syntax::Policy;
using syntax::Route;
using syntax::Rule;

// Each helper applies `change` wherever it says so, and tells whether it did anywhere.
template <class Change>
bool EachRoute(Policy& policy, Change change) {
  bool any = false;
  for (Route& route : policy.gateways[0].routes) any = change(route) || any;
  return any;
}

template <class Change>
bool EachScope(Policy& policy, Change change) {
  bool any = change(policy.gateways[0].rules);
  for (syntax::Service& service : policy.services) any = change(service.rules) || any;
  return EachRoute(policy, [&](Route& route) { return change(route.rules); }) || any;
}

bool EachExpression(Expression& expression, const std::function<bool(Expression&)>& change) {
  bool any = change(expression);
  for (Expression& child : expression.children) any = EachExpression(child, change) || any;
  return any;
}

bool EachCondition(Policy& policy, const std::function<bool(Expression&)>& change) {
  return EachScope(policy, [&](std::vector<Rule>& rules) {
    bool any = false;
    for (Rule& rule : rules) any = EachExpression(rule.when, change) || any;
    return any;
  });
}

bool EachPattern(Policy& policy, const std::function<bool(syntax::PathPattern&)>& change) {
  return EachRoute(policy, [&](Route& route) {
    bool any = false;
    for (syntax::PathPattern& pattern : route.match.paths) any = change(pattern) || any;
    return any;
  });
}

bool LastMatchWins(Policy& policy) {
  auto& routes = policy.gateways[0].routes;
  for (std::size_t i = 0; i + 1 < routes.size(); ++i)
    std::swap(routes[i].match, routes[i + 1].match);
  return routes.size() > 1;
}

bool IgnoresDeny(Policy& policy) {
  return EachScope(policy, [](std::vector<Rule>& rules) {
    return std::erase_if(rules, [](const Rule& rule) { return !rule.allow; }) > 0;
  });
}

bool IgnoresServiceScope(Policy& policy) {
  bool any = false;
  for (syntax::Service& service : policy.services) {
    any = any || !service.rules.empty();
    service.rules.clear();
  }
  return any;
}

bool RestNeedsASegment(Policy& policy) {
  return EachPattern(policy, [](syntax::PathPattern& pattern) {
    if (pattern.rest) pattern.segments.push_back({syntax::PathSegment::Kind::kWildcard, "", ""});
    return pattern.rest;
  });
}

bool ExactIsPrefix(Policy& policy) {
  return EachPattern(policy, [](syntax::PathPattern& pattern) {
    const bool exact = pattern.kind == syntax::PathPattern::Kind::kSegments && !pattern.rest;
    if (exact) pattern.rest = true;
    return exact;
  });
}

bool GetIncludesHead(Policy& policy) {
  return EachRoute(policy, [](Route& route) {
    auto& methods = route.match.methods;
    const bool get =
        std::ranges::count(methods, "GET") > 0 && std::ranges::count(methods, "HEAD") == 0;
    if (get) methods.push_back("HEAD");
    return get;
  });
}

bool NegatedFailsOnAbsent(Policy& policy) {
  return EachRoute(policy, [](Route& route) {
    std::vector<syntax::FieldMatch> more;
    for (const syntax::FieldMatch& field : route.match.fields) {
      if (!field.negated || field.test == syntax::FieldMatch::Test::kPresent) continue;
      more.push_back({.source = field.source, .name = field.name});
    }
    for (const auto& field : more) route.match.fields.push_back(field);
    return !more.empty();
  });
}

bool SuffixMatchesBareHost(Policy& policy) {
  return EachRoute(policy, [](Route& route) {
    std::vector<syntax::HostPattern> more;
    for (const auto& host : route.match.hosts) {
      if (host.kind == syntax::HostPattern::Kind::kSuffix) more.push_back({.name = host.name});
    }
    for (const auto& host : more) route.match.hosts.push_back(host);
    return !more.empty();
  });
}

bool PrefixBitLost(Policy& policy) {
  return EachCondition(policy, [](Expression& expression) {
    bool any = false;
    for (syntax::Constant& constant : expression.predicate.constants) {
      auto* network = std::get_if<syntax::Network>(&constant);
      if (!network || network->prefix == 0) continue;
      const std::size_t bit = --network->prefix;
      network->base.octets[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
      any = true;
    }
    return any;
  });
}

bool NotEqualHoldsOnAbsent(Policy& policy) {
  return EachCondition(policy, [](Expression& expression) {
    if (expression.kind != Expression::Kind::kPredicate ||
        expression.predicate.op != syntax::Operator::kNotEqual) {
      return false;
    }
    Expression inner = expression;
    inner.predicate.op = syntax::Operator::kEqual;
    expression.kind = Expression::Kind::kNot;
    expression.predicate = {};
    expression.children = {inner};
    return true;
  });
}

bool AllIsAny(Policy& policy) {
  return EachCondition(policy, [](Expression& expression) {
    const bool all = expression.predicate.quantifier == syntax::Quantifier::kAll;
    if (all) expression.predicate.quantifier = syntax::Quantifier::kAny;
    return all;
  });
}

bool LessIsLessEqual(Policy& policy) {
  return EachCondition(policy, [](Expression& expression) {
    const bool less = expression.predicate.op == syntax::Operator::kLess;
    if (less) expression.predicate.op = syntax::Operator::kLessEqual;
    return less;
  });
}

bool KeepsSlashes(Policy& policy) {
  for (auto& listener : policy.gateways[0].listeners) {
    listener.slashes = syntax::Listener::Slashes::kKeep;
  }
  return true;
}

bool KeepsEncodedSlash(Policy& policy) {
  for (auto& listener : policy.gateways[0].listeners) {
    listener.encoded_slash = syntax::Listener::EncodedSlash::kKeep;
  }
  return true;
}

bool KeepsUnderscores(Policy& policy) {
  for (auto& listener : policy.gateways[0].listeners) {
    listener.underscores = syntax::Listener::Underscores::kKeep;
  }
  return true;
}

bool TrustsEveryProxy(Policy& policy) {
  policy.gateways[0].trusted_proxies = {{{}, 0, "::/0"}};
  return true;
}

bool OptionalForgotten(Policy& policy) {
  return EachRoute(
      policy, [](Route& route) { return std::exchange(route.authentication.optional, false); });
}

bool LimitsInAnotherOrder(Policy& policy) {
  return EachRoute(policy, [](Route& route) {
    std::ranges::reverse(route.limits);
    return route.limits.size() > 1;
  });
}

bool MissingKeyIsEmpty(Policy& policy) {
  for (syntax::Limit& limit : policy.limits) limit.missing_key.reset();
  return true;
}

bool OriginUnchecked(Policy& policy) {
  for (syntax::Cors& cors : policy.cors) {
    for (auto& origin : cors.origins) origin.kind = syntax::OriginPattern::Kind::kSuffix;
  }
  return true;
}

bool OtherwiseForgotten(Policy& policy) {
  const bool had = policy.gateways[0].otherwise.has_value();
  policy.gateways[0].otherwise.reset();
  return had;
}

bool TransformsInAnotherOrder(Policy& policy) {
  return EachRoute(policy, [](Route& route) {
    std::ranges::reverse(route.request);
    return route.request.size() > 1;
  });
}

bool ScalarReadAsList(Policy& policy) {
  return EachCondition(policy, [](Expression& expression) {
    syntax::Predicate& predicate = expression.predicate;
    if (expression.kind != Expression::Kind::kPredicate ||
        predicate.quantifier != syntax::Quantifier::kScalar ||
        predicate.attribute.subject != syntax::Subject::kHeader) {
      return false;
    }
    predicate.quantifier = syntax::Quantifier::kAny;
    return true;
  });
}

}  // namespace

const std::vector<Mutant>& Mutants() {
  static const std::vector<Mutant> kMutants = {
      {"the last match wins", LastMatchWins},
      {"denies are ignored", IgnoresDeny},
      {"a service's own scope is ignored", IgnoresServiceScope},
      {"** needs a segment", RestNeedsASegment},
      {"an exact path is a prefix", ExactIsPrefix},
      {"GET includes HEAD", GetIncludesHead},
      {"a negated test fails on absent", NegatedFailsOnAbsent},
      {"*.name matches name", SuffixMatchesBareHost},
      {"a network's last bit is lost", PrefixBitLost},
      {"!= holds on absent", NotEqualHoldsOnAbsent},
      {"all of is any of", AllIsAny},
      {"< is <=", LessIsLessEqual},
      {"slashes are kept", KeepsSlashes},
      {"encoded slashes are kept", KeepsEncodedSlash},
      {"underscores are kept", KeepsUnderscores},
      {"every proxy is trusted", TrustsEveryProxy},
      {"optional is forgotten", OptionalForgotten},
      {"limits are charged in another order", LimitsInAnotherOrder},
      {"a missing key is empty", MissingKeyIsEmpty},
      {"an exact origin is a suffix", OriginUnchecked},
      {"otherwise is forgotten", OtherwiseForgotten},
      {"transforms run in another order", TransformsInAnotherOrder},
      {"a scalar header is read as a list", ScalarReadAsList},
  };
  return kMutants;
}

}  // namespace weir::testing
