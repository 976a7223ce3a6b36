// The checks on small policies of the core, one planted mistake each, and the
// reports of what they find.
#include "compiler/checks/checks.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "compiler/checks/amplification.h"
#include "compiler/checks/rule_standing.h"
#include "compiler/report/report.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

using syntax::Expression;
using syntax::Gateway;
using syntax::Listener;
using syntax::PathPattern;
using syntax::PathSegment;
using syntax::Policy;
using syntax::Route;

// A policy whose nodes all have a place: node i is octets i to i + 1 of one line.
Policy OneGateway() {
  Policy policy;
  policy.files = {"shop.weir"};
  for (std::uint32_t i = 0; i < 64; ++i) policy.origins.push_back({0, i, i + 1});
  auto& gateway = policy.gateways.emplace_back();
  gateway.name = "edge";
  auto& listener = gateway.listeners.emplace_back();
  listener.address.port = 8080;
  return policy;
}

PathPattern Exact(const std::string& segment) {
  PathPattern pattern;
  pattern.segments.push_back({PathSegment::Kind::kLiteral, segment, ""});
  pattern.text = "/" + segment;
  return pattern;
}

Route& AddRoute(Policy& policy, const std::string& name, std::uint16_t status,
                std::vector<std::string> methods) {
  auto& routes = policy.gateways[0].routes;
  Route& route = routes.emplace_back();
  route.name = name;
  route.node = static_cast<syntax::NodeId>(routes.size());
  route.match.paths = {Exact("reports")};
  route.match.methods = std::move(methods);
  route.action = syntax::Response{.status = status};
  return route;
}

TEST(ShadowedRoute, NamesTheRoutesThatCoverItTogether) {
  Policy policy = OneGateway();
  AddRoute(policy, "one", 200, {"GET"});
  AddRoute(policy, "two", 200, {"POST"});
  AddRoute(policy, "other", 200, {"PATCH"});
  AddRoute(policy, "three", 200, {"PUT"});
  AddRoute(policy, "planted", 201, {"GET", "POST", "PUT"});
  const auto result = CheckShadowedRoutes(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_TRUE(result.unknown.empty());
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.diagnostic.severity, dsl::Severity::kError);
  EXPECT_EQ(finding.diagnostic.message,
            "route 'planted' is never reached: routes 'one', 'two' and 'three' together take "
            "every request that it matches");
  EXPECT_EQ(finding.diagnostic.span.begin, 5u);
  EXPECT_EQ(finding.diagnostic.labels.size(), 3u);
  EXPECT_EQ(Url(*finding.witness), "http://example.com/reports");
}

TEST(ShadowedRoute, TheSameOutcomeIsAWarning) {
  Policy policy = OneGateway();
  AddRoute(policy, "one", 200, {});
  AddRoute(policy, "planted", 200, {"GET"});
  const auto result = CheckShadowedRoutes(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].diagnostic.severity, dsl::Severity::kWarning);
}

TEST(DuplicateRoute, OnlyOfARouteThatIsReached) {
  Policy policy = OneGateway();
  AddRoute(policy, "first", 200, {"GET"});
  AddRoute(policy, "again", 201, {"GET"});
  auto result = CheckShadowedRoutes(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].diagnostic.rule, "duplicate-route");
  EXPECT_EQ(result.findings[0].diagnostic.severity, dsl::Severity::kError);
  ASSERT_TRUE(result.findings[0].witness);
  // With another in front of both, that one is what takes their requests.
  policy.gateways[0].routes.insert(policy.gateways[0].routes.begin(), Route{});
  policy.gateways[0].routes[0].name = "all";
  result = CheckShadowedRoutes(policy);
  ASSERT_EQ(result.findings.size(), 2u);
  for (const Finding& finding : result.findings) {
    EXPECT_EQ(finding.diagnostic.rule, "shadowed-route");
    EXPECT_NE(finding.diagnostic.message.find("route 'all' takes"), std::string::npos);
  }
}

TEST(ShadowedRoute, OneMethodLeftIsEnough) {
  Policy policy = OneGateway();
  AddRoute(policy, "one", 200, {"GET"});
  AddRoute(policy, "two", 201, {"GET", "PUT"});
  EXPECT_TRUE(CheckShadowedRoutes(policy).findings.empty());
}

