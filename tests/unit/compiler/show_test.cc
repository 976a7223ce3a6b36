#include "compiler/show/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample/sample_policy.h"

namespace weir::compiler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Show, MarkdownHasARowForEachRoute) {
  const std::string text = ToMarkdown(Describe(tests::SamplePolicy(), dsl::SourceMap()));
  EXPECT_THAT(text, HasSubstr("## Gateway edge\n- listens on http 127.0.0.1:8080\n"));
  EXPECT_THAT(text, HasSubstr("| 1 | users |  | host api.example, \\*.api.example<br>"
                              "path /users/{id}, /users/{id}/\\*\\*<br>method GET, PUT, PURGE | "
                              "jwt auth | per-user (5 per 1m) | allow<br>deny | "
                              "forward users weight 9<br>forward canary weight 1<br>"));
  EXPECT_THAT(text, HasSubstr("| 4 | old |  | path /old/{id} | anyone |"));
  EXPECT_THAT(text, HasSubstr("  n0 -->|\"1 route, 3 tries\"| n1\n"));
  EXPECT_THAT(text, HasSubstr("  n2 -->|\"calls up to 2\"| n1\n"));
  EXPECT_THAT(text, HasSubstr("  n0 -.->|\"mirror\"| n2\n"));
}

TEST(Show, NothingInAPolicyIsMarkup) {
  syntax::Policy policy = tests::EmptyPolicy();
  syntax::Route route = tests::Answering("r");
  route.match.methods = {"<script>alert(1)</script>|\x1b[31m"};
  policy.gateways[0].name = "\"<b>";
  policy.gateways[0].routes.push_back(route);
  const Document document = Describe(policy, dsl::SourceMap());
  const std::string html = ToHtml(document);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(html, HasSubstr("&quot;&lt;b&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  const std::string markdown = ToMarkdown(document);
  EXPECT_THAT(markdown, HasSubstr("&lt;script>alert(1)&lt;/script>\\|"));
  EXPECT_THAT(markdown, Not(HasSubstr("\x1b")));
}

TEST(Show, GraphsWithCyclesCanBeDrawn) {
  syntax::Policy policy = tests::EmptyPolicy();
  policy.services.resize(2);
  policy.services[0] = {.name = "a", .calls = {{.callee = {1}}}};
  policy.services[1] = {.name = "b", .calls = {{.callee = {0}}, {.callee = {1}}}};
  const std::string svg = ToSvg(GraphOf(policy));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(svg, HasSubstr(">b</text>"));
}

}  // namespace
}  // namespace weir::compiler
