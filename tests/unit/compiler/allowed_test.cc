// Which findings a comment silences, and what is said of one that silences none.
#include "compiler/checks/allowed.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/report/report.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

const std::string kHead = "gateway edge {\n  listen http 127.0.0.1:8080\n";
const std::string kAll = "  route all { match path \"/**\"  respond 200 }\n";
const std::string kOne = "  route one { match path \"/one\"  respond 201 }";
const std::string kAllow = "# weir: allow shadowed-route because \"it waits\"";

CheckResult Lint(const std::string& text) {
  const auto loaded = dsl::LoadText("edge.weir", text);
  EXPECT_TRUE(loaded.policy) << text;
  if (!loaded.policy) return {};
  return RunChecks(*loaded.policy, loaded.allow_comments);
}

std::vector<std::string> RulesOf(const CheckResult& result) {
  std::vector<std::string> rules;
  for (const Finding& finding : result.findings) rules.push_back(finding.diagnostic.rule);
  return rules;
}

using Rules = std::vector<std::string>;

TEST(Allowed, EachPlaceOfTheComment) {
  for (const std::string& text : {
           kHead + kAll + "  " + kAllow + "\n" + kOne + "\n}\n",              // above
           kHead + kAll + "  " + kAllow + "\n\n  # more\n" + kOne + "\n}\n",  // further above
           kHead + kAll + kOne + "  " + kAllow + "\n}\n",                     // behind
           kHead + kAll + "  route one {  " + kAllow +
               "\n match path \"/one\"\n respond 201 }\n}\n",
           kHead + kAll + "  route one { match path [\n \"/one\"  " + kAllow +
               "\n ]\n respond 201 }\n}\n",
           kAllow + "\n" + kHead + kAll + kOne + "\n}\n",  // the gateway
           kHead + kAll + kOne + "\n}  " + kAllow + "\n",
       }) {
    const CheckResult result = Lint(text);
    // In a list the comment stands at the clause that holds the list.
    if (text.find("path [") != text.npos) {
      EXPECT_EQ(RulesOf(result), (Rules{"shadowed-route", "unused-allow"})) << text;
      continue;
    }
    EXPECT_EQ(RulesOf(result), Rules{}) << text;
    ASSERT_EQ(result.silenced.size(), 1u) << text;
    EXPECT_EQ(result.silenced[0].reason, "it waits");
    EXPECT_EQ(result.silenced[0].finding.diagnostic.rule, "shadowed-route");
  }
}

TEST(Allowed, TheNextStatementAlone) {
  const std::string two = "  route two { match path \"/two\"  respond 201 }\n";
  const CheckResult result = Lint(kHead + kAll + "  " + kAllow + "\n" + kOne + "\n" + two + "}\n");
  EXPECT_EQ(RulesOf(result), Rules{"shadowed-route"});
  EXPECT_EQ(result.silenced.size(), 1u);
}

TEST(Allowed, WhatSilencesNothingIsFound) {
  EXPECT_EQ(RulesOf(Lint(kHead + "  " + kAllow + "\n" + kAll + "}\n")), Rules{"unused-allow"});
  EXPECT_EQ(RulesOf(Lint(kHead + kAll + "  " + kAllow + "\n}\n")), Rules{"bad-allow"});
  for (const char* comment :
       {"# weir: allow", "# weir: allow shadowed-route", "# weir: allow shadowed-route because",
        "#weir: allow shadowed-route because \"  \"", "# weir: deny shadowed-route because \"x\"",
        "# weir: allow shadowed-rout because \"x\"", "# weir: allow unused-allow because \"x\"",
        "# weir: allow shadowed-route because \"x\" or so",
        "# weir: allow shadowed-route because x", "#  weir:"}) {
    EXPECT_EQ(RulesOf(Lint(kHead + "  " + comment + "\n" + kAll + "}\n")), Rules{"bad-allow"})
        << comment;
  }
  EXPECT_EQ(RulesOf(Lint(kHead + "  # weir is a dam\n" + kAll + "}\n")), Rules{});
}

TEST(Allowed, WhatIsUndecidedIsNeverSilenced) {
  CheckResult result;
  result.unknown.push_back({"shadowed-route", "a reason", {0, 20, 30}});
  const std::vector<dsl::AllowComment> comments = {
      {{0, 0, 10}, dsl::Span{0, 15, 40}, "shadowed-route", "it waits", ""}};
  ApplyAllowComments(comments, result);
  EXPECT_EQ(result.unknown.size(), 1u);
  EXPECT_TRUE(result.findings.empty());  // nor is the comment of no use
}

TEST(Allowed, EveryFormatTellsOfIt) {
  const auto loaded =
      dsl::LoadText("edge.weir", kHead + kAll + "  " + kAllow + "\n" + kOne + "\n}\n");
  ASSERT_TRUE(loaded.policy);
  Report report;
  report.push_back({&loaded.sources, RunChecks(*loaded.policy, loaded.allow_comments)});
  const auto json = nlohmann::json::parse(AsJson(report));
  EXPECT_TRUE(json["findings"].empty());
  EXPECT_EQ(json["summary"]["errors"], 0);
  EXPECT_EQ(json["summary"]["silenced"], 1);
  EXPECT_EQ(json["silenced"][0]["rule"], "shadowed-route");
  EXPECT_EQ(json["silenced"][0]["because"], "it waits");
  EXPECT_EQ(json["silenced"][0]["allowed_at"]["line"], 4);
  const auto sarif = nlohmann::json::parse(AsSarif(report));
  const auto& results = sarif["runs"][0]["results"];
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0]["suppressions"][0]["kind"], "inSource");
  EXPECT_EQ(results[0]["suppressions"][0]["justification"], "it waits");
  EXPECT_NE(AsText(report, false).find("0 unknown, 1 silenced\n"), std::string::npos);
  EXPECT_NE(AsJunit(report).find("<skipped type=\"error\""), std::string::npos);
  EXPECT_EQ(AsGithub(report), "");
}

}  // namespace
}  // namespace weir::compiler
