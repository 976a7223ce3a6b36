// What counts as a use of a definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/checks/checks.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

// The names that nothing refers to in this policy.
std::vector<std::string> Unused(const std::string& text) {
  const auto loaded = dsl::LoadText("edge.weir", text);
  EXPECT_TRUE(loaded.policy) << text;
  if (!loaded.policy) return {};
  std::vector<std::string> names;
  for (const auto& unused : loaded.policy->unused) names.push_back(unused.name);
  EXPECT_EQ(CheckUnusedDefinitions(*loaded.policy).findings.size(), names.size());
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;

const std::string kEdge =
    "service a { endpoints [127.0.0.1:3001] }\n"
    "gateway edge {\n  listen http 127.0.0.1:8080\n  route r { match path \"/r\"  ";
std::string Edge(const std::string& clauses) { return kEdge + clauses + "  forward a }\n}\n"; }

TEST(UnusedDefinition, EveryKindAndItsUse) {
  const struct {
    const char* definition;
    const char* use;
  } kinds[] = {
      {"jwt x { issuer \"i\"  keys file \"k\"  algorithms [ES256] }", "authenticate x"},
      {"api-keys x { header x-key  consumer one sha256 \""
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" }",
       "authenticate [x] optional"},
      {"limit x { 1 per 1s }", "limit x"},
      {"cors x { origins [\"https://a.example\"] }", "cors x"},
      {"retry x { attempts 2 }", "retry x"},
      {"breaker x { open after 5 failures in 1s  for 1s }", "breaker x"},
      {"profile x { timeout 1s }", "use x"},
      {"let x = 1s", "timeout x"},
      {"let x = 10.0.0.0/8", "allow when client.address in x"},
      {"service x { endpoints [127.0.0.1:3002] }", "mirror x"},
  };
  for (const auto& [definition, use] : kinds) {
    const std::string before = std::string(definition) + "\n";
    EXPECT_EQ(Unused(before + Edge("")), Names{"x"}) << definition;
    EXPECT_EQ(Unused(before + Edge(use)), Names{}) << use;
  }
}

TEST(UnusedDefinition, OtherUsesOfAService) {
  const std::string x = "service x { endpoints [127.0.0.1:3002] }\n";
  EXPECT_EQ(Unused(x + Edge("")), Names{"x"});
  EXPECT_EQ(Unused(x + "service b { endpoints [127.0.0.1:3003]  calls x }\n" + Edge("")),
            Names{"b"});
  EXPECT_EQ(Unused(x + Edge("") + "prove \"none\" { no request to x is forwarded }\n"), Names{});
  EXPECT_EQ(
      Unused(x + Edge("") +
             "sidecar x { inbound { listen http 127.0.0.1:9000  forward 127.0.0.1:9001 } }\n"),
      Names{});
}

// What only an unused definition uses comes to light when that one goes.
TEST(UnusedDefinition, AUseByAnUnusedOneCounts) {
  EXPECT_EQ(Unused("retry x { attempts 2 }\nprofile y { retry x }\n" + Edge("")), Names{"y"});
  EXPECT_EQ(Unused("limit x { 1 per 1s }\n" + kEdge + "forward a }\n  limit x\n}\n"), Names{});
}

}  // namespace
}  // namespace weir::compiler
