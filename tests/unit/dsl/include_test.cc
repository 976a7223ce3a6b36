// Policies of several files, on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/dsl/resolve_support.h"

namespace weir::dsl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class IncludeTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("weir-include-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "parts");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  LoadResult LoadFrom(const std::string& name) { return Load((folder_ / name).string()); }

  fs::path folder_;
};

TEST_F(IncludeTest, FilesAreLookedUpBesideTheOneThatNamesThem) {
  Write("a.weir", "include \"parts/b.weir\"\ninclude \"parts/c.weir\"\n");
  Write("parts/b.weir", "include \"c.weir\"\n");
  Write("parts/c.weir", "service s { }\n");
  LoadResult result = LoadFrom("a.weir");
  ASSERT_TRUE(result.policy) << Said(result);
  EXPECT_EQ(result.policy->files.size(), 3u);  // c.weir counts once
  EXPECT_EQ(result.policy->services.size(), 1u);
}

TEST_F(IncludeTest, ACycleIsShownOnTheWay) {
  Write("a.weir", "include \"b.weir\"\n");
  Write("b.weir", "include \"c.weir\"\n");
  Write("c.weir", "include \"a.weir\"\n");
  LoadResult result = LoadFrom("a.weir");
  ASSERT_EQ(result.diagnostics.size(), 1u) << Said(result);
  EXPECT_EQ(result.diagnostics[0].rule, "include-cycle");
  EXPECT_EQ(result.diagnostics[0].labels.size(), 2u);
}

TEST_F(IncludeTest, WhatCannotBeRead) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  Write("a.weir", "include \"nothing.weir\"\ninclude \"parts\"\ninclude \"pipe\"\n");
  EXPECT_THAT(Said(LoadFrom("a.weir")),
              testing::AllOf(HasSubstr("1 [missing-file]"), HasSubstr("2 [not-a-file]"),
                             HasSubstr("3 [not-a-file]")));
  EXPECT_THAT(Said(LoadFrom("pipe")), HasSubstr("[not-a-file]"));
}

TEST_F(IncludeTest, DepthIsBounded) {
  for (int i = 0; i < 40; ++i) {
    Write(std::to_string(i) + ".weir", "include \"" + std::to_string(i + 1) + ".weir\"\n");
  }
  Write("40.weir", "");
  EXPECT_THAT(Said(LoadFrom("0.weir")),
              HasSubstr("[too-large] includes are nested deeper than 32"));
}

TEST_F(IncludeTest, TheHashIsOfAllTexts) {
  Write("a.weir", "include \"b.weir\"\n");
  Write("b.weir", "service s { }\n");
  const auto before = LoadFrom("a.weir").policy->source_hash;
  EXPECT_EQ(LoadFrom("a.weir").policy->source_hash, before);
  Write("b.weir", "service s { } # other\n");
  EXPECT_NE(LoadFrom("a.weir").policy->source_hash, before);
}

// Lets and profiles cannot be made to expand without end.
TEST_F(IncludeTest, ExpansionIsBounded) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    const std::string next = "l" + std::to_string(i + 1);
    text += "let l" + std::to_string(i) + " = [" + next + ", " + next + ", " + next + ", " + next +
            ", " + next + "]\n";
  }
  text += "let l12 = [GET]\ncors c { origins [\"*\"]  methods l0 }\n";
  EXPECT_FALSE(LoadText("t.weir", text).policy.has_value());
}

}  // namespace
}  // namespace weir::dsl