Expression InNetwork(std::uint8_t third, std::uint8_t prefix) {
  Expression expression;
  expression.kind = Expression::Kind::kPredicate;
  expression.predicate.attribute = {syntax::Subject::kClientAddress, "", syntax::Type::kAddress};
  expression.predicate.op = syntax::Operator::kIn;
  syntax::Network network;
  network.base.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, third, 0, 0};
  network.prefix = static_cast<std::uint8_t>(96 + prefix);
  expression.predicate.constants.emplace_back(network);
  return expression;
}

Expression Not(Expression inner) {
  Expression expression;
  expression.kind = Expression::Kind::kNot;
  expression.children.push_back(std::move(inner));
  return expression;
}

TEST(UnreachablePolicy, ADenyThatSwallowsAnAllow) {
  Policy policy = OneGateway();
  auto& route = AddRoute(policy, "admin", 200, {});
  route.rules.push_back({false, InNetwork(0, 8), 10});
  route.rules.push_back({true, InNetwork(1, 16), 11});
  route.rules.push_back({true, {}, 12});
  const auto result = CheckUnreachablePolicies(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_TRUE(result.unknown.empty());
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.diagnostic.rule, "unreachable-policy");
  EXPECT_EQ(finding.diagnostic.span.begin, 11u);
  ASSERT_EQ(finding.diagnostic.labels.size(), 1u);
  EXPECT_EQ(finding.diagnostic.labels[0].span.begin, 10u);
  ASSERT_TRUE(finding.witness && finding.witness->client);
  EXPECT_EQ(finding.witness->client->octets[13], 1);
}

TEST(UnreachablePolicy, AConditionThatNeverHolds) {
  Policy policy = OneGateway();
  auto& route = AddRoute(policy, "admin", 200, {});
  syntax::Network office;
  office.base.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 0, 0};
  office.prefix = 96 + 16;
  route.match.clients = {office};
  route.rules.push_back({false, Not(InNetwork(0, 8)), 10});
  route.rules.push_back({true, InNetwork(1, 16), 11});
  const auto result = CheckUnreachablePolicies(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].diagnostic.span.begin, 10u);
  EXPECT_FALSE(result.findings[0].witness);
}

TEST(UnreachablePolicy, WithinWhatTheDenyLeaves) {
  Policy policy = OneGateway();
  auto& route = AddRoute(policy, "admin", 200, {});
  route.rules.push_back({false, Not(InNetwork(0, 8)), 10});
  route.rules.push_back({true, InNetwork(1, 16), 11});
  EXPECT_TRUE(CheckUnreachablePolicies(policy).findings.empty());
}

TEST(UnreachablePolicy, PastItsBudgetItIsUnknownWithTheReason) {
  Policy policy = OneGateway();
  auto& route = AddRoute(policy, "admin", 200, {});
  route.rules.push_back({true, InNetwork(1, 16), 10});
  Standings standings;
  FindStandings(policy, 0, standings, {.rounds = 0});
  ASSERT_EQ(standings.size(), 1u);
  EXPECT_EQ(standings.begin()->second.kind, Standing::Kind::kUnknown);
  EXPECT_FALSE(standings.begin()->second.reason.empty());
}

// Only a route that takes OPTIONS can be left open by the budget of preflights.
TEST(UnreachablePolicy, TheBudgetOfPreflightsLeavesOtherRoutesDecided) {
  Policy policy = OneGateway();
  policy.cors.emplace_back().name = "storefront";
  const auto add = [&](const char* name, std::vector<std::string> methods, std::uint32_t node) {
    auto& route = AddRoute(policy, name, 200, {});
    route.match.methods = std::move(methods);
    route.cors = syntax::Ref<syntax::Cors>{0};
    route.rules.push_back({false, {.kind = syntax::Expression::Kind::kFalse}, node});
  };
  add("reads", {"GET"}, 10);
  add("asks", {"OPTIONS"}, 11);
  add("writes", {"POST"}, 12);
  Standings standings;
  FindStandings(policy, 0, standings, {.preflight_routes = 0});
  const auto& routes = policy.gateways[0].routes;
  EXPECT_EQ(standings[&routes[0].rules[0]].kind, Standing::Kind::kNeverHolds);
  EXPECT_EQ(standings[&routes[1].rules[0]].kind, Standing::Kind::kUnknown);
  EXPECT_EQ(standings[&routes[2].rules[0]].kind, Standing::Kind::kNeverHolds);
}

