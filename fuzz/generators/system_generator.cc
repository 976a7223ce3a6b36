#include "fuzz/generators/system_generator.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/furnish.h"
#include "fuzz/generators/pattern_generator.h"
#include "fuzz/generators/policy_generator.h"
#include "fuzz/generators/route_generator.h"
#include "fuzz/generators/words.h"
#include "spec/model/address.h"

namespace weir::fuzz {
namespace {

using syntax::Expression;
using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;
using syntax::Route;
using Direction = Listener::Direction;

constexpr std::size_t kMostRoutes = 7;

std::uint32_t SizeOf(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

syntax::SocketAddress LocalPort(std::uint16_t port) {
  return {*model::ParseAddress("127.0.0.1"), port};
}

// Random matches seldom cover one another. Some routes take after an earlier one: they
// match the same, a part of it, or that and something of their own.
void TakeAfter(Choices& choices, const Route& earlier, Route& route) {
  const syntax::Match own = route.match;
  switch (choices.Below(4)) {
    case 0:
      route.match = earlier.match;
      return;
    case 1:  // the same paths and hosts, with a condition more
      route.match = earlier.match;
      route.match.fields.push_back(RandomFieldMatch(choices));
      return;
    case 2:  // its paths, and one of its own
      route.match = earlier.match;
      if (route.match.paths.empty() || own.paths.empty()) return;
      route.match.paths.push_back(own.paths[0]);
      return;
    default:  // its methods, and those of its own
      route.match = earlier.match;
      for (const std::string& method : own.methods) {
        auto& methods = route.match.methods;
        if (methods.empty() || std::ranges::count(methods, method) > 0) continue;
        methods.push_back(method);
      }
  }
}

void FurnishRoutes(Choices& choices, const Policy& policy, Gateway& gateway) {
  auto& routes = gateway.routes;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    FurnishRoute(choices, policy, routes[i]);
    if (i > 0 && choices.Chance(25)) {
      TakeAfter(choices, routes[choices.Below(static_cast<std::uint32_t>(i))], routes[i]);
    }
  }
}

// A gateway where one of the services' endpoints is: what goes to the service comes here.
void AddInnerGateway(Choices& choices, Policy& policy) {
  Gateway inner;
  inner.name = "inner";
  inner.listeners.push_back({.address = LocalPort(3000)});
  if (choices.Chance(20)) inner.trusted_proxies.push_back(NetworkWord(choices));
  if (choices.Chance(30)) inner.rules = RandomRules(choices);
  FurnishGateway(choices, inner);
  for (std::size_t i = 0, n = 1 + choices.Below(3); i < n; ++i) {
    Route route = RandomRoute(choices, policy, inner, i);
    route.name = "inner" + std::to_string(i);
    inner.routes.push_back(std::move(route));
  }
  FurnishRoutes(choices, policy, inner);
  policy.gateways.push_back(std::move(inner));
}

// As the resolver makes one: a route bound to its listener, and nothing else matched.
void AddPart(Choices& choices, Policy& policy, Gateway& sidecar, Direction direction,
             std::string name, std::uint32_t service) {
  Listener listener;
  listener.direction = direction;
  listener.address = LocalPort(static_cast<std::uint16_t>(15001 + sidecar.listeners.size()));
  if (choices.Chance(40)) listener.protocol = Listener::Protocol::kHttps;
  FurnishListener(choices, listener);
  listener.intercept = choices.Chance(40);
  Route route = RandomRoute(choices, policy, sidecar, 0);
  route.name = std::move(name);
  route.match = {.listeners = {SizeOf(sidecar.listeners)}};
  route.action = syntax::Forward{.targets = {{.service = {service}}}};
  FurnishRoute(choices, policy, route);
  sidecar.listeners.push_back(std::move(listener));
  sidecar.routes.push_back(std::move(route));
}

void AddSidecar(Choices& choices, Policy& policy) {
  Gateway sidecar;
  sidecar.kind = Gateway::Kind::kSidecar;
  const std::uint32_t own = choices.Below(SizeOf(policy.services));
  sidecar.name = policy.services[own].name;
  sidecar.sidecar_of = syntax::Ref<syntax::Service>{own};
  if (choices.Chance(30)) sidecar.rules = RandomRules(choices);
  FurnishGateway(choices, sidecar);
  syntax::Service application;
  application.name = sidecar.name + ".app";
  application.endpoints.push_back({.address = LocalPort(9000)});
  policy.services.push_back(std::move(application));
  AddPart(choices, policy, sidecar, Direction::kInbound, "inbound", SizeOf(policy.services) - 1);
  if (choices.Chance(60)) {
    const std::uint32_t callee = choices.Below(SizeOf(policy.services) - 1);
    AddPart(choices, policy, sidecar, Direction::kOutbound,
            "outbound-" + policy.services[callee].name, callee);
  }
  if (!sidecar.identity) sidecar.identity = policy.services[own].identity;
  policy.gateways.push_back(std::move(sidecar));
}

Expression Verified() {
  Expression expression;
  expression.kind = Expression::Kind::kPredicate;
  expression.predicate = {.attribute = {syntax::Subject::kJwtVerified, "", syntax::Type::kBoolean},
                          .op = syntax::Operator::kEqual,
                          .constants = {true}};
  return expression;
}

Expression Not(Expression inner) {
  Expression expression;
  expression.kind = Expression::Kind::kNot;
  expression.children.push_back(std::move(inner));
  return expression;
}

// What the path that is sent looks like; only claims can read it.
Expression OfUpstreamPath(Choices& choices) {
  using syntax::Operator;
  static const std::vector<Operator> kOperators = {Operator::kStartsWith, Operator::kEndsWith,
                                                   Operator::kEqual, Operator::kNotEqual};
  Expression expression;
  expression.kind = Expression::Kind::kPredicate;
  expression.predicate = {.attribute = {syntax::Subject::kUpstreamPath, "", syntax::Type::kString},
                          .op = choices.Of(kOperators),
                          .constants = {choices.Of({"/", "/a", "/admin", "/v2"})}};
  return expression;
}

// The condition of some rule that is in force at the first gateway.
std::optional<Expression> SomeRule(Choices& choices, const Policy& policy) {
  std::vector<const syntax::Rule*> rules;
  const auto add = [&](const auto& list) {
    for (const syntax::Rule& rule : list) rules.push_back(&rule);
  };
  add(policy.gateways[0].rules);
  for (const Route& route : policy.gateways[0].routes) add(route.rules);
  for (const syntax::Service& service : policy.services) add(service.rules);
  if (rules.empty()) return std::nullopt;
  const syntax::Rule& rule = *choices.Of(rules);
  return rule.allow ? rule.when : Not(rule.when);
}

syntax::AmplificationClaim RandomLoadClaim(Choices& choices, const Policy& policy) {
  using Measure = syntax::AmplificationClaim::Measure;
  syntax::AmplificationClaim claim;
  if (choices.Chance(40)) claim.measure = Measure::kSustainedLoad;
  if (choices.Chance(60)) {
    claim.service = syntax::Ref<syntax::Service>{choices.Below(SizeOf(policy.services))};
  }
  claim.bound_thousandths = (1 + choices.Below(12)) * std::uint64_t{1'000};
  if (claim.measure == Measure::kSustainedLoad && choices.Chance(50)) {
    claim.added_thousandths = (1 + choices.Below(9)) * std::uint64_t{1'000};
    claim.added_per = {10'000'000'000};
  }
  return claim;
}

syntax::Example RandomExample(Choices& choices, const Policy& policy) {
  using Kind = syntax::ExampleOutcome::Kind;
  syntax::Example example;
  example.name = "example";
  if (choices.Chance(50)) {
    example.gateway = syntax::Ref<Gateway>{choices.Below(SizeOf(policy.gateways))};
  }
  auto& request = example.request;
  request.method = MethodWord(choices);
  request.url = "http://" + HostWord(choices) + "/" + SegmentWord(choices);
  if (choices.Chance(50)) request.headers.emplace_back(HeaderName(choices), ValueWord(choices));
  if (choices.Chance(50)) request.client = AddressWord(choices);
  if (choices.Chance(30)) request.peer = PeerWord(choices);
  if (choices.Chance(30)) request.consumer = "one";
  request.jwt = choices.Chance(50);
  if (request.jwt) {
    request.claims = {{"sub", std::string("u1")},
                      {"level", std::int64_t{choices.Below(9)}},
                      {"staff", choices.Chance(50)},
                      {"scope", std::vector<std::string>{ValueWord(choices)}}};
  }
  auto& outcome = example.outcome;
  outcome.kind = static_cast<Kind>(choices.Below(3));
  if (outcome.kind == Kind::kForward) {
    outcome.service = syntax::Ref<syntax::Service>{choices.Below(SizeOf(policy.services))};
    outcome.path = "/";
  } else {
    outcome.status = outcome.kind == Kind::kRespond ? 403 : 302;
  }
  if (choices.Chance(50)) outcome.route = "route0";
  return example;
}

class Numbering {
 public:
  explicit Numbering(Policy& policy) : policy_(policy) {}

  void Run() {
    for (syntax::Service& service : policy_.services) Number(service.rules);
    for (Gateway& gateway : policy_.gateways) {
      Number(gateway.rules);
      if (gateway.otherwise) gateway.otherwise->node = New();
      Number(gateway.routes);
      for (Route& route : gateway.routes) {
        Number(route.rules);
        Number(route.request);
        Number(route.response);
        Number(route.written);
      }
    }
    for (std::uint32_t i = 0; i < policy_.origins.size(); ++i) policy_.origins[i] = {0, i, i + 1};
  }

 private:
  syntax::NodeId New() {
    policy_.origins.emplace_back();
    return SizeOf(policy_.origins) - 1;
  }
  void Number(auto& list) {
    for (auto& each : list) each.node = New();
  }
  Policy& policy_;
};

}  // namespace

syntax::RequestClaim RandomClaim(Choices& choices, const Policy& policy) {
  syntax::RequestClaim claim;
  if (choices.Chance(25)) {
    claim.to = syntax::Ref<syntax::Service>{choices.Below(SizeOf(policy.services))};
  }
  if (choices.Chance(30)) {
    claim.through = syntax::Ref<Gateway>{choices.Below(SizeOf(policy.gateways))};
  }
  if (choices.Chance(50)) claim.where = RandomExpression(choices, 1);
  switch (choices.Below(6)) {
    case 0:
      claim.satisfies = Verified();
      break;
    case 1:
      claim.satisfies = OfUpstreamPath(choices);
      break;
    case 2:
      claim.satisfies.kind = Expression::Kind::kFalse;
      break;
    case 3:
    case 4:
      if (auto rule = SomeRule(choices, policy)) {
        claim.satisfies = *std::move(rule);
        break;
      }
      [[fallthrough]];
    default:
      claim.satisfies = RandomExpression(choices, 1);
  }
  return claim;
}

Policy RandomSystem(Choices& choices) {
  Policy policy = RandomPolicy(choices);
  policy.origins.clear();
  if (policy.gateways[0].routes.size() > kMostRoutes) policy.gateways[0].routes.resize(kMostRoutes);
  FurnishDefinitions(choices, policy);
  for (std::uint32_t i = 0; i < policy.services.size(); ++i) FurnishService(choices, policy, i);
  FurnishGateway(choices, policy.gateways[0]);
  FurnishRoutes(choices, policy, policy.gateways[0]);
  if (choices.Chance(25)) AddInnerGateway(choices, policy);
  if (choices.Chance(25)) AddSidecar(choices, policy);
  for (std::uint32_t i = 0, n = 1 + choices.Below(3); i < n; ++i) {
    policy.proofs.push_back({"claim " + std::to_string(i), RandomClaim(choices, policy)});
  }
  if (choices.Chance(40)) policy.proofs.push_back({"load", RandomLoadClaim(choices, policy)});
  if (choices.Chance(30)) policy.examples.push_back(RandomExample(choices, policy));
  if (choices.Chance(15)) policy.amplification_bound = 1 + choices.Below(9);
  if (choices.Chance(15)) policy.unused.push_back({.keyword = "let", .name = "spare"});
  for (std::uint8_t& octet : policy.source_hash)
    octet = static_cast<std::uint8_t>(choices.Below(256));
  Numbering(policy).Run();
  return policy;
}

}  // namespace weir::fuzz
