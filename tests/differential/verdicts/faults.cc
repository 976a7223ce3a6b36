#include "tests/differential/verdicts/faults.h"

#include <algorithm>
#include <utility>

namespace weir::testing {
namespace {

using syntax::Expression;
using syntax::FieldMatch;
using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;
using syntax::Predicate;
using syntax::Route;
using syntax::Rule;
using syntax::Service;
using syntax::Transform;

void EachGateway(Policy& policy, auto change) {
  for (Gateway& gateway : policy.gateways) change(gateway);
}
void EachRoute(Policy& policy, auto change) {
  EachGateway(policy, [&](Gateway& gateway) { std::ranges::for_each(gateway.routes, change); });
}
void EachListener(Policy& policy, auto change) {
  EachGateway(policy, [&](Gateway& gateway) { std::ranges::for_each(gateway.listeners, change); });
}
void EachService(Policy& policy, auto change) { std::ranges::for_each(policy.services, change); }
void EachField(Policy& policy, auto change) {
  EachRoute(policy, [&](Route& route) { std::ranges::for_each(route.match.fields, change); });
}
void EachPattern(Policy& policy, auto change) {
  EachRoute(policy, [&](Route& route) { std::ranges::for_each(route.match.paths, change); });
}
void Within(Expression& expression, auto change) {
  change(expression);
  for (Expression& child : expression.children) Within(child, change);
}
// Every condition of a rule and of a claim.
void EachCondition(Policy& policy, auto change) {
  const auto rules = [&](std::vector<Rule>& list) {
    for (Rule& rule : list) Within(rule.when, change);
  };
  EachService(policy, [&](Service& service) { rules(service.rules); });
  EachGateway(policy, [&](Gateway& gateway) { rules(gateway.rules); });
  EachRoute(policy, [&](Route& route) { rules(route.rules); });
}
void EachPredicate(Policy& policy, auto change) {
  EachCondition(policy, [&](Expression& expression) {
    if (expression.kind == Expression::Kind::kPredicate) change(expression.predicate);
  });
}
void EachClaim(Policy& policy, auto change) {
  for (syntax::Proof& proof : policy.proofs) {
    if (auto* claim = std::get_if<syntax::RequestClaim>(&proof.claim)) change(*claim);
  }
}
template <class Action>
void EachAction(Policy& policy, auto change) {
  EachRoute(policy, [&](Route& route) {
    if (auto* action = std::get_if<Action>(&route.action)) change(*action);
  });
}
void DropTransforms(std::vector<Transform>& list, Transform::Kind kind) {
  std::erase_if(list, [&](const Transform& each) { return each.kind == kind; });
}

// Whose verdicts are wrong by a mistake.
constexpr auto kLint = JudgeLint;
constexpr auto kProve = JudgeProve;
constexpr auto kDiff = JudgeDiff;
constexpr auto kExplain = JudgeExplain;

std::vector<Fault> OfMatches() {
  return {
      {"gateways.routes.match.hosts", "*.name is name itself", kLint,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) {
           for (auto& host : route.match.hosts) host.kind = syntax::HostPattern::Kind::kExact;
         });
       }},
      {"gateways.routes.match", "methods are not looked at", kLint,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.match.methods.clear(); });
       }},
      {"gateways.routes.match", "hosts are not looked at", kProve,
       [](Policy& policy) { EachRoute(policy, [](Route& route) { route.match.hosts.clear(); }); }},
      {"gateways.routes.match", "listeners are not looked at", kExplain,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.match.listeners.clear(); });
       }},
      {"gateways.routes.match.fields", "conditions on fields are forgotten", kLint,
       [](Policy& policy) { EachRoute(policy, [](Route& route) { route.match.fields.clear(); }); }},
      {"gateways.routes.match.fields", "not is overlooked", kLint,
       [](Policy& policy) { EachField(policy, [](FieldMatch& field) { field.negated = false; }); }},
      {"gateways.routes.match.fields", "a prefix is the whole value", kExplain,
       [](Policy& policy) {
         EachField(policy, [](FieldMatch& field) {
           if (field.test == FieldMatch::Test::kPrefix) field.test = FieldMatch::Test::kOneOf;
         });
       }},
      {"gateways.routes.match.clients", "networks are forgotten", kLint,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.match.clients.clear(); });
       }},
      {"path", "** needs a segment", kExplain,
       [](Policy& policy) {
         EachPattern(policy, [](syntax::PathPattern& pattern) {
           if (pattern.rest) {
             pattern.segments.push_back({syntax::PathSegment::Kind::kWildcard, "", ""});
           }
         });
       }},
      {"path", "an exact path is a prefix", kLint,
       [](Policy& policy) {
         EachPattern(policy, [](syntax::PathPattern& pattern) {
           if (pattern.kind == syntax::PathPattern::Kind::kSegments) pattern.rest = true;
         });
       }},
      {"path.segments", "* is a literal", kLint,
       [](Policy& policy) {
         EachPattern(policy, [](syntax::PathPattern& pattern) {
           for (auto& segment : pattern.segments) {
             if (segment.kind != syntax::PathSegment::Kind::kWildcard) continue;
             segment = {.literal = "a"};
           }
         });
       }},
      {"gateways.routes", "the last match wins", kExplain,
       [](Policy& policy) {
         EachGateway(policy, [](Gateway& gateway) { std::ranges::reverse(gateway.routes); });
       }},
  };
}

