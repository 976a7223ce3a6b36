// A table that is read back loses nothing: compiled again it is the same table, byte
// for byte. Lift() itself refuses one that is not, so what is asked here is that it
// refuses none: with each member of the core changed in turn, with lines and texts of
// rules, of random policies; and that it does refuse a table that no policy gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "compiler/encode/diff.h"
#include "compiler/lift/lift.h"
#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "runtime/table/format.h"
#include "runtime/table/writer.h"
#include "tests/differential/small_policy.h"
#include "tests/support/members/flip.h"

namespace weir::compiler {
namespace {

std::shared_ptr<const runtime::Table> Loaded(std::string octets) {
  auto table = runtime::Table::LoadOctets(std::move(octets));
  return table ? *table : nullptr;
}

std::shared_ptr<const runtime::Table> TableOf(const syntax::Policy& policy,
                                              const dsl::SourceMap* sources,
                                              std::uint32_t gateway) {
  const auto octets = Lower(policy, sources, gateway);
  return octets ? Loaded(*octets) : nullptr;
}

// Why a table cannot be read back; empty: it can. A policy that no table can be made of
// is none of ours.
std::string Refusal(const syntax::Policy& policy, const dsl::SourceMap* sources,
                    std::uint32_t gateway, int& tables) {
  const auto table = TableOf(policy, sources, gateway);
  if (table == nullptr) return "";
  ++tables;
  const auto lifted = Lift(*table);
  return lifted ? "" : lifted.error();
}

// An expression of a path and its text are one in every policy that is resolved;
// one of them changed alone makes none.
bool IsHalfAnExpression(const std::string& key) {
  return key == "gateways.routes.match.paths.kind" || key == "gateways.routes.match.paths.regex" ||
         key == "gateways.routes.match.paths.text" ||
         key == "condition.predicate.constants<PathPattern>.kind";
}

TEST(Lift, LosesNoMember) {
  const auto loaded = dsl::Load(WEIR_SOURCE_DIR "/tests/differential/flip.weir");
  ASSERT_TRUE(loaded.policy);
  syntax::Policy policy = *loaded.policy;
  int tables = 0;
  tests::ForEachFlip(policy, [&](const std::string& key) {
    if (IsHalfAnExpression(key)) return;
    for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
      EXPECT_EQ(Refusal(policy, nullptr, g, tables), "") << key;
    }
  });
  EXPECT_GT(tables, 1000);
}

TEST(Lift, KeepsLinesAndTextsOfExamples) {
  int tables = 0, files = 0;
  for (const char* folder : {"/dsl/examples", "/tests/golden/checks", "/tests/bench/policies"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(WEIR_SOURCE_DIR + std::string(folder))) {
      if (entry.path().extension() != ".weir") continue;
      const auto loaded = dsl::Load(entry.path().string());
      if (!loaded.policy) continue;
      ++files;
      for (std::uint32_t g = 0; g < loaded.policy->gateways.size(); ++g) {
        EXPECT_EQ(Refusal(*loaded.policy, &loaded.sources, g, tables), "") << entry.path();
      }
    }
  }
  EXPECT_GT(files, 50);
  EXPECT_GT(tables, 50);
}

// `weir diff` of a policy and of what was read back from its table tells nothing.
TEST(Lift, OfRandomPoliciesIsTheSamePolicy) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    testing::SmallPolicies random(seed);
    const syntax::Policy policy = random.Policy();
    const auto table = TableOf(policy, nullptr, 0);
    ASSERT_NE(table, nullptr) << "seed " << seed;
    const auto lifted = Lift(*table);
    ASSERT_TRUE(lifted) << "seed " << seed << ": " << lifted.error();
    const DiffResult result =
        Diff(DiffInput{.policy = &policy, .folder = ""},
             DiffInput{.policy = &lifted->policy, .folder = "", .table = table});
    EXPECT_TRUE(result.regions.empty()) << "seed " << seed;
    for (const auto& setting : result.settings) {
      ADD_FAILURE() << "seed " << seed << " " << setting.owner << ": " << setting.name << ": "
                    << setting.before << " -> " << setting.after;
    }
    for (const std::string& why : result.unknown) ADD_FAILURE() << "seed " << seed << " " << why;
  }
}

