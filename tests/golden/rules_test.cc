// Each kind of diagnostic of dsl/ appears in a golden.
#include "dsl/source/rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/golden/golden.h"

namespace weir::golden {
namespace {

// What no golden can hold, being too long. tests/unit/dsl shows them.
const std::set<std::string_view> kElsewhere = {"file-too-large", "statement-too-long", "too-large"};

TEST(RulesTest, EachIsShownByAGolden) {
  std::string said;
  for (const auto& path : All()) said += Read(path).expectation;
  for (const dsl::RuleInfo& rule : dsl::kRules) {
    if (kElsewhere.contains(rule.name)) continue;
    EXPECT_NE(said.find("[" + std::string(rule.name) + "]: "), std::string::npos)
        << "no golden shows " << rule.name;
  }
}

// Where dsl/ makes a diagnostic, its rule is the first literal that is handed over.
TEST(RulesTest, EachThatIsUsedIsListed) {
  static const std::regex kUse(
      R"re((?:\b(?:Error|Wrong|ReadError|Say)[({]\s*(?:token,\s*)?|\brule = )"([a-z0-9-]+)")re");
  std::set<std::string_view> listed;
  for (const dsl::RuleInfo& rule : dsl::kRules) listed.insert(rule.name);
  std::size_t uses = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(WEIR_SOURCE_DIR "/dsl")) {
    if (entry.path().extension() != ".cc") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string code{std::istreambuf_iterator<char>(in), {}};
    for (std::sregex_iterator use(code.begin(), code.end(), kUse), end; use != end; ++use, ++uses) {
      EXPECT_TRUE(listed.contains((*use)[1].str()))
          << entry.path() << " uses " << (*use)[1] << ", which dsl/source/rules.h does not list";
    }
  }
  EXPECT_GT(uses, 10u);  // the pattern still fits how diagnostics are made
}

// Advice that a proxy then refuses to serve is none. What is served is said by
// proxy/config/capabilities.cc.
TEST(RulesTest, NoHelpNamesWhatIsNotServed) {
  static const std::regex kUnserved(
      R"(endpoints dns|keys url|store redis|\bmtls\b|listen (with )?https|proxy-protocol|intercept)",
      std::regex::icase);
  std::size_t helps = 0;
  for (const auto& path : All()) {
    std::istringstream lines(Read(path).expectation);
    for (std::string line; std::getline(lines, line);) {
      if (line.find("= help: ") == std::string::npos) continue;
      ++helps;
      EXPECT_FALSE(std::regex_search(line, kUnserved)) << path << ": " << line;
    }
  }
  EXPECT_GT(helps, 50u);
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
