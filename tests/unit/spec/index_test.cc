// spec/README.md indexes every rule, and every file that it names is there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = WEIR_SOURCE_DIR;

std::string Read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> RowIds(const std::string& text) {
  static const std::regex kRow(R"((?:^|\n)\| ([A-Z]+-[0-9]+)[ |])");
  std::set<std::string> ids;
  for (std::sregex_iterator row(text.begin(), text.end(), kRow), end; row != end; ++row) {
    EXPECT_TRUE(ids.insert((*row)[1]).second) << (*row)[1] << " stands twice";
  }
  return ids;
}

TEST(Index, NamesEveryRuleOnce) {
  const std::set<std::string> indexed = RowIds(Read(kRoot / "spec/README.md"));
  EXPECT_GT(indexed.size(), 60u);
  std::set<std::string> written;
  for (const char* file :
       {"canonical", "match", "expression", "order", "cors", "limit", "transform", "retry",
        "fields", "breaker", "ejection", "health", "pool", "balance", "mirror", "amplification"}) {
    const auto ids = RowIds(Read(kRoot / "spec/rules" / (std::string(file) + ".md")));
    EXPECT_FALSE(ids.empty()) << file;
    written.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(indexed, written);
}

TEST(Index, TheTestsItNamesExist) {
  const std::string text = Read(kRoot / "spec/README.md");
  static const std::regex kFile(
      R"(`((?:tests/|unit/|property/|differential/|fuzz/)[a-z0-9_/]+\.cc)`)");
  int files = 0;
  for (std::sregex_iterator name(text.begin(), text.end(), kFile), end; name != end; ++name) {
    const std::string file = (*name)[1];
    const bool rooted = file.starts_with("tests/") || file.starts_with("fuzz/");
    EXPECT_TRUE(fs::exists(rooted ? kRoot / file : kRoot / "tests" / file)) << file;
    ++files;
  }
  EXPECT_GT(files, 40);
}

}  // namespace
