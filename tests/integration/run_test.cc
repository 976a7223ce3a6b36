// `weir run`, and what stops it; files that are none; the README's example.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "tests/demo/process.h"
#include "tests/integration/scripted_upstream.h"
#include "tests/integration/weir_command.h"

namespace weir::tests {
namespace {

std::string Gateway(const std::string& name, std::uint16_t port, const std::string& more = "") {
  return "gateway " + name + " {\n  listen http 127.0.0.1:" + std::to_string(port) +
         "\n  route all { match path \"/**\"  respond 200 \"" + name + "\" }\n" + more + "}\n";
}

std::size_t TablesIn(const std::filesystem::path& folder) {
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    tables += entry.path().extension() == ".weirt";
  }
  return tables;
}

TEST(Run, ServesEveryGatewayAndPassesSignalsOn) {
  const Folder folder;
  const std::uint16_t one = FreePort(), two = FreePort();
  folder.Write("p.weir", Gateway("one", one) + Gateway("two", two));
  const std::string out = folder.path() / "tables";
  {
    demo::Process run({WEIR_BINARY_DIR "/weir", "run", folder.path() / "p.weir", "-o", out},
                      folder.path() / "run");
    run.AwaitPort(one);
    run.AwaitPort(two);
    const std::string url = "curl -s --noproxy '*' http://127.0.0.1:";
    EXPECT_EQ(folder.Call(url + std::to_string(one)).out, "one");
    EXPECT_EQ(folder.Call(url + std::to_string(two)).out, "two");
  }  // SIGTERM
  const std::string said = Octets(folder.path() / "run.err");
  const std::size_t first = said.find("draining");
  EXPECT_NE(first, std::string::npos) << said;
  EXPECT_NE(said.find("draining", first + 1), std::string::npos) << said;
  EXPECT_FALSE(demo::PortAnswers(one));
  EXPECT_FALSE(demo::PortAnswers(two));
  EXPECT_EQ(TablesIn(folder.path()), 2u);
}

TEST(Run, AFindingARefutedProofAndABadPolicyStopItFirst) {
  const Folder folder;
  const std::string hidden = "  route b { match path \"/b\"  respond 403 }\n";
  folder.Write("found.weir", Gateway("edge", FreePort(), hidden));
  Called run = folder.Call("weir run found.weir -o tables");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("error[shadowed-route]"), std::string::npos) << run.out;
  EXPECT_NE(run.err.find("nothing was started"), std::string::npos) << run.err;

  folder.Write("refuted.weir",
               "service s { endpoints [127.0.0.1:1] }\ngateway edge {\n  listen http 127.0.0.1:" +
                   std::to_string(FreePort()) +
                   "\n  route r { match path \"/**\"  forward s }\n}\n"
                   "prove \"p\" { every request to s satisfies method == \"GET\" }\n");
  run = folder.Call("weir run refuted.weir -o tables");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("refuted  \"p\""), std::string::npos) << run.out;

  folder.Write("bad.weir", "gateway {");
  EXPECT_EQ(folder.Call("weir run bad.weir -o tables").status, 2);
  EXPECT_EQ(TablesIn(folder.path()), 0u);
}

TEST(Run, AnExampleThatFailsStopsIt) {
  const Folder folder;
  const std::string policy = Gateway("edge", FreePort());
  folder.Write("p.weir", policy + "example \"e\" { GET \"http://a/\" -> respond 404 }\n");
  const Called run = folder.Call("weir run p.weir -o tables");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("FAIL  e"), std::string::npos) << run.out;
  EXPECT_NE(run.err.find("an example that fails stops it: nothing was started"), std::string::npos)
      << run.err;
  EXPECT_EQ(TablesIn(folder.path()), 0u);
}

TEST(Run, NoStartWritesTheTablesAlone) {
  const Folder folder;
  folder.Write("p.weir", Gateway("edge", FreePort()));
  EXPECT_EQ(folder.Call("weir run p.weir --no-start -o tables").status, 0);
  EXPECT_EQ(TablesIn(folder.path()), 1u);
  EXPECT_EQ(folder.Call("weir run p.weir --no-start").status, 2);
}

class Reloads : public testing::Test {
 protected:
  void Write(const std::string& body, const std::string& more = "") {
    folder_.Write("inner.weir", "profile said { deny when header.x == \"" + body + "\" }\n");
    folder_.Write("p.weir", "include \"inner.weir\"\ngateway edge {\n  listen http 127.0.0.1:" +
                                std::to_string(port_) +
                                "\n  route all { match path \"/**\"  use said  respond 200 \"" +
                                body + "\" }\n" + more + "}\n");
  }
  std::string Body() {
    return folder_.Call("curl -s --noproxy '*' http://127.0.0.1:" + std::to_string(port_)).out;
  }
  std::string said() { return Octets(folder_.path() / "run.err"); }
  bool Says(const std::string& text) {
    return Eventually([&] { return said().find(text) != std::string::npos; });
  }
  bool Eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 2000; ++i) {
      if (holds()) return true;
      usleep(10'000);
    }
    return false;
  }
  demo::Process Start() {
    return demo::Process({WEIR_BINARY_DIR "/weir", "run", folder_.path() / "p.weir"},
                         folder_.path() / "run");
  }

  const Folder folder_;
  const std::uint16_t port_ = FreePort();
};

