// Where meanings are easily got wrong: small policies as a person would write
// them, and what the engine and the prover have to say of each.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/checks/checks.h"
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
  EXPECT_EQ(LastRoute(two + Respond("d", "path \"/a/\"") + Respond("c", "path \"/a/**\"")), "dead");
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
  EXPECT_EQ(LastRoute(not_u + Respond("b", "path \"/a\" header x") + Respond("c", "path \"/a\"")),
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

TEST(Probes, RoutesBoundToAListener) {
  const char two[] = "  listen http 127.0.0.1:8081\n";
  auto loaded = Loaded(two + Respond("a", "path \"/a\"") + Respond("c", "path \"/a\""));
  ASSERT_TRUE(loaded.policy);
  auto& gateway = loaded.policy->gateways[0];
  const auto verdict = [&] { return ShadowEngine(gateway).Explain(1).kind; };
  EXPECT_EQ(verdict(), RouteVerdict::Kind::kDead);
  gateway.routes[0].match.listeners = {0};
  EXPECT_EQ(verdict(), RouteVerdict::Kind::kAlive);
  EXPECT_EQ(ShadowEngine(gateway).Explain(1).witness->listener, 1u);
  gateway.routes[1].match.listeners = {0};
  EXPECT_EQ(verdict(), RouteVerdict::Kind::kDead);
  gateway.routes[0].match.listeners = {1};
  EXPECT_EQ(verdict(), RouteVerdict::Kind::kAlive);
}

// What `unreachable-policy` says, each as "line: beginning of the message".
std::vector<std::string> Unreachable(const std::string& gateway_body, const std::string& after = "",
                                     const std::string& rule = "unreachable-policy") {
  const auto loaded = Loaded(gateway_body, after);
  if (!loaded.policy) return {"broken"};
  const auto result = CheckUnreachablePolicies(*loaded.policy);
  EXPECT_TRUE(result.unknown.empty()) << result.unknown[0].reason;
  std::vector<std::string> said;
  for (const Finding& finding : result.findings) {
    if (finding.diagnostic.rule == rule) said.push_back(finding.diagnostic.message);
  }
  return said;
}

TEST(Probes, ADenyWithoutConditionSwallowsEveryAllow) {
  const auto said = Unreachable(
      "  route a { match path \"/a\"  authenticate id\n    deny\n    allow when jwt.verified\n"
      "    allow\n    forward s }");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_TRUE(said[0].starts_with("this allow of route 'a' never lets anything through"));
}

TEST(Probes, RulesOfAServiceAreWeighedWhereverItIsForwardedTo) {
  const std::string service =
      "service u { endpoints [127.0.0.1:3003]  allow when client.address in [10.0.0.0/8] }\n";
  const std::string narrow = "  route a { match path \"/a\" client [192.0.2.0/24]  forward u }\n";
  EXPECT_EQ(Unreachable(narrow, service).size(), 1u);
  const std::string wide = narrow + "  route b { match path \"/b\"  forward u }";
  EXPECT_TRUE(Unreachable(wide, service).empty());
  const auto denied = Unreachable(wide, service, "denied-route");
  ASSERT_EQ(denied.size(), 1u) << "nobody that route a matches is let in";
  EXPECT_TRUE(denied[0].starts_with("route 'a' can only answer 403"));
}

TEST(Probes, EarlierRoutesThatTakeWhatARuleIsAbout) {
  const std::string tenants = "  route a { match path \"/**\" client [10.0.0.0/8]  forward s }\n";
  const std::string rule =
      "  route b { match path \"/b/**\"\n    deny when client.address in [10.1.0.0/16]\n"
      "    forward s }\n";
  EXPECT_EQ(Unreachable(tenants + rule).size(), 1u);
  EXPECT_TRUE(Unreachable(rule).empty());
}

// Only an OPTIONS that is a preflight would meet the condition, and `b` answers those;
// with an empty Origin it is none, and comes as far as the rule.
TEST(Probes, ARuleThatOnlyPreflightsCouldReach) {
  const std::string rule =
      "  route a { match path \"/a\" method OPTIONS header origin "
      "header access-control-request-method == \"POST\"\n"
      "    deny when header.origin == \"https://app.example.com\"\n    forward s }\n";
  EXPECT_TRUE(Unreachable(rule).empty());
  const std::string answered =
      "  route b { match path \"/a\" method POST  cors front  forward s }\n";
  const auto said = Unreachable(rule + answered);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0],
            "this deny of route 'a' never decides: its condition holds for no request that is "
            "routed and authenticated as far as here");
  const std::string other =
      "  route b { match path \"/other\" method POST  cors front  forward s }\n";
  EXPECT_TRUE(Unreachable(rule + other).empty());
}

