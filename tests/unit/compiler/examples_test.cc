// Examples are played on the model and on the compiled table.
#include "compiler/examples/examples.h"

#include <gtest/gtest.h>

#include "compiler/examples/request.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

using syntax::ExampleOutcome;

syntax::Rule AllowScope(const char* scope, syntax::NodeId node) {
  syntax::Expression when{.kind = syntax::Expression::Kind::kPredicate, .node = node};
  when.predicate.attribute = {syntax::Subject::kJwtClaim, "scope", syntax::Type::kStringList};
  when.predicate.op = syntax::Operator::kContains;
  when.predicate.constants = {std::string(scope)};
  return {.allow = true, .when = when, .node = node};
}

// A route "users" that asks for a token with the scope "read", and "old" that redirects.
syntax::Policy Shop() {
  syntax::Policy policy;
  policy.files = {"shop.weir"};
  policy.origins.resize(3);
  policy.services.push_back(
      {.name = "user-service",
       .endpoints = {{.address = {*model::ParseAddress("127.0.0.1"), 3000}}}});
  policy.jwts.push_back({.name = "auth",
                         .issuer = "https://issuer.test/",
                         .audiences = {"api"},
                         .keys = {.location = "keys.json"},
                         .algorithms = {syntax::JwtAlgorithm::kRS256},
                         .claims = {{"scope", "scope", syntax::Type::kStringList, true}}});
  syntax::Gateway gateway{.name = "edge"};
  gateway.listeners.push_back({.address = {*model::ParseAddress("127.0.0.1"), 8080}});

  syntax::Route users{.name = "users"};
  users.match.paths.push_back(
      {.segments = {{.literal = "users"}}, .rest = true, .text = "/users/**"});
  users.authentication.jwt = syntax::Ref<syntax::Jwt>{0};
  users.rules = {AllowScope("read", 0), AllowScope("write", 1)};
  users.request.push_back({.kind = syntax::Transform::Kind::kStripPrefix, .name = "/users"});
  users.action = syntax::Forward{{{.service = {0}}}};

  syntax::Route old{.name = "old"};
  old.match.paths.push_back({.segments = {{.literal = "old"}}, .text = "/old"});
  old.action = syntax::Redirect{.status = 301, .path = "/users/1"};
  gateway.routes = {users, old};
  policy.gateways.push_back(gateway);
  return policy;
}

syntax::Example Users(ExampleOutcome outcome) {
  syntax::Example example{.name = "a reader reads"};
  example.request = {.method = "GET",
                     .url = "https://api.test/users/7?q=1",
                     .jwt = true,
                     .claims = {{"sub", std::string("u1")}, {"scope", std::string("read other")}}};
  example.outcome = std::move(outcome);
  return example;
}

std::vector<std::string> Play(syntax::Policy& policy, syntax::Example example) {
  policy.examples = {std::move(example)};
  const auto report = RunExamples(policy, nullptr);
  EXPECT_TRUE(report);
  return report->results[0].differences;
}

TEST(Examples, PassWhenTheyAreSo) {
  syntax::Policy policy = Shop();
  ExampleOutcome outcome;
  outcome.service = syntax::Ref<syntax::Service>{0};
  outcome.route = "users";
  outcome.path = "/7";
  EXPECT_TRUE(Play(policy, Users(outcome)).empty());
}

TEST(Examples, EachPartThatDiffersIsTold) {
  syntax::Policy policy = Shop();
  ExampleOutcome outcome;
  outcome.route = "old";
  outcome.path = "/users/7";
  EXPECT_EQ(Play(policy, Users(outcome)),
            (std::vector<std::string>{"the route is users, not old",
                                      "the path is \"/7\", not \"/users/7\""}));
  outcome = {.kind = ExampleOutcome::Kind::kRespond, .status = 403};
  EXPECT_EQ(Play(policy, Users(outcome)),
            (std::vector<std::string>{"it is forward user-service path \"/7\" by route users"}));
}

TEST(Examples, ATokenIsReadAsItsIssuerDeclares) {
  syntax::Policy policy = Shop();
  syntax::Example example = Users({.kind = ExampleOutcome::Kind::kRespond, .status = 403});
  example.request.claims = {{"scope", std::string("reader")}};  // membership, never substring
  EXPECT_TRUE(Play(policy, example).empty());
  example.request.jwt = false;
  example.outcome.status = 401;
  EXPECT_TRUE(Play(policy, example).empty());
}

TEST(Examples, ARedirectsPathIsItsLocations) {
  syntax::Policy policy = Shop();
  syntax::Example example{.name = "moved"};
  example.request = {.method = "GET", .url = "http://api.test:8080/old?x=1"};
  example.outcome = {.kind = ExampleOutcome::Kind::kRedirect, .path = "/users/1", .status = 301};
  EXPECT_TRUE(Play(policy, example).empty());
}

TEST(Examples, WhatNoneReachedIsListed) {
  syntax::Policy policy = Shop();
  policy.examples = {Users({})};
  const auto report = RunExamples(policy, nullptr);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->unreached.size(), 2u);
  EXPECT_EQ(report->unreached[0].kind, Unreached::Kind::kRule);  // the second allow
  EXPECT_EQ(report->unreached[0].node, 1u);
  EXPECT_EQ(report->unreached[1].name, "old");
}

TEST(Examples, TheListenerIsThatOfTheUrl) {
  syntax::Policy policy = Shop();
  auto& listeners = policy.gateways[0].listeners;
  listeners.push_back({.protocol = syntax::Listener::Protocol::kHttps,
                       .address = {*model::ParseAddress("127.0.0.1"), 8443}});
  syntax::Example example = Users({});
  EXPECT_EQ(CaseOf(policy, example).connection.listener, 1u);
  EXPECT_EQ(CaseOf(policy, example).raw.scheme, "https");
  listeners.pop_back();  // TLS ends before the gateway
  EXPECT_EQ(CaseOf(policy, example).connection.listener, 0u);
  EXPECT_EQ(CaseOf(policy, example).raw.scheme, "http");
}

}  // namespace
}  // namespace weir::compiler
