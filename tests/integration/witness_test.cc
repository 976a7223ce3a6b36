// What `weir lint` says of planted mistakes is what the gateway then does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/demo/process.h"
#include "tests/integration/scripted_upstream.h"
#include "tests/integration/weir_command.h"

namespace weir::tests {
namespace {

using nlohmann::json;

class Witness : public ::testing::Test {
 protected:
  // The one finding of a policy that lint does not let pass.
  json Finding(const std::string& policy) {
    folder_.Write("edge.weir", policy);
    const Called linted = folder_.Call("weir lint edge.weir --format json");
    EXPECT_EQ(linted.status, 1);
    EXPECT_EQ(linted.err, "");
    const json report = json::parse(linted.out, nullptr, false);
    EXPECT_EQ(report["version"], 1);
    EXPECT_EQ(report["findings"].size(), 1u) << linted.out;
    return report["findings"][0];
  }
  // What the running gateway answers to the witness's own curl command, of which
  // only the place it connects to is changed.
  std::string Answer(const json& finding) {
    EXPECT_EQ(folder_.Call("weir compile edge.weir -o .").status, 0);
    demo::Process proxy({WEIR_BINARY_DIR "/weir-proxy", "--table", folder_.path() / "edge.weirt"},
                        folder_.path() / "proxy");
    proxy.AwaitPort(port_);
    return folder_
        .Call(finding["witness"]["curl"].get<std::string>() +
              " -s --noproxy '*' --connect-to ::127.0.0.1:" + std::to_string(port_))
        .out;
  }
  std::string Edge(const std::string& body) const {
    return "gateway edge {\n  listen http 127.0.0.1:" + std::to_string(port_) +
           "\n  explain headers\n" + body + "}\n";
  }
  Folder folder_;
  const std::uint16_t port_ = FreePort();
};

TEST_F(Witness, ARouteThatThreeEarlierOnesCoverIsTakenByThem) {
  const json finding = Finding(
      Edge("  route readers { match path \"/reports/**\" method [GET, HEAD]  respond 200 }\n"
           "  route writers { match path \"/reports/*\" method [POST]  respond 201 }\n"
           "  route office { match path \"/**\" method [DELETE]  respond 204 }\n"
           "  route planted { match path \"/reports/{id}\" method [GET, POST, DELETE]  respond 403 "
           "}\n"));
  EXPECT_EQ(finding["rule"], "shadowed-route");
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["line"], 7);
  std::set<int> lines;
  for (const json& related : finding["related"]) lines.insert(related["line"].get<int>());
  EXPECT_EQ(lines, (std::set<int>{4, 5, 6}));

  const std::string answer = Answer(finding);
  EXPECT_NE(answer.find("x-weir-reason: respond\r\n"), std::string::npos) << answer;
  const std::size_t at = answer.find("x-weir-route: ");
  ASSERT_NE(at, std::string::npos) << answer;
  const std::string route = answer.substr(at + 14, answer.find('\r', at) - at - 14);
  EXPECT_NE(route, "planted");
  EXPECT_NE(finding["message"].get<std::string>().find("'" + route + "'"), std::string::npos)
      << answer << finding["message"];
}

TEST_F(Witness, AnAllowThatADenySwallowsLetsNobodyThrough) {
  const json finding =
      Finding(Edge("  route admin {\n"
                   "    match path \"/admin/**\"\n"
                   "    deny when client.address in [127.0.0.0/8]\n"
                   "    allow when client.address in [127.0.0.1/32]\n"
                   "    respond 200\n"
                   "  }\n"));
  EXPECT_EQ(finding["rule"], "unreachable-policy");
  EXPECT_EQ(finding["line"], 7);
  EXPECT_EQ(finding["witness"]["context"]["client"], "127.0.0.1");
  const std::string answer = Answer(finding);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_NE(answer.find("x-weir-route: admin\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("x-weir-reason: denied\r\n"), std::string::npos) << answer;
}

TEST_F(Witness, FourTriesOfFourOfFourAreShownHopByHop) {
  const json finding = Finding(
      "amplification at most 60\n"
      "service a { endpoints [127.0.0.1:1]  calls b }\n"
      "service b { endpoints [127.0.0.1:2]  calls c }\n"
      "service c { endpoints [127.0.0.1:3] }\n"
      "retry four { attempts 4  on [5xx] }\n" +
      Edge("  route all { match path \"/**\"  retry four  forward a }\n") +
      "sidecar a { inbound { listen http 127.0.0.1:15006  forward 127.0.0.1:4 }\n"
      "            outbound b { listen http 127.0.0.1:15001  retry four } }\n"
      "sidecar b { inbound { listen http 127.0.0.1:15007  forward 127.0.0.1:5 }\n"
      "            outbound c { listen http 127.0.0.1:15002  retry four } }\n");
  EXPECT_EQ(finding["rule"], "retry-storm");
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["factor"], 64);
  EXPECT_FALSE(finding.contains("witness"));
  std::uint64_t tries = 1;
  for (const json& hop : finding["path"]) tries *= hop["tries"].get<std::uint64_t>();
  EXPECT_EQ(tries, 64u) << finding["path"];
}

TEST_F(Witness, TheStatusIsTheSameInEveryFormat) {
  folder_.Write("edge.weir", Edge("  route a { match path \"/**\"  respond 200 }\n"
                                  "  route b { match path \"/b\"  respond 403 }\n"));
  for (const char* format : {"text", "json", "sarif", "junit", "github"}) {
    const Called linted = folder_.Call(std::string("weir lint edge.weir --format ") + format);
    EXPECT_EQ(linted.status, 1) << format;
    EXPECT_NE(linted.out.find("shadowed-route"), std::string::npos) << format;
    EXPECT_EQ(linted.err, "") << format;
  }
}

}  // namespace
}  // namespace weir::tests
