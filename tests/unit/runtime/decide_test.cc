#include "tests/support/sample/decide.h"

#include <gtest/gtest.h>

#include "runtime/decide/decision.h"
#include "tests/support/sample/sample_policy.h"

namespace weir::tests {
namespace {

using runtime::ClaimValue;
using runtime::Identity;
using runtime::LimitVerdict;

class Decide : public ::testing::Test {
 protected:
  Decide() : proxy_(SamplePolicy()) {
    claims_[0] = {.kind = ClaimValue::Kind::kString, .string = "u1"};
    claims_[4] = {.kind = ClaimValue::Kind::kList, .list = scopes_};
    proxy_.identity = {.kind = Identity::Kind::kVerified, .jwt_verified = true, .claims = claims_};
    proxy_.verdict.remaining = 7;
    proxy_.verdict.reset = 1'500'000'000;
  }
  std::string_view scopes_[2] = {"write", "read"};
  ClaimValue claims_[5];
  Proxy proxy_;
};

TEST_F(Decide, ForwardsTheTransformedRequest) {
  const Reply reply = proxy_.Send({"GET",
                                   "/users/42/orders?x=1&from=old",
                                   {{"Host", "API.example:8080"},
                                    {"X-Forwarded-For", "1.2.3.4"},
                                    {"X-Weir-Route", "fake"},
                                    {"X-User", "root"},
                                    {"Content-Length", "5"},
                                    {"Accept", "*/*"}},
                                   "198.51.100.7"});
  EXPECT_TRUE(reply.forwarded) << reply.reason;
  EXPECT_EQ(reply.route, "users");
  EXPECT_EQ(reply.head,
            "GET /42/orders?x=1&from=a%20b api.example:8080\n"
            "accept: */*\n"
            "x-forwarded-for: 198.51.100.7\n"
            "x-forwarded-host: api.example:8080\n"
            "x-forwarded-proto: http\n"
            "x-request-id: made\n"
            "x-user: u1\n");
  EXPECT_EQ(reply.charges, (std::vector<std::string>{"per-ip:198.51.100.7", "per-user:users,u1"}));
  EXPECT_EQ(reply.fields,
            "ratelimit-limit: 5\nratelimit-policy: "
            "\"per-user\";q=5;w=60\n"
            "ratelimit-remaining: 7\nratelimit-reset: 2\nratelimit: \"per-user\";r=7;t=2\nvary: "
            "Origin\n");
}

TEST_F(Decide, ATrustedPeersChainIsKept) {
  const Reply reply = proxy_.Send({"GET",
                                   "/users/42",
                                   {{"Host", "api.example"}, {"X-Forwarded-For", "198.51.100.7"}},
                                   "10.0.0.1"});
  EXPECT_NE(reply.head.find("x-forwarded-for: 198.51.100.7, 10.0.0.1\n"), std::string::npos);
  EXPECT_EQ(reply.charges[0], "per-ip:198.51.100.7");
}

TEST(Forwarded, AnUnderscoreHidesNoFieldThatWeVouchFor) {
  syntax::Policy policy = SamplePolicy();
  for (auto& listener : policy.gateways[0].listeners) {
    listener.underscores = syntax::Listener::Underscores::kKeep;
  }
  static constexpr std::string_view kScopes[] = {"read", "write"};
  ClaimValue claims[5];
  claims[0] = {.kind = ClaimValue::Kind::kString, .string = "u1"};
  claims[4] = {.kind = ClaimValue::Kind::kList, .list = kScopes};
  Proxy proxy(policy);
  proxy.identity = {.kind = Identity::Kind::kVerified, .jwt_verified = true, .claims = claims};
  const Reply reply = proxy.Send({"GET",
                                  "/users/42/orders",
                                  {{"Host", "api.example"},
                                   {"X_User", "root"},
                                   {"X_Forwarded_For", "1.2.3.4"},
                                   {"x-forwarded_proto", "https"},
                                   {"X_Real_IP", "1.2.3.4"},
                                   {"X_Weir_Route", "fake"},
                                   {"X_Request_Id", "fake"},
                                   {"X_Kept", "1"}},
                                  "198.51.100.7"});
  EXPECT_TRUE(reply.forwarded) << reply.reason;
  EXPECT_EQ(reply.head,
            "GET /42/orders?from=a%20b api.example\n"
            "x-forwarded-for: 198.51.100.7\n"
            "x-forwarded-host: api.example\n"
            "x-forwarded-proto: http\n"
            "x-request-id: made\n"
            "x-user: u1\n"
            "x_kept: 1\n");
}

TEST_F(Decide, AnswersEachRefusal) {
  struct Case {
    Sent sent;
    int status;
    const char* reason;
    const char* fields;  // that must be among them
  };
  const std::string host = "api.example";
  const Case kCases[] = {
      {{"GET", "/nowhere"}, 404, "no-route", ""},
      {{"POST", "/users/1"}, 405, "method", "allow: GET, PURGE, PUT\n"},
      {{"PUT", "/users/1"}, 403, "not-allowed", "vary: Origin\n"},
      {{"GET", "/users/1", {{"Host", host}}, "192.0.2.9"}, 403, "denied", ""},
      {{"GET", "/users/1", {{"Host", host}, {"X-Evil", ""}}}, 403, "denied", ""},
      {{"GET", "/old/7?a=b", {{"Host", host + ":81"}}},
       301,
       "redirect",
       "location: http://api.example:81/users/7?a=b\n"},
      {{"GET", "/partner/x", {{"Host", host}, {"X-Kind", "a"}}}, 404, "no-route", ""},
      {{"GET", "/partner/x?q=%2Fv7%2f+", {{"Host", host}, {"X-Kind", "a"}}}, 200, "respond", ""},
      {{"GET", "/v1/x"}, 200, "respond", ""},
      {{"GET", "/v1/x", {{"Host", host}}, "198.51.100.1"}, 404, "no-route", ""},
  };
  for (const Case& c : kCases) {
    const Reply reply = proxy_.Send(c.sent);
    EXPECT_EQ(reply.status, c.status) << c.sent.target;
    EXPECT_EQ(reply.reason, c.reason) << c.sent.target;
    EXPECT_NE(reply.fields.find(c.fields), std::string::npos) << reply.fields;
  }
}

TEST_F(Decide, LimitsRefuseWithTheTimeToWait) {
  proxy_.verdict = {LimitVerdict::Kind::kRefused, 0, 3'000'000'001, 2'000'000'001};
  const Reply reply = proxy_.Send({"GET", "/users/1"});
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.fields,
            "ratelimit-limit: 100\nratelimit-policy: "
            "\"per-ip\";q=100;w=2\n"
            "ratelimit-remaining: 0\nratelimit-reset: 4\nratelimit: "
            "\"per-ip\";r=0;t=4\nretry-after: 3\n");
  EXPECT_EQ(reply.charges.size(), 1u);
  proxy_.verdict = {.kind = LimitVerdict::Kind::kUnavailable};
  EXPECT_EQ(proxy_.Send({"GET", "/users/1"}).reason, "store-down");
}

// LIMIT-6: nobody can send what stands for nothing.
TEST(LimitKey, AbsentIsNoValue) {
  syntax::Policy policy = SamplePolicy();
  syntax::Limit& limit = policy.limits[0];
  limit.by = {{syntax::Subject::kHeader, "x-key"},
              {syntax::Subject::kQuery, "key"},
              {syntax::Subject::kCookie, "key"}};
  limit.missing_key = "none";
  Proxy proxy(policy);
  const auto key = [&](const std::string& target,
                       std::vector<std::pair<std::string, std::string>> fields) {
    fields.emplace_back("Host", "api.example");
    return proxy.Send({"GET", target, fields}).charges.at(0);
  };
  EXPECT_EQ(key("/", {}), "per-ip:absent none,absent none,absent none");
  EXPECT_EQ(key("/?key", {{"X-Key", ""}, {"Cookie", "key="}}), "per-ip:,,");
  EXPECT_EQ(key("/?key=none", {{"X-Key", "none"}, {"Cookie", "key=none"}}),
            "per-ip:none,none,none");
}

// A verified token that lacks the claim has no value of it either.
TEST_F(Decide, TokensWithoutTheClaimShareAKeyOfTheirOwn) {
  Proxy proxy(SamplePolicy());
  std::vector<ClaimValue> claims(runtime::kRegisteredClaims + 1);
  proxy.identity = {.kind = Identity::Kind::kVerified, .jwt_verified = true, .claims = claims};
  const auto key = [&] { return proxy.Send({"GET", "/users/1"}).charges.at(1); };
  EXPECT_EQ(key(), "per-user:users,absent ");
  claims[0] = {.kind = ClaimValue::Kind::kString, .string = ""};
  EXPECT_EQ(key(), "per-user:users,");
}

TEST_F(Decide, CredentialsAreAskedFor) {
  proxy_.identity = {};
  const Reply none = proxy_.Send(
      {"GET", "/users/1", {{"Host", "api.example"}, {"Origin", "https://a.b.app.example"}}});
  EXPECT_EQ(none.status, 401);
  EXPECT_NE(none.fields.find("www-authenticate: Bearer realm=\"auth\"\n"), std::string::npos);
  EXPECT_NE(none.fields.find("access-control-allow-origin: https://a.b.app.example\n"),
            std::string::npos);
  EXPECT_NE(none.fields.find("access-control-expose-headers: x-total\n"), std::string::npos);
  proxy_.identity.kind = Identity::Kind::kBad;
  EXPECT_NE(proxy_.Send({"GET", "/users/1"}).fields.find("error=\"invalid_token\""),
            std::string::npos);
  proxy_.identity.kind = Identity::Kind::kKeysUnavailable;
  EXPECT_EQ(proxy_.Send({"GET", "/users/1"}).status, 503);
}

TEST_F(Decide, PreflightIsAnsweredForTheRouteOfTheRequestedMethod) {
  Sent sent{"OPTIONS",
            "/users/1",
            {{"Host", "api.example"},
             {"Origin", "https://app.example"},
             {"Access-Control-Request-Method", "PUT"}}};
  Reply reply = proxy_.Send(sent);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(
      reply.fields,
      "access-control-allow-credentials: true\n"
      "access-control-allow-headers: authorization\n"
      "access-control-allow-methods: GET, POST\n"
      "access-control-allow-origin: https://app.example\n"
      "access-control-max-age: 600\n"
      "ratelimit-limit: 100\nratelimit-policy: "
      "\"per-ip\";q=100;w=2\n"
      "ratelimit-remaining: 7\nratelimit-reset: 2\nratelimit: \"per-ip\";r=7;t=2\nvary: Origin\n");
  EXPECT_EQ(reply.charges.size(), 1u);  // the gateway's alone
  sent.fields[1].second = "https://evil.example";
  reply = proxy_.Send(sent);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.reason, "preflight-origin");
  EXPECT_EQ(reply.fields.find("access-control"), std::string::npos);
  sent.fields[2].second = "DELETE";
  EXPECT_EQ(proxy_.Send(sent).status, 405);
}

