// The rules about who the caller is: open-route and claim-without-authentication.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/checks/checks.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

const std::string kHead =
    "service a { endpoints [127.0.0.1:3001] }\n"
    "jwt staff { issuer \"https://l.example/\"  keys file \"k.json\"  algorithms [ES256]"
    "  claims { roles list } }\n"
    "jwt guests { issuer \"https://l.example/\"  keys file \"k.json\"  algorithms [ES256] }\n";

CheckResult Linted(CheckResult (*check)(const syntax::Policy&), const std::string& body,
                   const std::string& listen = "listen http 127.0.0.1:8080") {
  const std::string text = kHead + "gateway edge {\n  " + listen + "\n" + body + "\n}\n";
  const auto loaded = dsl::LoadText("edge.weir", text);
  EXPECT_TRUE(loaded.policy) << text;
  if (!loaded.policy) return {};
  CheckResult result = check(*loaded.policy);
  EXPECT_TRUE(result.unknown.empty()) << text;
  return result;
}

// "W" and "N" by severity.
std::string Open(const std::string& body,
                 const std::string& listen = "listen http 127.0.0.1:8080") {
  std::string severities;
  for (const Finding& finding : Linted(CheckOpenRoutes, body, listen).findings) {
    severities += finding.diagnostic.severity == dsl::Severity::kWarning ? "W" : "N";
    EXPECT_TRUE(finding.witness);
    EXPECT_FALSE(finding.witness && finding.witness->jwt);
  }
  return severities;
}

const std::string kGuarded = "  route g { match path \"/g\"  authenticate staff  forward a }\n";
std::string Route(const std::string& clauses) {
  return "  route r { match path \"/r\"  " + clauses + "  forward a }\n";
}

TEST(OpenRoute, WhatCountsAsGuarded) {
  EXPECT_EQ(Open(kGuarded + Route("")), "W");
  EXPECT_EQ(Open(Route("")), "");  // no other route guards it
  EXPECT_EQ(Open(kGuarded + Route("authenticate none")), "");
  EXPECT_EQ(Open("  authenticate none\n" + kGuarded + Route("")), "");
  EXPECT_EQ(Open(kGuarded + Route("authenticate guests optional")), "");
  EXPECT_EQ(Open(kGuarded + Route("match client 10.0.0.0/8")), "");
  EXPECT_EQ(Open(kGuarded + Route("allow when client.address in [10.0.0.0/8]")), "");
  EXPECT_EQ(Open(kGuarded + Route("deny when header.x == \"1\"")), "W");
  EXPECT_EQ(Open(kGuarded + Route("match method [GET, HEAD]")), "N");
  EXPECT_EQ(Open(kGuarded + Route("match method [GET, DELETE]")), "W");
}

TEST(OpenRoute, AmongOtherOpenOnes) {
  const std::string other = "  route o { match path \"/o\"  authenticate none  forward a }\n";
  const std::string guarded = "  route h { match path \"/h\"  authenticate staff  forward a }\n";
  EXPECT_EQ(Open(kGuarded + guarded + other + Route("")), "N");
  EXPECT_EQ(Open(kGuarded + other + Route("")), "");  // to be open is no exception
}

TEST(OpenRoute, RulesThatLetNobodyThrough) {
  EXPECT_EQ(Open(kGuarded + Route("allow when path == \"/s\"")), "");
  // Only a request that the solver finds gets through.
  EXPECT_EQ(Open(kGuarded + Route("allow when header.x matches ~\"a{3}\"")), "W");
  EXPECT_EQ(Open("  route f { match path \"/r\" header \"x\"  respond 200 }\n" + kGuarded +
                 Route("allow when header.x matches ~\"a{3}\"")),
            "");
}

