#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "dsl/source/did_you_mean.h"
#include "dsl/source/read_file.h"
#include "dsl/source/render.h"
#include "dsl/source/source_map.h"

namespace weir::dsl {
namespace {

namespace fs = std::filesystem;

TEST(DidYouMean, FindsTheNearestName) {
  const std::array<std::string_view, 4> names = {"route", "retry", "respond", "rewrite"};
  EXPECT_EQ(DidYouMean("retyr", names), "retry");
  EXPECT_EQ(DidYouMean("ROUTE", names), "route");
  EXPECT_EQ(DidYouMean("roue", names), "route");
  EXPECT_EQ(DidYouMean("respnd", names), "respond");
  EXPECT_EQ(DidYouMean("banana", names), "");
  EXPECT_EQ(DidYouMean("", names), "");
  EXPECT_EQ(DidYouMeanHelp("retyr", names), "did you mean 'retry'?");
  EXPECT_EQ(DidYouMeanHelp("zzz", names), "");
}

class ReadFileTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Path(const char* name) const { return (folder_ / name).string(); }
  std::string RuleFor(const std::string& path) {
    auto text = ReadFile(path);
    return text ? "" : text.error().rule;
  }
  fs::path folder_ = fs::temp_directory_path() / ("weir_read_" + std::to_string(getpid()));
};

TEST_F(ReadFileTest, GivesTheTextOrTheReason) {
  std::ofstream(Path("a"), std::ios::binary) << "x\r\n\xFFy";
  EXPECT_EQ(ReadFile(Path("a")).value_or(""), "x\r\n\xFFy");
  std::ofstream(Path("empty"), std::ios::binary);
  EXPECT_EQ(ReadFile(Path("empty")).value_or("?"), "");
  EXPECT_EQ(RuleFor(Path("none")), "missing-file");
  EXPECT_EQ(RuleFor(Path("a") + "/b"), "missing-file");
  EXPECT_EQ(RuleFor(folder_.string()), "not-a-file");
  EXPECT_EQ(RuleFor("/dev/zero"), "not-a-file");
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(RuleFor(Path("pipe")), "not-a-file");  // and does not wait for a writer
}

TEST_F(ReadFileTest, StopsAtTheLimit) {
  {
    std::ofstream out(Path("most"));
  }
  fs::resize_file(Path("most"), kMaxFileOctets);
  EXPECT_EQ(RuleFor(Path("most")), "");
  fs::resize_file(Path("most"), kMaxFileOctets + 1);
  EXPECT_EQ(RuleFor(Path("most")), "file-too-large");
}

TEST_F(ReadFileTest, SaysWhatCannotBeRead) {
  EXPECT_EQ(RuleFor(Path(std::string(300, 'a').c_str())), "unreadable-file");
}

Diagnostic At(std::uint32_t begin, std::uint32_t end) {
  Diagnostic d;
  d.rule = "some-rule";
  d.message = "what was seen";
  d.span = {0, begin, end};
  return d;
}

TEST(Render, PointsAtTheSpan) {
  SourceMap sources;
  sources.Add("a.weir", "one\n\tt\xC3\xA9 \"x\" z\nthree\n");
  Diagnostic d = At(9, 12);
  d.labels.push_back({{0, 15, 20}, "and here"});
  d.help = "do this";
  EXPECT_EQ(Render(d, sources),
            "error[some-rule]: what was seen\n"
            " --> a.weir:2:5\n"
            "  |\n"
            "2 |   t\xC3\xA9 \"x\" z\n"
            "  |      ^^^\n"
            " ...\n"
            "3 | three\n"
            "  | ----- and here\n"
            "  = help: do this\n");
}

TEST(Render, ShowsNoControlOctets) {
  SourceMap sources;
  sources.Add("a\x1b[2J.weir", "x\x1b[31m\xC2\x9B\xFF y");
  std::string text = Render(At(1, 2), sources);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("x\\x1B[31m\\u{9B}\\xFF y"), std::string::npos) << text;
}

TEST(Render, CutsLongLines) {
  SourceMap sources;
  sources.Add("a.weir", std::string(1 << 20, 'a') + "HERE" + std::string(1 << 20, 'b'));
  std::string text = Render(At(1 << 20, (1 << 20) + 4), sources);
  EXPECT_LT(text.size(), 400u);
  EXPECT_NE(text.find("aaaHEREbbb"), std::string::npos);
  EXPECT_NE(text.find("^^^^"), std::string::npos);
}

TEST(Render, ReachesTheEndOfTheFile) {
  SourceMap sources;
  sources.Add("a.weir", "");
  EXPECT_NE(Render(At(0, 0), sources).find("a.weir:1:1"), std::string::npos);
}

TEST(Render, ColoursOnlyWhenAsked) {
  SourceMap sources;
  sources.Add("a.weir", "x\n");
  EXPECT_EQ(Render(At(0, 1), sources).find('\x1b'), std::string::npos);
  EXPECT_NE(Render(At(0, 1), sources, true).find("\x1b[1;31m"), std::string::npos);
}

}  // namespace
}  // namespace weir::dsl