std::vector<Fault> OfConditions() {
  return {
      {"services.rules", "the rules of services are forgotten", kProve,
       [](Policy& policy) {
         EachService(policy, [](Service& service) { service.rules.clear(); });
       }},
      {"gateways.rules", "the rules of gateways are forgotten", kExplain,
       [](Policy& policy) { EachGateway(policy, [](Gateway& it) { it.rules.clear(); }); }},
      {"gateways.routes.rules", "denies are ignored", kProve,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) {
           std::erase_if(route.rules, [](const Rule& rule) { return !rule.allow; });
         });
       }},
      {"condition", "not is overlooked", kProve,
       [](Policy& policy) {
         EachCondition(policy, [](Expression& expression) {
           if (expression.kind != Expression::Kind::kNot) return;
           const Expression inner = expression.children[0];
           expression = inner;
         });
       }},
      {"condition", "or is and", kLint,
       [](Policy& policy) {
         EachCondition(policy, [](Expression& expression) {
           if (expression.kind == Expression::Kind::kOr) expression.kind = Expression::Kind::kAnd;
         });
       }},
      {"condition.predicate", "< is <=", kExplain,
       [](Policy& policy) {
         EachPredicate(policy, [](Predicate& predicate) {
           if (predicate.op == syntax::Operator::kLess) predicate.op = syntax::Operator::kLessEqual;
         });
       }},
      {"condition.predicate", "present() always holds", kLint,
       [](Policy& policy) {
         EachCondition(policy, [](Expression& expression) {
           if (expression.kind == Expression::Kind::kPredicate &&
               expression.predicate.op == syntax::Operator::kPresent) {
             expression = {};
           }
         });
       }},
      {"condition.predicate.constants<Network>", "networks hold every address", kProve,
       [](Policy& policy) {
         EachPredicate(policy, [](Predicate& predicate) {
           for (auto& constant : predicate.constants) {
             if (auto* network = std::get_if<syntax::Network>(&constant))
               *network = {{}, 0, "::/0"};
           }
         });
       }},
      {"attribute", "a query parameter is read as a header", kExplain,
       [](Policy& policy) {
         EachPredicate(policy, [](Predicate& predicate) {
           auto& subject = predicate.attribute.subject;
           if (subject == syntax::Subject::kQuery) subject = syntax::Subject::kHeader;
         });
       }},
      {"proofs.claim<RequestClaim>", "where is forgotten", kProve,
       [](Policy& policy) { EachClaim(policy, [](auto& claim) { claim.where = {}; }); }},
      {"proofs.claim<RequestClaim>", "to is forgotten", kProve,
       [](Policy& policy) { EachClaim(policy, [](auto& claim) { claim.to.reset(); }); }},
      {"proofs.claim<RequestClaim>", "through is forgotten", kProve,
       [](Policy& policy) { EachClaim(policy, [](auto& claim) { claim.through.reset(); }); }},
  };
}

