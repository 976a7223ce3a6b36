// Every check on random policies: it ends, and each request that it shows is
// treated by the reference model, and by the loaded table, as the finding says. And
// what is called dead is: without it no request is treated otherwise.
#include "compiler/checks/checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "compiler/witness/confirm.h"
#include "compiler/witness/replay.h"
#include "fuzz/generators/policy_generator.h"
#include "fuzz/generators/request_generator.h"
#include "fuzz/generators/world_generator.h"
#include "spec/model/retry.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

using compiler::Finding;
using compiler::Witness;
using model::Outcome;

model::Identity IdentityOf(const Witness& witness) {
  model::Identity identity;
  identity.jwt_verified = witness.jwt || !witness.claims.empty();
  identity.consumer = witness.consumer;
  if (identity.jwt_verified || witness.consumer) identity.kind = model::Identity::Kind::kVerified;
  for (const auto& [name, value] : witness.claims) identity.claims[name] = value;
  return identity;
}

Outcome Decide(const syntax::Policy& policy, const Witness& witness) {
  model::World world;
  world.charge = [](std::uint32_t, const model::LimitKey&) {
    return model::LimitVerdict::kAdmitted;
  };
  world.identify = [&](const syntax::Authentication&) { return IdentityOf(witness); };
  return model::Decide(policy, 0, compiler::RawRequestOf(witness), compiler::ConnectionOf(witness),
                       world);
}

// The first name in quotes: of the route that the finding is about.
std::string Subject(const Finding& finding) {
  const std::string& text = finding.diagnostic.message;
  const std::size_t begin = text.find('\'') + 1;
  return text.substr(begin, text.find('\'', begin) - begin);
}

// Behind "route '".
std::string RouteOf(const Finding& finding) {
  const std::string& text = finding.diagnostic.message;
  const std::size_t begin = text.find("route '") + 7;
  return text.substr(begin, text.find('\'', begin) - begin);
}

// Whether the preflight asks for a method or header that its answer does not list.
bool AsksForMore(const Witness& preflight, const Outcome& answer) {
  const auto of = [](const auto& fields, const std::string& name) {
    const auto at = std::ranges::find(fields, name, [](const auto& each) { return each.first; });
    return at == fields.end() ? "" : at->second;
  };
  const auto lists = [&](const std::string& field, const std::string& word) {
    return (", " + of(answer.response_fields, field) + ",").find(", " + word + ",") !=
           std::string::npos;
  };
  const std::string method = of(preflight.headers, "access-control-request-method");
  const std::string header = of(preflight.headers, "access-control-request-headers");
  const bool simple = method == "GET" || method == "HEAD" || method == "POST";
  return (!simple && !lists("access-control-allow-methods", method)) ||
         (!header.empty() && !lists("access-control-allow-headers", header));
}