TEST_F(Decide, AKeyThatOutgrowsTheBufferStaysApart) {
  syntax::Policy policy = EmptyPolicy();
  policy.limits.push_back({.name = "l",
                           .count = 1,
                           .period = {1},
                           .burst = 1,
                           .by = {{syntax::Subject::kHeader, "x", syntax::Type::kString}}});
  policy.gateways[0].limits = {{0}};
  policy.gateways[0].routes.push_back(Answering("all"));
  const auto table = LowerAndLoad(policy);
  const auto key = [&](const std::string& value) {
    const runtime::Header headers[] = {{"x", value}};
    runtime::CanonicalRequest request;
    request.headers = headers;
    runtime::Decision decision(*table, request);
    EXPECT_EQ(decision.Start(), runtime::Step::kNeedLimit);
    return std::string(decision.charges()[0].key);
  };
  EXPECT_EQ(key("ab"), std::string("\2\0\0\0ab", 6));
  const std::string a = key(std::string(5000, 'a'));
  EXPECT_EQ(a.size(), 32u);
  EXPECT_NE(a, key(std::string(5001, 'a')));
  EXPECT_EQ(a, key(std::string(5000, 'a')));
}

// Charges of one phase come in one run, so far as their keys find room; whether a key
// is a digest does not depend on the keys before it.
TEST_F(Decide, AKeyDoesNotDependOnThoseBeforeIt) {
  syntax::Policy policy = EmptyPolicy();
  for (const char* name : {"one", "two", "three"}) {
    policy.limits.push_back({.name = name,
                             .count = 1,
                             .period = {1},
                             .burst = 1,
                             .by = {{syntax::Subject::kHeader, name, syntax::Type::kString}}});
  }
  policy.gateways[0].limits = {{0}, {1}, {2}};
  policy.gateways[0].routes.push_back(Answering("all"));
  const auto table = LowerAndLoad(policy);
  const auto runs = [&](std::size_t one, std::size_t two, std::size_t three) {
    const std::string values[] = {std::string(one, 'a'), std::string(two, 'b'),
                                  std::string(three, 'c')};
    const runtime::Header headers[] = {
        {"one", values[0]}, {"two", values[1]}, {"three", values[2]}};
    runtime::CanonicalRequest request;
    request.headers = headers;
    runtime::Decision decision(*table, request);
    std::vector<std::vector<std::size_t>> sizes;
    for (runtime::Step step = decision.Start(); step == runtime::Step::kNeedLimit;) {
      sizes.emplace_back();
      for (const auto& charge : decision.charges()) sizes.back().push_back(charge.key.size());
      const std::vector<runtime::LimitVerdict> all(decision.charges().size());
      step = decision.Resume(all);
    }
    return sizes;
  };
  using Runs = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(runs(10, 20, 30), (Runs{{14, 24, 34}}));
  EXPECT_EQ(runs(900, 300, 10), (Runs{{904}, {304, 14}}));
  EXPECT_EQ(runs(10, 1020, 10), (Runs{{14}, {1024}, {14}}));
  EXPECT_EQ(runs(10, 1021, 10), (Runs{{14}, {32, 14}}));
}

}  // namespace
}  // namespace weir::tests
