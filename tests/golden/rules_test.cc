// Each kind of diagnostic of dsl/ appears in a golden.
#include "dsl/source/rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/golden/golden.h"

namespace weir::golden {
namespace {

// What no golden can hold: a file of 16 MiB. tests/unit/dsl shows it.
const std::set<std::string_view> kElsewhere = {"file-too-large"};

TEST(RulesTest, EachIsShownByAGolden) {
  std::string said;
  for (const auto& path : All()) said += Read(path).expectation;
  for (const dsl::RuleInfo& rule : dsl::kRules) {
    if (kElsewhere.contains(rule.name)) continue;
    EXPECT_NE(said.find("[" + std::string(rule.name) + "]: "), std::string::npos)
        << "no golden shows " << rule.name;
  }
}

TEST(RulesTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const dsl::RuleInfo& rule : dsl::kRules) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(rule.about.empty());
  }
}

}  // namespace
}  // namespace weir::golden