std::vector<Fault> OfCallers() {
  return {
      {"gateways.routes.authentication", "optional is forgotten", kProve,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.authentication.optional = false; });
       }},
      {"gateways.routes.authentication", "nobody is asked for a token", kProve,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.authentication.jwt.reset(); });
       }},
      {"api_keys", "nobody is asked for a key", kExplain,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { route.authentication.keys.reset(); });
       }},
      {"api_keys.keys", "the last consumer is forgotten", kExplain,
       [](Policy& policy) { policy.api_keys[0].keys.pop_back(); }},
      {"jwts", "every token is of one issuer", kExplain,
       [](Policy& policy) {
         for (auto& jwt : policy.jwts) jwt.issuer = policy.jwts[0].issuer;
       }},
      {"jwts.claims", "whether a claim is split into words is not compared", kDiff,
       [](Policy& policy) {
         for (auto& jwt : policy.jwts) {
           for (auto& claim : jwt.claims) claim.words = false;
         }
       }},
      {"jwts.keys", "where keys come from is not compared", kDiff,
       [](Policy& policy) {
         for (auto& jwt : policy.jwts) jwt.keys = {};
       }},
      {"gateways.listeners", "mtls strict is optional", kProve,
       [](Policy& policy) {
         EachListener(policy, [](Listener& listener) {
           if (listener.mtls == Listener::Mtls::kStrict) listener.mtls = Listener::Mtls::kOptional;
         });
       }},
      {"gateways.listeners", "https is http", kProve,
       [](Policy& policy) {
         EachListener(policy,
                      [](Listener& listener) { listener.protocol = Listener::Protocol::kHttp; });
       }},
      {"gateways.listeners", "slashes are kept", kExplain,
       [](Policy& policy) {
         EachListener(policy, [](Listener& it) { it.slashes = Listener::Slashes::kKeep; });
       }},
      {"gateways.listeners", "certificates are not compared", kDiff,
       [](Policy& policy) {
         EachListener(policy, [](Listener& it) { it.certificate = it.key = it.client_ca = ""; });
       }},
      {"gateways.trusted_proxies", "everyone is a trusted proxy", kExplain,
       [](Policy& policy) {
         EachGateway(policy, [](Gateway& it) { it.trusted_proxies = {{{}, 0, "::/0"}}; });
       }},
  };
}

std::vector<Fault> OfAnswers() {
  return {
      {"cors", "the methods of a preflight's answer are forgotten", kExplain,
       [](Policy& policy) {
         for (auto& cors : policy.cors) cors.methods.clear();
       }},
      {"cors", "credentials are not compared", kDiff,
       [](Policy& policy) {
         for (auto& cors : policy.cors) cors.credentials = false;
       }},
      {"cors.origins", "an exact origin is a suffix", kExplain,
       [](Policy& policy) {
         for (auto& cors : policy.cors) {
           for (auto& origin : cors.origins) origin.kind = syntax::OriginPattern::Kind::kSuffix;
         }
       }},
      {"limits", "limits are told by half their burst", kExplain,
       [](Policy& policy) {
         for (auto& limit : policy.limits) limit.burst = (limit.burst + 1) / 2;
       }},
      {"limits", "what a limit is counted by is not compared", kDiff,
       [](Policy& policy) {
         for (auto& limit : policy.limits) limit.count = limit.burst = limit.cost = 1;
       }},
      {"gateways.routes.request", "prefixes are not stripped", kExplain,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) {
           DropTransforms(route.request, Transform::Kind::kStripPrefix);
         });
       }},
      {"gateways.routes.request", "transforms run in another order", kExplain,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) { std::ranges::reverse(route.request); });
       }},
      {"gateways.routes.response", "what is done to responses is not compared", kDiff,
       [](Policy& policy) { EachRoute(policy, [](Route& route) { route.response.clear(); }); }},
      {"gateways.routes.action<Forward>.targets", "only the first target counts", kExplain,
       [](Policy& policy) {
         EachAction<syntax::Forward>(policy, [](auto& forward) { forward.targets.resize(1); });
       }},
      {"gateways.routes.action<Forward>", "weights are not compared", kDiff,
       [](Policy& policy) {
         EachAction<syntax::Forward>(policy, [](auto& forward) {
           for (auto& target : forward.targets) target.weight = 1;
         });
       }},
      {"gateways.routes.action<Response>", "the body of an answer is forgotten", kExplain,
       [](Policy& policy) {
         EachAction<syntax::Response>(policy, [](auto& response) { response.body = ""; });
       }},
      {"gateways.routes.action<Redirect>", "a redirect forgets its host", kExplain,
       [](Policy& policy) {
         EachAction<syntax::Redirect>(policy, [](auto& redirect) { redirect.host.reset(); });
       }},
      {"gateways.otherwise", "otherwise is forgotten", kExplain,
       [](Policy& policy) { EachGateway(policy, [](Gateway& it) { it.otherwise.reset(); }); }},
      {"gateways", "the longest body is forgotten", kExplain,
       [](Policy& policy) { EachGateway(policy, [](Gateway& it) { it.max_body = 0; }); }},
  };
}