constexpr char kExpression[] = R"(service a { endpoints [10.0.0.1:80] }
gateway edge {
  listen http 127.0.0.1:8080
  route a {
    match { path "/**"  header x-kind matches ~"[a-c]+" }
    deny when path matches ~"/x+"
    forward a
  }
}
)";

// Both texts of expressions are believed only where the automata are theirs.
TEST(Lift, RefusesAutomataOfAnotherExpression) {
  const auto loaded = dsl::LoadText("a.weir", kExpression);
  ASSERT_TRUE(loaded.policy);
  const auto octets = Lower(*loaded.policy, &loaded.sources, 0);
  ASSERT_TRUE(octets);
  ASSERT_TRUE(Lift(*Loaded(*octets)));
  for (const auto& [from, to] : {std::pair{"[a-c]+", "[a-d]+"}, std::pair{"/x+", "/y+"}}) {
    std::string changed = *octets;
    // The text section alone holds it: the rules' texts are longer.
    for (std::size_t at = changed.find(from); at != std::string::npos;
         at = changed.find(from, at + 1)) {
      changed.replace(at, std::string(to).size(), to);
    }
    ASSERT_NE(changed, *octets);
    runtime::RepairChecksum(changed);
    const auto table = Loaded(changed);
    ASSERT_NE(table, nullptr);
    const auto lifted = Lift(*table);
    ASSERT_FALSE(lifted) << to;
    EXPECT_TRUE(lifted.error().contains("another table")) << lifted.error();
  }
}

// A request that a side's table treats otherwise than the side's policy is not shown.
TEST(Lift, RequestsAreReplayedOnTheTable) {
  const auto before = dsl::LoadText("a.weir", kExpression);
  std::string text = kExpression;
  text.replace(text.find("deny"), 4, "allow");
  const auto after = dsl::LoadText("a.weir", text);
  ASSERT_TRUE(before.policy && after.policy);
  const DiffInput now{.policy = &*after.policy, .folder = ""};
  DiffInput old{
      .policy = &*before.policy, .folder = "", .table = TableOf(*before.policy, nullptr, 0)};
  const DiffResult told = Diff(old, now);
  EXPECT_FALSE(told.regions.empty());
  EXPECT_TRUE(told.unknown.empty());
  old.table = TableOf(*after.policy, nullptr, 0);
  const DiffResult refused = Diff(old, now);
  EXPECT_TRUE(refused.regions.empty());
  EXPECT_FALSE(refused.unknown.empty());
}

// Places that no text has: the table is refused, and no memory is spent on them.
TEST(Lift, RefusesLinesOfNoPolicy) {
  const auto loaded = dsl::LoadText("a.weir", kExpression);
  ASSERT_TRUE(loaded.policy);
  const auto octets = Lower(*loaded.policy, &loaded.sources, 0);
  ASSERT_TRUE(octets);
  const auto table = Loaded(*octets);
  ASSERT_NE(table, nullptr);
  const runtime::RouteRecord route = table->routes()[0];
  std::string changed = *octets;
  const std::string record(reinterpret_cast<const char*>(&route), sizeof route);
  const std::size_t at = changed.find(record);
  ASSERT_NE(at, std::string::npos);
  runtime::RouteRecord other = route;
  other.source.line = 4'000'000'000;
  changed.replace(at, sizeof other, reinterpret_cast<const char*>(&other), sizeof other);
  runtime::RepairChecksum(changed);
  const auto far = Loaded(changed);
  ASSERT_NE(far, nullptr);
  const auto lifted = Lift(*far);
  ASSERT_FALSE(lifted);
  EXPECT_TRUE(lifted.error().contains("places")) << lifted.error();
}

}  // namespace
}  // namespace weir::compiler