// What the rule promises of its witness.
void CheckPromise(const syntax::Policy& policy, const Finding& finding, const Outcome& outcome) {
  const std::string& rule = finding.diagnostic.rule;
  const auto& routes = policy.gateways[0].routes;
  const std::string taker = outcome.route ? routes[*outcome.route].name : "";
  if (rule == "shadowed-route" || rule == "duplicate-route" || rule == "partly-shadowed-route") {
    EXPECT_TRUE(outcome.route) << "no route takes it";
    EXPECT_NE(taker, Subject(finding));
  } else if (rule == "open-route") {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kForward) << outcome.reason;
    EXPECT_EQ(taker, Subject(finding));
    EXPECT_FALSE(finding.witness->jwt || finding.witness->consumer);
  } else if (rule == "open-neighbour") {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kForward) << outcome.reason;
    EXPECT_NE(taker, Subject(finding));
    EXPECT_FALSE(finding.witness->jwt || finding.witness->consumer);
  } else if (rule == "get-without-head") {
    EXPECT_EQ(finding.witness->method, "HEAD");
    EXPECT_NE(taker, Subject(finding));
    Witness get = *finding.witness;
    get.method = "GET";
    const Outcome got = Decide(policy, get);
    EXPECT_EQ(got.route ? routes[*got.route].name : "", Subject(finding));
  } else if (rule == "cors-unusable") {
    EXPECT_EQ(outcome.reason, "preflight");
    EXPECT_TRUE(AsksForMore(*finding.witness, outcome));
  } else if (rule == "shallow-wildcard") {
    EXPECT_NE(taker, RouteOf(finding));
    Witness above = *finding.witness;
    above.path.resize(above.path.rfind('/'));
    const Outcome higher = Decide(policy, above);
    EXPECT_EQ(higher.route ? routes[*higher.route].name : "", RouteOf(finding));
  } else if (rule == "strip-prefix-misses") {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kForward) << outcome.reason;
    EXPECT_EQ(outcome.upstream_path, finding.witness->path);
    EXPECT_EQ(taker, RouteOf(finding));
  } else if (rule == "per-try-cuts") {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kForward) << outcome.reason;
    EXPECT_EQ(taker, Subject(finding));
    const auto& retry = policy[*routes[*outcome.route].retry];
    EXPECT_FALSE(model::MayRetry(retry, {model::TryResult::Kind::kPerTryTimeout, 0, true},
                                 {.method = finding.witness->method}));
  } else if (rule == "trusts-everyone") {
    Witness honest = *finding.witness;
    std::erase_if(honest.headers,
                  [](const auto& header) { return header.first == "x-forwarded-for"; });
    EXPECT_NE(Decide(policy, honest), outcome);
  } else if (rule == "unreachable-policy") {
    EXPECT_EQ(outcome.status, 403);
  } else if (rule == "cors-overmatch") {
    EXPECT_EQ(outcome.reason, "preflight");
  } else if (rule == "cors-preflight-elsewhere") {
    ASSERT_TRUE(finding.preflight && outcome.route);
    const Outcome preflight = Decide(policy, *finding.preflight);
    const bool answered = preflight.reason.starts_with("preflight");
    EXPECT_FALSE(answered && routes[*preflight.route].cors == routes[*outcome.route].cors);
  } else if (rule == "retry-unsafe-method") {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kForward) << outcome.reason;
    EXPECT_FALSE(model::IsIdempotent(finding.witness->method));
  } else if (rule == "denied-route") {
    EXPECT_EQ(taker, Subject(finding));
    EXPECT_TRUE(outcome.reason == "denied" || outcome.reason == "not-allowed") << outcome.reason;
  } else if (rule == "claim-without-authentication") {
    EXPECT_TRUE(outcome.route);
    EXPECT_NE(outcome.reason, "unauthenticated");
  }
}

TEST(Checks, EveryWitnessOnRandomPoliciesIsTreatedAsItSays) {
  const std::uint64_t seed = Seed();
  std::map<std::string, int> found, shown;
  std::map<std::string, int> unknown;
  for (std::uint64_t i = 0; i < CasesOr(100); ++i) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1");
    fuzz::Choices choices(seed + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    const auto result =
        compiler::RunChecks(policy, {}, {.most_notes = std::numeric_limits<std::size_t>::max()});
    for (const compiler::Unknown& one : result.unknown) ++unknown[one.rule + ": " + one.reason];
    EXPECT_TRUE(result.left_out.empty());
    std::unique_ptr<compiler::WitnessReplay> replay;
    for (const Finding& finding : result.findings) {
      const std::string& rule = finding.diagnostic.rule;
      ++found[rule];
      EXPECT_TRUE(compiler::RulePage(rule)) << rule;
      EXPECT_FALSE(finding.diagnostic.message.empty()) << rule;
      // The model's limits would have to count from nothing for this one.
      if (!finding.witness || rule == "limit-cost-above-burst") continue;
      ++shown[rule];
      SCOPED_TRACE(finding.diagnostic.message + "\n" + compiler::Curl(*finding.witness));
      const Outcome outcome = Decide(policy, *finding.witness);
      CheckPromise(policy, finding, outcome);
      if (!replay) replay = std::make_unique<compiler::WitnessReplay>(policy, 0);
      EXPECT_NE(replay->table(), nullptr);
      EXPECT_EQ(compiler::Confirm(policy, 0, replay->table(), *finding.witness,
                                  IdentityOf(*finding.witness),
                                  {outcome.kind == Outcome::Kind::kForward, outcome.status,
                                   outcome.reason, outcome.route, outcome.limit}),
                "");
    }
    if (::testing::Test::HasFailure()) return;
  }
  for (const auto& [rule, count] : found) {
    std::printf("  %5d %s, %d with a witness\n", count, rule.c_str(), shown[rule]);
  }
  for (const auto& [reason, count] : unknown)
    std::printf("  %5d unknown: %s\n", count, reason.c_str());
  // One case is run to look at what failed.
  if (CasesOr(100) < 100) return;
  for (const char* rule :
       {"shadowed-route", "unreachable-policy", "claim-without-authentication"}) {
    EXPECT_GT(shown[rule], 0) << rule;
  }
}

// The checks know what a verified credential says: the issuer, an audience, and one
// of the consumers that have a key.
fuzz::RandomWorld Credible(const syntax::Policy& policy, fuzz::RandomWorld world) {
  model::Identity& identity = world.identity;
  if (identity.consumer) identity.consumer = policy.api_keys[0].keys[0].consumer;
  if (!identity.jwt_verified) return world;
  identity.claims["iss"] = policy.jwts[0].issuer;
  identity.claims["aud"] = policy.jwts[0].audiences;
  return world;
}

