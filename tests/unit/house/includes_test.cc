// The house's walls: who may include whom, and where a library's headers stay.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;  // relative to the root
  std::string name;
  bool quoted = false;
  bool operator<(const Include& other) const {
    return std::tie(file, name) < std::tie(other.file, other.name);
  }
};

const fs::path kRoot = WEIR_SOURCE_DIR;

std::vector<Include> AllIncludes() {
  static const std::regex kPattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  for (const char* top :
       {"spec", "dsl", "compiler", "runtime", "proxy", "fuzz", "proofs", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      std::string line;
      for (std::smatch match; std::getline(in, line);) {
        if (!std::regex_search(line, match, kPattern)) continue;
        includes.push_back(
            {fs::relative(entry.path(), kRoot).string(), match[2], match[1] == "\""});
      }
    }
  }
  return includes;
}

bool In(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

// The folders that the code of a folder may include from; the longest match of
// `folder` applies. Tests, fuzz targets and proofs may include everything.
struct Allowed {
  const char* folder;
  std::vector<const char*> from;
};

const std::vector<Allowed> kAllowed = {
    {"spec/syntax", {"spec/syntax"}},
    {"spec/model", {"spec/syntax", "spec/model"}},
    {"dsl", {"spec/syntax", "dsl", "runtime/base"}},
    {"compiler", {"spec/syntax", "dsl", "compiler", "spec/model", "runtime"}},
    {"runtime", {"runtime"}},
    // A leaf for every part but the model, which judges them all.
    {"runtime/base", {"runtime/base"}},
    {"proxy", {"runtime", "proxy"}},
    // A transport under a protocol under what is made of requests.
    {"proxy/net", {"runtime", "proxy/net"}},
    {"proxy/http", {"runtime", "proxy/net", "proxy/http"}},
    {"proxy/http1", {"runtime", "proxy/net", "proxy/http", "proxy/http1"}},
    {"proxy/config",
     {"runtime", "proxy/net", "proxy/http", "proxy/upstream", "proxy/observe", "proxy/config"}},
    {"proxy/exchange",
     {"runtime", "proxy/net", "proxy/http", "proxy/upstream", "proxy/observe", "proxy/config",
      "proxy/exchange"}},
};

// A protocol is known where its connections are made, and to nobody who uses them.
const std::vector<const char*> kKnowHttp1 = {
    "proxy/http1/", "proxy/admin/", "proxy/upstream/connector.cc", "proxy/server/acceptor.cc"};

TEST(Includes, DependenciesPointOneWay) {
  for (const Include& include : AllIncludes()) {
    if (!include.quoted) continue;
    for (const Allowed& rule : kAllowed) {
      if (!In(include.file, rule.folder)) continue;
      bool fine = std::any_of(rule.from.begin(), rule.from.end(),
                              [&](const char* from) { return In(include.name, from); });
      // What a build step generates stands beside the source that includes it.
      fine |= include.name.find('/') == std::string::npos;
      EXPECT_TRUE(fine) << include.file << " includes \"" << include.name << "\"";
    }
  }
}

TEST(Includes, ConnectionsAreUsedWhateverTheirProtocol) {
  int seen = 0;
  for (const Include& include : AllIncludes()) {
    if (!In(include.file, "proxy") || !include.name.starts_with("proxy/http1/")) continue;
    ++seen;
    EXPECT_TRUE(std::any_of(kKnowHttp1.begin(), kKnowHttp1.end(),
                            [&](const char* place) { return include.file.starts_with(place); }))
        << include.file << " includes \"" << include.name << "\"";
  }
  EXPECT_GT(seen, 0);
}

// Within a part, second-level folders depend on each other one way too.
TEST(Includes, FoldersFormNoCircle) {
  std::set<std::pair<std::string, std::string>> edges;
  auto folder_of = [](const std::string& path) {
    auto second = path.find('/', path.find('/') + 1);
    return second == std::string::npos ? std::string() : path.substr(0, second);
  };
  for (const Include& include : AllIncludes()) {
    if (!include.quoted || In(include.file, "tests") || In(include.file, "fuzz")) continue;
    std::string from = folder_of(include.file);
    std::string to = folder_of(include.name);
    if (!from.empty() && !to.empty() && from != to) edges.emplace(from, to);
  }
  // Reachability by repeated joining: the graph is small.
  for (bool grew = true; grew;) {
    grew = false;
    auto known = edges;
    for (const auto& [a, b] : known) {
      for (const auto& [c, d] : known) {
        if (b == c) grew |= edges.emplace(a, d).second;
      }
    }
  }
  for (const auto& [a, b] : edges) EXPECT_NE(a, b) << a << " depends on itself by way of others";
}

TEST(Includes, LibrariesStayBehindTheirWalls) {
  struct Wall {
    const char* header;  // a prefix of the header's name
    std::vector<const char*> folders;
    bool in_headers;  // whether .h files of those folders may include it
  };
  const std::vector<Wall> walls = {
      {"z3", {"compiler/smt"}, false},
      {"antlr4", {"dsl/parse"}, false},
      {"openssl/", {"runtime/auth", "proxy/tls"}, false},
      {"spdlog/", {"proxy/observe"}, false},
      {"sys/epoll.h", {"proxy/net"}, false},
      {"prometheus/", {"proxy/observe", "proxy/admin"}, false},
      {"nghttp2/", {"proxy/http2"}, false},
      {"hiredis/", {"proxy/store"}, false},
      {"CLI/", {"runtime/command_line"}, false},
      {"libpsl.h", {"compiler/checks"}, false},
      {"re2/", {}, false},
  };
  for (const Include& include : AllIncludes()) {
    if (In(include.file, "tests") || In(include.file, "fuzz")) continue;
    for (const Wall& wall : walls) {
      if (!include.name.starts_with(wall.header)) continue;
      bool inside = std::any_of(wall.folders.begin(), wall.folders.end(),
                                [&](const char* folder) { return In(include.file, folder); });
      EXPECT_TRUE(inside) << include.file << " includes <" << include.name << ">";
      bool header = include.file.ends_with(".h");
      EXPECT_TRUE(!header || wall.in_headers)
          << include.file << " lets <" << include.name << "> out";
    }
  }
}

TEST(Files, StaySmall) {
  for (const char* top :
       {"spec", "dsl", "compiler", "runtime", "proxy", "fuzz", "proofs", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      auto lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
      EXPECT_LE(lines, 600) << fs::relative(entry.path(), kRoot).string() << " should be split";
    }
  }
}

}  // namespace