// What no request shows, and `diff` does not look at.
std::vector<Fault> OfSettings() {
  return {
      {"services", "identities are not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.identity.reset(); }); }},
      {"services.endpoints", "endpoints are not compared", kDiff,
       [](Policy& policy) {
         EachService(policy, [](auto& it) {
           it.endpoints.resize(1);
           it.endpoints[0] = {};
         });
       }},
      {"services.balance", "balancing is not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.balance = {}; }); }},
      {"services.affinity", "affinity is not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.affinity.reset(); }); }},
      {"services.check", "checks are not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.check.reset(); }); }},
      {"services.pool", "pools are not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.pool.reset(); }); }},
      {"services.ejection", "ejection is not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.ejection.reset(); }); }},
      {"services.calls", "calls are not compared", kDiff,
       [](Policy& policy) { EachService(policy, [](auto& it) { it.calls.clear(); }); }},
      {"retries", "attempts are not compared", kDiff,
       [](Policy& policy) {
         for (auto& retry : policy.retries) retry = {.name = retry.name, .on = retry.on};
       }},
      {"retries.on", "causes are not compared", kDiff,
       [](Policy& policy) {
         for (auto& retry : policy.retries) retry.on = {{}};
       }},
      {"breakers", "breakers are not compared", kDiff,
       [](Policy& policy) {
         for (auto& breaker : policy.breakers) breaker = {.name = "fuse", .failures = 1};
       }},
      {"gateways.log", "logs are not compared", kDiff,
       [](Policy& policy) { EachGateway(policy, [](Gateway& it) { it.log = {}; }); }},
      {"gateways.routes.mirrors", "mirrors are not compared", kDiff,
       [](Policy& policy) { EachRoute(policy, [](Route& route) { route.mirrors.clear(); }); }},
      {"gateways.routes.fallback", "fallbacks are not compared", kDiff,
       [](Policy& policy) { EachRoute(policy, [](Route& route) { route.fallback.reset(); }); }},
      {"gateways.routes", "time limits are not compared", kDiff,
       [](Policy& policy) {
         EachRoute(policy, [](Route& route) {
           route.timeout = syntax::Duration{1};
           route.idle_timeout = {1};
         });
       }},
  };
}

}  // namespace

const std::vector<Fault>& Faults() {
  static const std::vector<Fault> kFaults = [] {
    std::vector<Fault> all;
    for (auto group : {OfMatches(), OfConditions(), OfCallers(), OfAnswers(), OfSettings()}) {
      for (Fault& fault : group) all.push_back(std::move(fault));
    }
    return all;
  }();
  return kFaults;
}

}  // namespace weir::testing