// What is told apart of an outcome when it is not who decided it.
Outcome Told(Outcome outcome) {
  outcome.route.reset();
  outcome.rule.reset();
  outcome.charges.clear();  // a limit may be keyed by the route
  std::erase_if(outcome.response_fields,
                [](const auto& field) { return field.first.starts_with("x-weir-"); });
  return outcome;
}

// Random routes seldom come to the same: in three policies of four, most do what the
// first does, and match what they match.
syntax::Policy LikeItsFirst(syntax::Policy policy, std::uint64_t which) {
  auto& routes = policy.gateways[0].routes;
  for (std::size_t r = 1; r < routes.size(); ++r) {
    if (which % 4 == 3 || (which + r) % 5 == 0) continue;
    syntax::Route like = routes[0];
    like.name = routes[r].name;
    like.match = routes[r].match;
    if ((which + r) % 3 == 0) like.rules = routes[r].rules;
    routes[r] = std::move(like);
  }
  return policy;
}

// A dead route with "the same outcome" could stand first and nothing would change; one
// without is shown by a request that would.
TEST(Checks, NothingComesThroughADeniedRoute) {
  const std::uint64_t seed = Seed();
  int routes = 0, requests = 0;
  for (std::uint64_t i = 0; i < CasesOr(150); ++i) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1");
    fuzz::Choices choices(seed + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    std::set<std::string> denied;
    for (const Finding& finding : compiler::CheckUnreachablePolicies(policy).findings) {
      if (finding.diagnostic.rule == "denied-route") denied.insert(Subject(finding));
    }
    routes += static_cast<int>(denied.size());
    for (int k = 0; !denied.empty() && k < 300; ++k) {
      const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
      const fuzz::RandomWorld world = Credible(policy, fuzz::WorldFor(policy, choices));
      const Outcome outcome =
          model::Decide(policy, 0, request.raw, request.connection, fuzz::AsModelWorld(world));
      if (!outcome.route || !denied.contains(policy.gateways[0].routes[*outcome.route].name)) {
        continue;
      }
      ++requests;
      const bool through = outcome.kind == Outcome::Kind::kForward || outcome.reason == "respond" ||
                           outcome.reason == "redirect";
      ASSERT_FALSE(through) << request.raw.method << " " << request.raw.target;
    }
  }
  std::printf("  %d denied routes, %d requests\n", routes, requests);
  if (CasesOr(150) < 150) return;
  EXPECT_GT(routes, 3);
  EXPECT_GT(requests, 30);
}

