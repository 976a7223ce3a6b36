// Where a try leads to, by the path that its route sends.
#include "compiler/checks/hops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "dsl/resolve/load.h"
#include "spec/model/match.h"

namespace weir::compiler {
namespace {

constexpr const char* kBehind[] = {R"(path "/")",      R"(path "/**")",   R"(path "/a")",
                                   R"(path "/a/")",    R"(path "/a/b")",  R"(path "/a/**")",
                                   R"(path "/{x}/b")", R"(path "/a/*")",  R"(path "/a/{y}/c")",
                                   R"(path "/b/**")",  R"(path "/*/**")", R"(path ~"/a/.*")",
                                   R"(path "/A")",     R"(method POST)",  R"(path ["/b", "/a/b"])"};

TEST(Hops, ATryLeadsToTheRoutesThatTakeItsPath) {
  std::string text =
      "service behind { endpoints [10.0.0.1:8081] }\n"
      "service app { endpoints [10.0.0.2:80] }\n"
      "gateway before {\n  listen http 127.0.0.1:8080\n";
  int count = 0;
  for (const char* sent : {"/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/b", "/c/b", "/c"}) {
    text += "  route s" + std::to_string(count++) + " { match path \"" + sent +
            "\"  forward behind }\n";
  }
  text += "}\ngateway behind {\n  listen http 10.0.0.1:8081\n";
  for (const char* match : kBehind) {
    text += "  route r" + std::to_string(count++) + " { match { " + match + " }  forward app }\n";
  }
  const auto loaded = dsl::LoadText("hops.weir", text + "}\n");
  ASSERT_TRUE(loaded.policy);
  const auto& gateways = loaded.policy->gateways;
  const HopGraph graph(*loaded.policy);
  std::size_t arrivals = 0, leads = 0;
  for (const HopNode& node : graph.nodes()) {
    if (node.kind != HopNode::Kind::kArrival || node.a != 0) continue;
    ++arrivals;
    const std::string& sent = gateways[0].routes[node.sender].match.paths[0].text;
    std::set<std::uint32_t> to, expected;
    for (const HopOption& option : node.branches[0].options) {
      const HopNode& next = graph.nodes()[option.to];
      if (next.kind == HopNode::Kind::kRoute) to.insert(next.b);
    }
    for (std::uint32_t r = 0; r < gateways[1].routes.size(); ++r) {
      const auto& paths = gateways[1].routes[r].match.paths;
      const bool takes = std::ranges::any_of(
          paths, [&](const auto& path) { return model::MatchesPath(path, sent).has_value(); });
      if (takes || paths.empty()) expected.insert(r);
    }
    EXPECT_EQ(to, expected) << sent;
    leads += to.size();
  }
  EXPECT_EQ(arrivals, gateways[0].routes.size());
  EXPECT_GT(leads, 3 * arrivals);
}

}  // namespace
}  // namespace weir::compiler