// edge -> a, whose application calls b through its sidecar, and b's calls c.
Policy ThreeLayers(std::uint32_t attempts) {
  Policy policy = OneGateway();
  for (const char* name : {"a", "b", "c"}) policy.services.emplace_back().name = name;
  auto& retry = policy.retries.emplace_back();
  retry.name = "again";
  retry.attempts = attempts;
  const auto forward = [](Route& route, std::uint32_t service) {
    route.retry = syntax::Ref<syntax::Retry>{0};
    route.action = syntax::Forward{{{{service}, 1}}};
  };
  forward(AddRoute(policy, "in", 200, {}), 0);
  for (std::uint32_t caller = 0; caller < 2; ++caller) {
    policy.services[caller].calls.push_back({{caller + 1}, 1, 20 + caller});
    Gateway sidecar;
    sidecar.kind = Gateway::Kind::kSidecar;
    sidecar.name = policy.services[caller].name;
    sidecar.sidecar_of = syntax::Ref<syntax::Service>{caller};
    sidecar.listeners.emplace_back().direction = Listener::Direction::kOutbound;
    Route route;
    route.name = "outbound";
    route.node = 30 + caller;
    route.match.listeners = {0};
    forward(route, caller + 1);
    sidecar.routes.push_back(route);
    policy.gateways.push_back(sidecar);
  }
  return policy;
}

TEST(RetryStorm, ThreeLayersOfFourAreSixtyFour) {
  const auto result = CheckRetryStorms(ThreeLayers(4));
  ASSERT_EQ(result.findings.size(), 1u);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.factor, 64u);
  EXPECT_EQ(finding.diagnostic.severity, dsl::Severity::kWarning);
  ASSERT_EQ(finding.path.size(), 3u);
  EXPECT_EQ(finding.path[0].hop, "edge/in -> a");
  EXPECT_EQ(finding.path[2].hop, "b/outbound -> c");
  for (const Hop& hop : finding.path) EXPECT_EQ(hop.tries, 4u);
}

TEST(RetryStorm, ADeclaredBoundDecides) {
  Policy policy = ThreeLayers(2);
  EXPECT_TRUE(CheckRetryStorms(policy).findings.empty());
  policy.amplification_bound = 8;
  EXPECT_TRUE(CheckRetryStorms(policy).findings.empty());
  policy.amplification_bound = 7;
  const auto result = CheckRetryStorms(policy);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].diagnostic.severity, dsl::Severity::kError);
}