TEST_F(Reloads, AChangeIsCompiledAndABadOneIsNotTaken) {
  Write("first");
  demo::Process run = Start();
  run.AwaitPort(port_);
  EXPECT_EQ(Body(), "first");
  Write("second");
  EXPECT_TRUE(Says("the policy changed: '")) << said();
  EXPECT_TRUE(Says("is compiled anew; its proxy loads its table")) << said();
  EXPECT_TRUE(Eventually([&] { return Body() == "second"; }));
  Write("third", "  route b { match path \"/b\"  respond 403 }\n");
  EXPECT_TRUE(Says("is not taken: the tables in force stay")) << said();
  EXPECT_NE(said().find("error[shadowed-route]"), std::string::npos) << said();
  EXPECT_EQ(Body(), "second");
}

TEST_F(Reloads, SighupSaysWhatItDid) {
  Write("first");
  demo::Process run = Start();
  run.AwaitPort(port_);
  kill(run.pid(), SIGHUP);
  EXPECT_TRUE(Says("SIGHUP: '")) << said();
  EXPECT_TRUE(Says("is compiled anew")) << said();
  EXPECT_TRUE(Says("(SIGHUP)")) << said();  // the proxy's own word
  EXPECT_EQ(said().find("a new table is in force"), std::string::npos) << said();
  EXPECT_EQ(Body(), "first");
}

TEST(Run, WhatCannotBeServedIsSaid) {
  const Folder folder;
  const std::uint16_t port = FreePort();
  folder.Write("p.weir", Gateway("one", port) + Gateway("two", port));
  Called run = folder.Call("weir run p.weir");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("'one' and 'two' both listen on port " + std::to_string(port)),
            std::string::npos)
      << run.err;
  run = folder.Call("weir run p.weir --gateway three");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("there are 'one', 'two'"), std::string::npos) << run.err;
  EXPECT_EQ(folder.Call("weir run p.weir --gateway one --admin nowhere").status, 2);

  ScriptedUpstream taken(EchoHeads);
  folder.Write("taken.weir", Gateway("a", taken.port()) + Gateway("b", port));
  run = folder.Call("weir run taken.weir");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("127.0.0.1:" + std::to_string(taken.port())), std::string::npos)
      << run.err;

  folder.Write("log.weir", Gateway("a", port, "  log json file \"access.log\"\n"));
  run = folder.Call("weir run log.weir");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("name a folder with -o"), std::string::npos) << run.err;
}

TEST(Run, TheMeshIsProvedAndCompiledAndEachTableIsRefusedByConstruct) {
  const Folder folder;
  const std::string mesh = WEIR_SOURCE_DIR "/dsl/examples/shop/shop-mesh.weir";
  EXPECT_EQ(folder.Call("weir lint " + mesh).status, 0);
  EXPECT_EQ(folder.Call("weir prove " + mesh).status, 0);
  EXPECT_EQ(folder.Call("weir compile " + mesh + " -o .").status, 0);
  const Called edge = folder.Call("weir-proxy --table edge.weirt");
  EXPECT_EQ(edge.status, 2);
  for (const char* construct :
       {"listener 0.0.0.0:8080: proxy-protocol", "listener 0.0.0.0:8443: https",
        "\"user-service\": endpoints dns", "\"user-service\": identity",
        "limit \"per-ip\": store redis", "jwt \"auth0\": keys url"}) {
    EXPECT_NE(edge.err.find(construct), std::string::npos) << construct << "\n" << edge.err;
  }
  const Called sidecar = folder.Call("weir-proxy --table user-service.weirt");
  EXPECT_EQ(sidecar.status, 2);
  for (const char* construct :
       {"0.0.0.0:15006: mtls", "0.0.0.0:15006: intercept", "127.0.0.1:15001: intercept"}) {
    EXPECT_NE(sidecar.err.find(construct), std::string::npos) << construct << "\n" << sidecar.err;
  }
}

TEST(Run, WhatIsNoTableNeitherHangsNorCrashes) {
  const Folder folder;
  folder.Write("empty", "");
  std::filesystem::create_directory(folder.path() / "folder");
  ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  for (const std::string name : {"empty", "folder", "pipe", "missing", "/dev/null"}) {
    for (const std::string& line :
         {"weir-proxy --table " + name, "weir explain " + name + " GET http://x/"}) {
      const Called called = folder.Call(line);
      EXPECT_EQ(called.status, 2) << line;
      EXPECT_NE(called.err.find(name), std::string::npos) << line << ": " << called.err;
      EXPECT_EQ(called.out, "");
    }
  }
}

TEST(Run, ClaimsThatAreNoJsonAreSaid) {
  const Folder folder;
  folder.Write("p.weir", Gateway("one", 8080));
  EXPECT_EQ(folder.Call("weir explain p.weir GET http://x/ --claims '{bad'").status, 2);
  EXPECT_EQ(folder.Call("weir explain p.weir GET http://x/ --claims '{}'").status, 0);
}

// The README's policy is its first ```weir block; what is said to it, the next block.
TEST(Readme, TheExampleSaysWhatLintSays) {
  const std::string readme = Octets(WEIR_SOURCE_DIR "/README.md");
  const auto block = [&](const std::string& fence, std::size_t from) {
    const std::size_t begin = readme.find("\n" + fence + "\n", from);
    if (begin == std::string::npos) return std::string("no block ") + fence;
    const std::size_t text = begin + fence.size() + 2;
    return readme.substr(text, readme.find("```", text) - text);
  };
  const Folder folder;
  folder.Write("edge.weir", block("```weir", 0));
  const Called linted = folder.Call("weir lint edge.weir");
  EXPECT_EQ(linted.status, 1);
  EXPECT_EQ(linted.out, block("```text", readme.find("\n```weir\n")));
}

}  // namespace
}  // namespace weir::tests
