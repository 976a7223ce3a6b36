// Every golden file says what the real `weir` says (tests/golden/golden.h).
#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weir::golden {
namespace {

class GoldenTest : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenTest, SaysWhatTheProgramSays) {
  Golden golden = Read(GetParam());
  ASSERT_FALSE(golden.command.empty()) << "the first line must be: #$ ARGUMENTS";
  Outcome outcome = golden::Run(golden);
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) {
    Update(golden, outcome);
    golden = Read(GetParam());
  }
  EXPECT_EQ(golden.expectation, outcome.text) << "tests/golden/update writes it anew";
  bool named_fail = GetParam().filename().string().starts_with("fail_");
  EXPECT_EQ(named_fail, outcome.status != 0) << "fail_ begins the name exactly when it errs";
}

TEST_P(GoldenTest, IsShort) {
  std::ifstream in(GetParam(), std::ios::binary);
  auto lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  EXPECT_LE(lines, 30);
}

std::string NameOf(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name =
      info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, ::testing::ValuesIn(All()), NameOf);

}  // namespace
}  // namespace weir::golden