// "proved", "vacuous", "refuted PATH" or the reason why it is unknown.
std::string Claimed(const std::string& gateway_body, const std::string& claim) {
  const auto loaded = Loaded(gateway_body, "prove \"p\" { " + claim + " }\n");
  if (!loaded.policy) return "broken";
  const auto octets = Lower(*loaded.policy, &loaded.sources, 0);
  if (!octets) return octets.error()[0].message;
  const auto table = runtime::Table::LoadOctets(*octets);
  if (!table) return table.error();
  const auto verdicts = ProveClaims(*loaded.policy, {*table});
  if (verdicts.size() != 1) return std::to_string(verdicts.size()) + " verdicts";
  const auto& verdict = verdicts[0].verdict;
  if (const auto* proved = std::get_if<smt::Proved>(&verdict)) {
    return proved->note.empty() ? "proved" : "vacuous";
  }
  if (const auto* unknown = std::get_if<smt::Unknown>(&verdict)) return unknown->reason;
  const Witness& witness = std::get<smt::Refuted<Counterexample>>(verdict).witness.witness;
  return "refuted " + witness.method + " " + witness.path + (witness.jwt ? " with token" : "");
}

TEST(Probes, OptionalAuthenticationDoesNotVerify) {
  const char claim[] = "every request to s satisfies jwt.verified";
  EXPECT_EQ(Claimed("  route a { match path \"/a\"  authenticate id  forward s }", claim),
            "proved");
  EXPECT_EQ(Claimed("  route a { match path \"/a\"  authenticate id optional  forward s }", claim),
            "refuted GET /a");
  EXPECT_EQ(Claimed("  route a { match path \"/a\"  authenticate id optional\n"
                    "    allow when jwt.verified\n    forward s }",
                    claim),
            "proved");
}

TEST(Probes, ThePathOfAClaimIsThePathAsReceived) {
  const char claim[] = "no request where path matches \"/admin/**\" is forwarded";
  EXPECT_EQ(Claimed("  route a { match path \"/x/**\"\n    request { strip-prefix \"/x\" }\n"
                    "    forward s }",
                    claim),
            "proved");
  EXPECT_EQ(Claimed("  route a { match path \"/admin/x/**\"\n"
                    "    request { strip-prefix \"/admin\" }\n    forward s }",
                    claim),
            "refuted GET /admin/x");
}

TEST(Probes, PreflightsAreAnsweredNotForwarded) {
  const std::string post = "  route a { match path \"/a\" method POST  cors front  forward s }\n";
  const char none[] = "no request where method == \"OPTIONS\" is forwarded";
  EXPECT_EQ(Claimed(post, none), "proved");
  const std::string any = "  route b { match path \"/a\"  forward t }\n";
  EXPECT_EQ(Claimed(post + any, none), "refuted OPTIONS /a");  // no Origin
  EXPECT_EQ(Claimed(post + any,
                    "no request where method == \"OPTIONS\" and header.origin == "
                    "\"https://app.example.com\" and "
                    "header.access-control-request-method == \"POST\" is forwarded"),
            "proved");
}

TEST(Probes, AWeightedTargetCountsAsReached) {
  const std::string route =
      "  route a { match path \"/a\"  forward { s weight 99  t weight 1 } }\n"
      "  route b { match path \"/b\"  authenticate id  forward s }\n";
  EXPECT_EQ(Claimed(route, "every request to t satisfies jwt.verified"), "refuted GET /a");
  EXPECT_EQ(Claimed(route, "every request to s satisfies jwt.verified"), "refuted GET /a");
  EXPECT_EQ(Claimed(route, "every request to t satisfies path == \"/a\""), "proved");
}

}  // namespace
}  // namespace weir::compiler
