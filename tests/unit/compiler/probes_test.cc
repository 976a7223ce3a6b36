// Where meanings are easily got wrong: small policies as a person would write
// them, and what the engine and the prover have to say of each.
#include <gtest/gtest.h>

#include <string>

#include "compiler/checks/checks.h"
#include "compiler/encode/diff.h"
#include "compiler/encode/prove.h"
#include "compiler/lower/lower.h"
#include "compiler/shadow/engine.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

constexpr char kServices[] =
    "service s { endpoints [127.0.0.1:3001] }\n"
    "service t { endpoints [127.0.0.1:3002] }\n"
    "jwt id { issuer \"https://id/\" audience \"api\" keys file \"k.json\" algorithms [RS256] }\n"
    "cors front { origins [\"https://app.example.com\"]  methods [POST] }\n";

dsl::LoadResult Loaded(const std::string& gateway_body, const std::string& after = "") {
  auto loaded = dsl::LoadText("p.weir", std::string(kServices) +
                                            "gateway edge {\n  listen http 127.0.0.1:8080\n" +
                                            gateway_body + "\n}\n" + after);
  std::string said;
  for (const auto& diagnostic : loaded.diagnostics) said += diagnostic.message + "\n";
  EXPECT_TRUE(loaded.policy) << said << gateway_body << after;
  return loaded;
}

// The verdict on the last route: "alive", "dead", or the reason.
std::string LastRoute(const std::string& gateway_body) {
  const auto loaded = Loaded(gateway_body);
  if (!loaded.policy) return "broken";
  const auto& gateway = loaded.policy->gateways[0];
  ShadowEngine engine(gateway);
  const auto last = static_cast<std::uint32_t>(gateway.routes.size() - 1);
  const RouteVerdict verdict = engine.Explain(last);
  if (verdict.kind == RouteVerdict::Kind::kUnknown) return verdict.reason;
  if (verdict.kind == RouteVerdict::Kind::kAlive) {
    Witness witness = *verdict.witness;
    EXPECT_EQ(engine.FirstMatch(witness), last);
    return "alive";
  }
  // A dead one is confirmed by the check, which replays its witness on model and table.
  const auto result = CheckShadowedRoutes(*loaded.policy);
  EXPECT_FALSE(result.findings.empty());
  EXPECT_TRUE(result.unknown.empty());
  return "dead";
}

std::string Respond(const std::string& name, const std::string& match, int status = 200) {
  return "  route " + name + " { match " + match + "  respond " + std::to_string(status) + " }\n";
}

TEST(Probes, TheLastEmptySegment) {
  const std::string two = Respond("a", "path \"/a\"") + Respond("b", "path \"/a/*/**\"");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a/*\"")), "dead");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a/**\"")), "alive");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a/\"")), "alive");
  EXPECT_EQ(LastRoute(two + Respond("d", "path \"/a/\"") + Respond("c", "path \"/a/**\"")),
            "dead");
}

TEST(Probes, HostsOfSeveralLabels) {
  const std::string wide = Respond("a", "host \"*.example.com\" path \"/**\"");
  EXPECT_EQ(LastRoute(wide + Respond("c", "host \"a.b.example.com\" path \"/**\"")), "dead");
  EXPECT_EQ(LastRoute(wide + Respond("c", "host \"*.b.example.com\" path \"/**\"")), "dead");
  EXPECT_EQ(LastRoute(wide + Respond("c", "host \"example.com\" path \"/**\"")), "alive");
  const std::string narrow = Respond("a", "host \"*.b.example.com\" path \"/**\"");
  EXPECT_EQ(LastRoute(narrow + Respond("c", "host \"*.example.com\" path \"/**\"")), "alive");
  EXPECT_EQ(LastRoute(narrow + Respond("c", "host \"b.example.com\" path \"/**\"")), "alive");
}

TEST(Probes, AnExpressionThatIsAUnionOfPrefixes) {
  const std::string two = Respond("a", "path \"/a/**\"") + Respond("b", "path \"/b/**\"");
  EXPECT_EQ(LastRoute(two + Respond("c", "path ~\"/(a|b)(/.*)?\"")), "dead");
  EXPECT_EQ(LastRoute(two + Respond("c", "path ~\"/(a|b|c)(/.*)?\"")), "alive");
  EXPECT_EQ(LastRoute(two + Respond("c", "path ~\"/(a|b).*\"")), "alive");  // "/ab"
  const std::string one = Respond("a", "path ~\"/(a|b)(/.*)?\"");
  EXPECT_EQ(LastRoute(one + Respond("c", "path \"/a/**\"")), "dead");
}

TEST(Probes, MethodsAndTheRest) {
  const std::string two = Respond("a", "path \"/a\" method [GET, POST]");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a\" method GET")), "dead");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a\" method HEAD")), "alive");
  EXPECT_EQ(LastRoute(two + Respond("c", "path \"/a\"")), "alive");
  EXPECT_EQ(LastRoute(two + Respond("r", "path \"/a\"") + Respond("c", "path \"/a\" method PUT")),
            "dead");
}

TEST(Probes, NegatedTestsOfAbsentHeaders) {
  const std::string not_u = Respond("a", "path \"/a\" not header x == \"u\"");
  EXPECT_EQ(LastRoute(not_u + Respond("c", "path \"/a\" header x == \"v\"")), "dead");
  EXPECT_EQ(LastRoute(not_u + Respond("c", "path \"/a\"")), "alive");
  EXPECT_EQ(LastRoute(not_u + Respond("b", "path \"/a\" header x") +
                      Respond("c", "path \"/a\"")),
            "dead");
}

TEST(Probes, NetworksThatCoverEverything) {
  const std::string four = Respond("a", "path \"/a\" client [0.0.0.0/0]");
  EXPECT_EQ(LastRoute(four + Respond("c", "path \"/a\" client [10.0.0.0/8]")), "dead");
  EXPECT_EQ(LastRoute(four + Respond("c", "path \"/a\"")), "alive");  // version 6
  EXPECT_EQ(LastRoute(four + Respond("c", "path \"/a\" client [\"::ffff:0:0/96\"]")), "dead");
  EXPECT_EQ(LastRoute(Respond("a", "path \"/a\" client [\"::/0\"]") + Respond("c", "path \"/a\"")),
            "dead");
}

}  // namespace
}  // namespace weir::compiler
