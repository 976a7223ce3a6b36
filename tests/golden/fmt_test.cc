// `weir fmt` on real files: in place, whole or not at all.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

class FmtTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Make(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  static std::string Text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static int Run(const std::string& arguments) {
    int status =
        std::system((WEIR_BINARY_DIR "/weir fmt " + arguments + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path folder_ = fs::temp_directory_path() / ("weir_fmt_" + std::to_string(getpid()));
};

TEST_F(FmtTest, RewritesInPlaceAndKeepsPermissions) {
  std::string path = Make("a.weir", "service   a {}\r\n");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(Run("--check " + path), 1);
  EXPECT_EQ(Text(path), "service   a {}\r\n");
  EXPECT_EQ(Run(path), 0);
  EXPECT_EQ(Text(path), "service a {}\n");
  EXPECT_EQ(Run("--check " + path), 0);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(FmtTest, LeavesWhatItCannotReadAndDoesTheRest) {
  std::string wrong = Make("wrong.weir", "service  a [\n");
  std::string right = Make("right.weir", "service  a {}\n");
  EXPECT_EQ(Run(wrong + " " + right), 2);
  EXPECT_EQ(Text(wrong), "service  a [\n");
  EXPECT_EQ(Text(right), "service a {}\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

}  // namespace