std::vector<std::string> Vain(const std::string& body) {
  std::vector<std::string> found;
  for (const Finding& finding : Linted(CheckClaimsWithoutAuthentication, body).findings) {
    const bool error = finding.diagnostic.severity == dsl::Severity::kError;
    found.push_back((error ? "E " : "W ") + finding.diagnostic.message);
  }
  return found;
}
using Messages = std::vector<std::string>;

TEST(ClaimWithoutAuthentication, WhatTheConditionComesTo) {
  const std::string reads = "' reads `jwt.sub`, but the route verifies no token";
  EXPECT_EQ(Vain(Route("deny when jwt.sub == \"x\"")),
            Messages{"E this deny of route 'r" + reads + ": it never holds"});
  EXPECT_EQ(Vain(Route("deny when jwt.sub != \"x\"")),
            Messages{"E this deny of route 'r" + reads + ": it never holds"});
  EXPECT_EQ(Vain(Route("deny when not (jwt.sub == \"x\")")),
            Messages{"E this deny of route 'r" + reads + ": it always holds"});
  EXPECT_EQ(Vain(Route("deny when jwt.sub == \"x\" or method == \"PUT\"")),
            Messages{"W this deny of route 'r" + reads});
  EXPECT_EQ(Vain(Route("deny when present(jwt.sub) and method == \"PUT\"")),
            Messages{"E this deny of route 'r" + reads + ": it never holds"});
  EXPECT_EQ(Vain(Route("allow when jwt.sub == \"x\"")),
            Messages{"E this allow of route 'r" + reads + ": it never holds"});
  EXPECT_EQ(Vain(Route("allow when jwt.sub == \"x\"  allow when method == \"PUT\"")),
            Messages{"W this allow of route 'r" + reads + ": it never holds"});
}

TEST(ClaimWithoutAuthentication, WhoCanHaveTheClaim) {
  EXPECT_EQ(Vain(Route("authenticate staff  deny when jwt.sub == \"x\"")), Messages{});
  EXPECT_EQ(Vain(Route("authenticate guests optional  deny when jwt.sub == \"x\"")), Messages{});
  EXPECT_EQ(Vain(Route("authenticate staff  deny when consumer == \"x\"")).size(), 1u);
  // The gateway's rule reads what another jwt declares.
  const std::string rule = "  deny when \"x\" in jwt.roles\n";
  EXPECT_EQ(Vain(rule + Route("authenticate guests")),
            Messages{"E this deny of gateway 'edge' reads `jwt.roles`, but no token that is "
                     "verified by the route has it: it never holds"});
  EXPECT_EQ(Vain(rule + kGuarded + Route("authenticate guests")), Messages{});
}

TEST(ClaimWithoutAuthentication, APeerNeedsMutualTls) {
  const std::string rule = Route("allow when peer == \"spiffe://mesh/a\"");
  EXPECT_EQ(Vain(rule), Messages{"E this allow of route 'r' reads `peer`, but the route has no "
                                 "listener with mtls: it never holds"});
  const auto with = [&](const std::string& listen) {
    return Linted(CheckClaimsWithoutAuthentication, rule, listen).findings.size();
  };
  const std::string https = "listen https 127.0.0.1:8443 { certificate \"c\"  key \"k\"  ";
  EXPECT_EQ(with(https + "}"), 1u);
  EXPECT_EQ(with(https + "client-ca \"ca\"  mtls optional }"), 0u);
  EXPECT_EQ(with("listen http 127.0.0.1:8080\n  " + https + "client-ca \"ca\"  mtls strict }"), 0u);
}

// One finding says it.
TEST(ClaimWithoutAuthentication, IsNoUnreachablePolicyToo) {
  EXPECT_TRUE(
      Linted(CheckUnreachablePolicies, Route("deny when jwt.sub == \"x\"")).findings.empty());
  EXPECT_TRUE(Linted(CheckUnreachablePolicies,
                     Route("deny when not jwt.verified  deny when method == \"PUT\""))
                  .findings.empty());
}

}  // namespace
}  // namespace weir::compiler