TEST(Checks, ADeadRouteComesToTheSameOrIsShown) {
  const std::uint64_t seed = Seed();
  int same = 0, otherwise = 0, unknown = 0, requests = 0;
  for (std::uint64_t i = 0; i < CasesOr(300); ++i) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1");
    fuzz::Choices choices(seed + i);
    const syntax::Policy policy = LikeItsFirst(fuzz::RandomPolicy(choices), i);
    const auto checked = compiler::CheckShadowedRoutes(policy);
    unknown += static_cast<int>(checked.unknown.size());
    for (const Finding& finding : checked.findings) {
      if (!finding.witness) continue;
      const auto& routes = policy.gateways[0].routes;
      const auto dead = std::ranges::find(routes, Subject(finding), &syntax::Route::name);
      ASSERT_NE(dead, routes.end());
      syntax::Policy first = policy;
      auto& moved = first.gateways[0].routes;
      std::rotate(moved.begin(), moved.begin() + (dead - routes.begin()),
                  moved.begin() + (dead - routes.begin()) + 1);
      EXPECT_EQ(routes[*Decide(policy, *finding.witness).route].name, finding.taken_by);
      EXPECT_EQ(Decide(first, *finding.witness).route, 0u);
      const bool says_same =
          finding.diagnostic.message.find("the outcome is the same") != std::string::npos;
      (says_same ? same : otherwise) += 1;
      for (int k = 0; says_same && k < 200; ++k) {
        fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
        const fuzz::RandomWorld world = Credible(policy, fuzz::WorldFor(policy, choices));
        const auto decide = [&](const syntax::Policy& which) {
          return model::Decide(which, 0, request.raw, request.connection,
                               fuzz::AsModelWorld(world));
        };
        const Outcome after = decide(first);
        if (after.route != 0u) continue;
        ++requests;
        EXPECT_EQ(Told(decide(policy)), Told(after)) << finding.diagnostic.message << "\n"
                                                     << fuzz::Describe(request);
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
  if (CasesOr(300) >= 300) {
    EXPECT_GT(same, 20);
    EXPECT_GT(requests, 100);
    EXPECT_GT(otherwise, 20);
  }
  std::printf("  %d the same over %d requests, %d otherwise, %d unknown\n", same, requests,
              otherwise, unknown);
}

// Every rule and transform a place of its own, so that a finding leads back to it.
void GivePlaces(syntax::Policy& policy) {
  auto& gateway = policy.gateways[0];
  for (auto& route : gateway.routes) {
    for (auto* list : {&route.request, &route.response}) {
      for (auto& transform : *list) {
        transform.node = static_cast<syntax::NodeId>(policy.origins.size());
        policy.origins.emplace_back();
      }
    }
  }
  if (gateway.otherwise) {
    gateway.otherwise->node = static_cast<syntax::NodeId>(policy.origins.size());
    policy.origins.emplace_back();
  }
  for (std::uint32_t i = 0; i < policy.origins.size(); ++i) policy.origins[i] = {0, i, i + 1};
}

// Takes out the rule of this node; false when there is none, or when it is the only
// allow of its scope, which would be open without it.
bool TakeOutRule(std::vector<syntax::Rule>& rules, syntax::NodeId node) {
  const auto at = std::ranges::find(rules, node, &syntax::Rule::node);
  if (at == rules.end()) return false;
  if (at->allow && std::ranges::count_if(rules, &syntax::Rule::allow) == 1) return false;
  rules.erase(at);
  return true;
}

// Takes out what the finding calls dead; false when it calls nothing so.
bool TakeOut(syntax::Policy& policy, const Finding& finding) {
  const std::string& text = finding.diagnostic.message;
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  const syntax::NodeId node = finding.diagnostic.span.begin;
  auto& gateway = policy.gateways[0];
  if (says("never decides") || says("never lets anything through") || says("it never holds")) {
    if (TakeOutRule(gateway.rules, node)) return true;
    for (auto& service : policy.services) {
      if (TakeOutRule(service.rules, node)) return true;
    }
    return std::ranges::any_of(gateway.routes,
                               [&](auto& route) { return TakeOutRule(route.rules, node); });
  }
  if (says("has no effect") || says("never strips")) {
    for (auto& route : gateway.routes) {
      const auto is = [&](const auto& transform) { return transform.node == node; };
      if (std::erase_if(route.request, is) > 0 || std::erase_if(route.response, is) > 0)
        return true;
    }
  }
  if (!says("the otherwise of")) return false;
  gateway.otherwise.reset();
  return true;
}

TEST(Checks, WhatIsDeadCanBeTakenOut) {
  const std::uint64_t seed = Seed();
  int taken_out = 0, requests = 0;
  for (std::uint64_t i = 0; i < CasesOr(100); ++i) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1");
    fuzz::Choices choices(seed + i);
    syntax::Policy policy = fuzz::RandomPolicy(choices);
    GivePlaces(policy);
    const auto result = compiler::CheckUnreachablePolicies(policy);
    auto findings = compiler::CheckClaimsWithoutAuthentication(policy).findings;
    std::ranges::copy(result.findings, std::back_inserter(findings));
    for (const Finding& finding : findings) {
      syntax::Policy without = policy;
      if (!TakeOut(without, finding)) continue;
      ++taken_out;
      for (int k = 0; k < 40; ++k, ++requests) {
        fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
        // Peers are known by mTLS alone, which closes the connection without one (ORDER-1).
        auto& peer = request.connection.peer_identity;
        const auto& listener = policy.gateways[0].listeners[request.connection.listener];
        if (listener.mtls == syntax::Listener::Mtls::kOff) peer.reset();
        if (listener.mtls == syntax::Listener::Mtls::kStrict && !peer) continue;
        const fuzz::RandomWorld world = Credible(policy, fuzz::WorldFor(policy, choices));
        // With what becomes of the upstream's response.
        const auto decide = [&](const syntax::Policy& which) {
          model::Trace trace;
          trace.response = world.response;
          Outcome outcome = model::Decide(which, 0, request.raw, request.connection,
                                          fuzz::AsModelWorld(world), &trace);
          return std::pair(std::move(outcome), std::move(trace.response));
        };
        const auto before = decide(policy);
        // A field that some rule reads may stand on one line only (CANON-13).
        if (before.first.reason == "bad-request") continue;
        ASSERT_TRUE(before == decide(without)) << finding.diagnostic.message << "\n"
                                               << fuzz::Describe(request);
      }
    }
  }
  std::printf("  %d taken out, %d requests\n", taken_out, requests);
  if (CasesOr(100) >= 100) {
    EXPECT_GT(taken_out, 20);
  }
}

}  // namespace
}  // namespace weir::testing