TEST(RetryStorm, SumsOverPathsAndCountsCalls) {
  Policy policy = ThreeLayers(2);
  policy.services[0].calls.push_back({{2}, 3, 22});  // a calls c as well, without an outbound
  const auto loads = Amplification(policy);
  ASSERT_EQ(loads.size(), 3u);
  EXPECT_EQ(loads[2].amplification, 2u * 2 * 2 + 2 * 3);
  EXPECT_TRUE(loads[0].sustained.AtMostThousandths(1'200));
  EXPECT_FALSE(loads[0].sustained.AtMostThousandths(1'199));
  // 1.2 x 1.2 x 1.2 over the sidecars, and 1.2 x 3 straight: 5.328, which no double is.
  EXPECT_TRUE(loads[2].sustained.AtMostThousandths(5'328));
  EXPECT_FALSE(loads[2].sustained.AtMostThousandths(5'327));
  EXPECT_EQ(loads[2].sustained.Text(), "5.328");
}

TEST(RetryStorm, TheLongRunFactorIsExact) {
  LoadFactor product(1);
  for (int i = 0; i < 40; ++i) product = product.TimesPercent(110);
  // 1.1^40 is 45.2592555681759518058893560348969204658401 to its last digit.
  EXPECT_TRUE(product.AtMostThousandths(45'260));
  EXPECT_FALSE(product.AtMostThousandths(45'259));
  LoadFactor tenths;
  for (int i = 0; i < 10; ++i) tenths = tenths.Plus(LoadFactor(1).TimesPercent(10));
  EXPECT_TRUE(tenths.AtMostThousandths(1'000));  // ten times 0.1 in doubles is less than 1
  EXPECT_FALSE(tenths < LoadFactor(1));
  EXPECT_FALSE(LoadFactor(1) < tenths);
}

TEST(RetryStorm, PathsThatWereNotWalkedAreNotFine) {
  Policy policy = ThreeLayers(2);
  policy.services[2].calls.push_back({{0}, 1, 22});
  policy.services[2].call_depth = 1000;
  const auto loads = Amplification(policy, {.max_steps = 2});
  ASSERT_EQ(loads.size(), 3u);
  for (const ServiceLoad& load : loads) {
    EXPECT_TRUE(load.bounded);
    EXPECT_FALSE(load.complete);
    EXPECT_FALSE(load.reason.empty());
  }
}

TEST(RetryStorm, ACycleIsUnboundedUnlessADepthIsDeclared) {
  Policy policy = ThreeLayers(2);
  policy.services[2].calls.push_back({{0}, 1, 22});
  auto result = CheckRetryStorms(policy);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].factor, 0u);
  policy.services[2].call_depth = 1;
  policy.amplification_bound = 1000;
  EXPECT_TRUE(CheckRetryStorms(policy).findings.empty());
}

TEST(Reports, EveryFormatTellsTheSame) {
  Policy policy = OneGateway();
  AddRoute(policy, "one<&\"", 200, {});
  AddRoute(policy, "planted, 100%", 201, {"GET"});
  dsl::SourceMap sources;
  sources.Add("a shop.weir", "route one { }   route planted { }                                ");
  Report report;
  report.push_back({&sources, RunChecks(policy)});
  report[0].result.unknown.push_back({"retry-storm", "a <reason>", {0, 2, 3}});
  const auto json = nlohmann::json::parse(AsJson(report));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["summary"]["errors"], 1);
  EXPECT_EQ(json["summary"]["unknown"], 1);
  EXPECT_EQ(json["findings"][0]["rule"], "shadowed-route");
  EXPECT_EQ(json["findings"][0]["line"], 1);
  EXPECT_EQ(json["findings"][0]["witness"]["method"], "GET");
  const auto sarif = nlohmann::json::parse(AsSarif(report));
  EXPECT_EQ(sarif["version"], "2.1.0");
  const auto& rules = sarif["runs"][0]["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), std::size(kChecks));
  for (const auto& rule : rules) {
    EXPECT_FALSE(rule["shortDescription"]["text"].get<std::string>().empty()) << rule["id"];
    EXPECT_FALSE(rule["help"]["text"].get<std::string>().empty()) << rule["id"];
  }
  const auto& result = sarif["runs"][0]["results"][0];
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20shop.weir");
  EXPECT_EQ(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
  const std::string junit = AsJunit(report);
  EXPECT_NE(junit.find("one&lt;&amp;&quot;"), std::string::npos);
  EXPECT_NE(junit.find("<error type=\"unknown\" message=\"a &lt;reason&gt;\"/>"),
            std::string::npos);
  const std::string github = AsGithub(report);
  EXPECT_NE(github.find("::error file=a shop.weir,line=1,"), std::string::npos);
  EXPECT_NE(github.find("planted, 100%25"), std::string::npos);
  EXPECT_NE(AsText(report, false).find("1 error, 0 warnings, 0 notes, 1 unknown\n"),
            std::string::npos);
}

TEST(PartlyShadowedRoute, MethodsThatTheSameRouteTakesAreOneFinding) {
  Policy policy = OneGateway();
  AddRoute(policy, "one", 200, {"GET", "PUT", "POST"});
  AddRoute(policy, "two", 200, {"HEAD"});
  AddRoute(policy, "three", 201, {"PUT", "HEAD", "POST", "DELETE"});
  const auto result = CheckPartlyShadowedRoutes(policy);
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].diagnostic.message,
            "route 'three' is never reached by methods PUT, POST: route 'one' takes every such "
            "request");
  EXPECT_EQ(result.findings[1].diagnostic.message,
            "route 'three' is never reached by method HEAD: route 'two' takes every such request");
  EXPECT_EQ(result.findings[0].diagnostic.severity, dsl::Severity::kWarning);
  EXPECT_EQ(result.findings[0].witness->method, "PUT");
}

TEST(Reports, TooManyNotesAreCounted) {
  Policy policy = OneGateway();
  std::vector<PathPattern> paths;
  for (int i = 0; i < 25; ++i) paths.push_back(Exact("p" + std::to_string(i)));
  AddRoute(policy, "one", 200, {}).match.paths = paths;
  paths.push_back(Exact("last"));
  AddRoute(policy, "two", 200, {}).match.paths = paths;
  CheckResult result = RunChecks(policy);
  EXPECT_EQ(result.findings.size(), 20u);
  ASSERT_EQ(result.left_out.size(), 1u);
  EXPECT_EQ(result.left_out[0].rule, "partly-shadowed-route");
  EXPECT_EQ(result.left_out[0].notes, 5u);
  EXPECT_EQ(RunChecks(policy, {}, {.most_notes = 25}).findings.size(), 25u);
  dsl::SourceMap sources;
  sources.Add("shop.weir", std::string(70, ' '));
  Report report;
  report.push_back({&sources, std::move(result)});
  EXPECT_EQ(nlohmann::json::parse(AsJson(report))["left_out"][0]["notes"], 5);
  EXPECT_NE(AsText(report, false).find("5 more notes of partly-shadowed-route: --all"),
            std::string::npos);
}

TEST(RulePages, EveryRuleHasOne) {
  for (const Check& check : kChecks) {
    ASSERT_TRUE(RulePage(check.rule)) << check.rule;
    EXPECT_TRUE(RulePage(check.rule)->starts_with("# " + std::string(check.rule)));
    EXPECT_GT(RuleSummary(check.rule).size(), 20u) << check.rule;
    EXPECT_LT(RuleSummary(check.rule).size(), 200u) << check.rule;
  }
  EXPECT_FALSE(RulePage("no-such-rule"));
}

// The table of spec/lint.md names every rule with each severity of its page.
TEST(RulePages, TheTableNamesEveryRule) {
  std::ifstream in(WEIR_SOURCE_DIR "/spec/lint.md");
  const std::string table{std::istreambuf_iterator<char>(in), {}};
  for (const Check& check : kChecks) {
    const std::string rule(check.rule);
    const std::size_t row = table.find("| [`" + rule + "`](checks/" + rule + ".md) | ");
    ASSERT_NE(row, std::string::npos) << rule << " has no row in spec/lint.md";
    EXPECT_EQ(table.find("| [`" + rule + "`]", row + 1), std::string::npos) << rule << " twice";
    const std::string line = table.substr(row, table.find('\n', row) - row);
    EXPECT_NE(line.find(SeverityName(check.worst)), std::string::npos) << line;
  }
}

// The first example of a page triggers its rule, the second just does not.
TEST(RulePages, ExamplesDoWhatThePageSays) {
  for (const Check& check : kChecks) {
    const std::string page(*RulePage(check.rule));
    std::size_t at = 0;
    for (const std::size_t findings : {1u, 0u}) {
      const std::size_t begin = page.find("```weir\n", at) + 8;
      at = page.find("```", begin);
      const auto loaded = dsl::LoadText("example.weir", page.substr(begin, at - begin));
      ASSERT_TRUE(loaded.policy) << check.rule;
      const auto result = RunChecks(*loaded.policy, loaded.allow_comments);
      const auto found = std::ranges::count_if(result.findings, [&](const Finding& finding) {
        return finding.diagnostic.rule == check.rule;
      });
      EXPECT_EQ(static_cast<std::size_t>(found), findings) << check.rule;
      EXPECT_TRUE(result.unknown.empty()) << check.rule;
    }
  }
}

}  // namespace
}  // namespace weir::compiler
