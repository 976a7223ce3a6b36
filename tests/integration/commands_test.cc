// `weir compile`, `explain` and `table` as a user calls them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace weir {
namespace {

namespace fs = std::filesystem;

struct Called {
  int status = 0;
  std::string text;  // stdout and stderr
};

Called Weir(const std::string& arguments) {
  Called called;
  FILE* pipe = popen((WEIR_BINARY_DIR "/weir " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) {
    called.text.append(buffer.data(), got);
  }
  called.status = WEXITSTATUS(pclose(pipe));
  return called;
}

class Commands : public ::testing::Test {
 protected:
  Commands() : folder_(fs::temp_directory_path() / ("weir-commands-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Commands() override { fs::remove_all(folder_); }
  std::string Policy(const std::string& text) const {
    const fs::path path = folder_ / "p.weir";
    std::ofstream(path) << text;
    return path.string();
  }
  const fs::path folder_;
  const std::string shop_ = WEIR_SOURCE_DIR "/dsl/examples/shop/shop.weir";
};

TEST_F(Commands, CompileWritesATableForEachProxyAndExplainReadsIt) {
  const std::string out = (folder_ / "out").string();
  ASSERT_EQ(Weir("compile " + shop_ + " -o " + out).status, 0);
  EXPECT_TRUE(fs::exists(out + "/edge.weirt"));
  EXPECT_TRUE(fs::exists(out + "/user-service.weirt"));
  const std::string question = " GET http://api.yourapp.com/user-service/users/123";
  const Called from_table = Weir("explain " + out + "/edge.weirt" + question);
  EXPECT_EQ(from_table.status, 0);
  EXPECT_NE(from_table.text.find("answer 401, reason unauthenticated"), std::string::npos);
  EXPECT_EQ(from_table.text, Weir("explain " + shop_ + question).text);
}

constexpr char kSmall[] = R"(
service a { endpoints [10.0.0.1:80] }
gateway edge {
  listen http 127.0.0.1:8080
  route a {
    match path "/a/**"
    deny when method == "PUT"
    forward a
  }
}
)";

TEST_F(Commands, DiffComparesTablesAsTheirPolicies) {
  const std::string out = (folder_ / "out").string(), other = (folder_ / "other").string();
  const std::string policy = Policy(kSmall);
  ASSERT_EQ(Weir("compile " + policy + " -o " + out).status, 0);
  std::string text = kSmall;
  text.replace(text.find("PUT"), 3, "POST");
  text.replace(text.find("10.0.0.1"), 8, "10.0.0.2");
  ASSERT_EQ(Weir("compile " + Policy(text) + " -o " + other).status, 0);
  Policy(kSmall);

  const Called differ = Weir("diff " + out + "/edge.weirt " + other + "/edge.weirt");
  EXPECT_EQ(differ.status, 1);
  for (const char* expected : {"opened   at edge: 403 denied, route a -> forwarded to a, route a",
                               "PUT http://example.com/a", "POST http://example.com/a", "p.weir:7",
                               "changed  setting of service a: endpoints"}) {
    EXPECT_NE(differ.text.find(expected), std::string::npos) << expected << "\n" << differ.text;
  }
  EXPECT_EQ(Weir("diff " + policy + " " + other + "/edge.weirt").text, differ.text);
  const Called same = Weir("diff " + policy + " " + out + "/edge.weirt");
  EXPECT_EQ(same.status, 0) << same.text;
  EXPECT_EQ(Weir("diff " + out + "/edge.weirt " + policy).status, 0);
}

TEST_F(Commands, DiffOfATableNeedsThePolicysGatewayOfItsName) {
  const std::string out = (folder_ / "out").string();
  ASSERT_EQ(Weir("compile " + Policy(kSmall) + " -o " + out).status, 0);
  std::string text = kSmall;
  text.replace(text.find("edge"), 4, "core");
  const Called called = Weir("diff " + out + "/edge.weirt " + Policy(text));
  EXPECT_EQ(called.status, 2);
  EXPECT_NE(called.text.find("no gateway 'edge'"), std::string::npos) << called.text;
}

TEST_F(Commands, AGatewayAndASidecarOfOneNameAreRefused) {
  const std::string out = (folder_ / "out").string();
  const Called called = Weir("compile " +
                             Policy("service a { endpoints [127.0.0.1:1] }\n"
                                    "gateway a {\n  listen http 127.0.0.1:8080\n"
                                    "  route r {\n    match path \"/**\"\n    forward a\n  }\n}\n"
                                    "sidecar a {\n  inbound {\n    listen http 127.0.0.1:15006\n"
                                    "    forward 127.0.0.1:3001\n  }\n}\n") +
                             " -o " + out);
  EXPECT_EQ(called.status, 2) << called.text;
  EXPECT_FALSE(fs::exists(out + "/a.weirt"));
}

TEST_F(Commands, NothingIsWrittenWhenOneTableCannotBe) {
  const fs::path out = folder_ / "out";
  fs::create_directories(out / "user-service.weirt");  // a folder stands in its place
  EXPECT_EQ(Weir("compile " + shop_ + " -o " + out.string()).status, 2);
  EXPECT_FALSE(fs::exists(out / "edge.weirt"));
  EXPECT_EQ(std::distance(fs::directory_iterator(out), fs::directory_iterator()), 1);
}

TEST_F(Commands, TableShowsEachRouteInEveryFormat) {
  for (const char* format : {"md", "html"}) {
    const Called called = Weir("table " + shop_ + " --format " + format);
    EXPECT_EQ(called.status, 0);
    EXPECT_NE(called.text.find("payments"), std::string::npos) << format;
  }
  EXPECT_TRUE(Weir("table " + shop_ + " --format svg").text.starts_with("<svg "));
  EXPECT_EQ(Weir("table " + shop_ + " --format pdf").status, 2);
}

TEST_F(Commands, MistakesAreToldPlainly) {
  EXPECT_EQ(Weir("explain " + shop_ + " --gateway nope GET http://x/").text,
            "weir: '" + shop_ + "' has no gateway 'nope'; there are 'edge', 'user-service'\n");
  EXPECT_EQ(Weir("explain " + shop_ + " GET nonsense").status, 2);
  EXPECT_EQ(Weir("compile /nowhere.weir -o " + folder_.string()).status, 2);
  std::ofstream(folder_ / "cut.weirt", std::ios::binary) << "\x89WEIR\r\n\x1a" << "cut";
  const Called cut = Weir("explain " + (folder_ / "cut.weirt").string() + " GET http://x/");
  EXPECT_EQ(cut.status, 2);
  EXPECT_NE(cut.text.find("this is no Weir table: it is too short"), std::string::npos) << cut.text;
}

}  // namespace
}  // namespace weir
