#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "compiler/cli/output.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

class WriteWholeTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Path(const char* name) const { return (folder_ / name).string(); }
  static std::string Text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::ptrdiff_t Files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }
  fs::path folder_ = fs::temp_directory_path() / ("weir_write_" + std::to_string(getpid()));
};

TEST_F(WriteWholeTest, MakesAndReplacesAFile) {
  EXPECT_TRUE(WriteWhole(Path("a"), "one"));
  EXPECT_EQ(Text(Path("a")), "one");
  ASSERT_EQ(chmod(Path("a").c_str(), 0640), 0);
  EXPECT_TRUE(WriteWhole(Path("a"), "two"));
  EXPECT_EQ(Text(Path("a")), "two");
  struct stat status{};
  ASSERT_EQ(stat(Path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(Files(), 1);
}

TEST_F(WriteWholeTest, KeepsASymbolicLink) {
  ASSERT_TRUE(WriteWhole(Path("a"), "one"));
  fs::create_symlink("a", Path("link"));
  EXPECT_TRUE(WriteWhole(Path("link"), "two"));
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Text(Path("a")), "two");
}

TEST_F(WriteWholeTest, SaysWhyNotAndLeavesNothingBehind) {
  auto directory = WriteWhole(folder_.string(), "x");
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().find("not a regular file"), std::string::npos);
  EXPECT_FALSE(WriteWhole(Path("none") + "/a", "x"));
  EXPECT_EQ(Files(), 0);
}

}  // namespace
}  // namespace weir::cli
