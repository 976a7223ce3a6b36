// Bounds of amplification and sustained load, measured on running proxies: never
// below what comes to the upstream, and reached where each hop has one route that
// retries what the next one answers (AMP-1 to AMP-9).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "compiler/checks/amplification.h"
#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"
#include "tests/demo/process.h"
#include "tests/integration/switched_upstream.h"
#include "tests/integration/weir_command.h"

namespace weir::tests {
namespace {

using Clock = std::chrono::steady_clock;

std::string At(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// A policy and a process for each gateway and sidecar of it.
class Deployment {
 public:
  explicit Deployment(const std::string& text) : loaded_(dsl::LoadText("load.weir", text)) {
    if (!loaded_.policy)
      throw std::runtime_error(dsl::Render(loaded_.diagnostics, loaded_.sources));
    loads_ = compiler::Amplification(*loaded_.policy);
  }

  // One more process of the gateway; at another port if it is the second.
  void Start(std::uint32_t gateway, const std::vector<std::string>& more = {},
             std::uint16_t other = 0) {
    const syntax::Gateway& of = loaded_.policy->gateways[gateway];
    const std::string name = of.name + std::to_string(processes_.size());
    const auto table = compiler::Lower(*loaded_.policy, &loaded_.sources, gateway);
    ASSERT_TRUE(table.has_value());
    folder_.Write(name + ".weirt", *table);
    std::vector<std::string> command = {WEIR_BINARY_DIR "/weir-proxy", "--workers", "1", "--table",
                                        folder_.path() / (name + ".weirt")};
    if (other != 0) {
      command.insert(command.end(), {"--listen", of.name + "/0=" + At(other)});
    }
    command.insert(command.end(), more.begin(), more.end());
    processes_.emplace_back(command, folder_.path() / name);
    for (const auto& listener : of.listeners)
      processes_.back().AwaitPort(other != 0 ? other : listener.address.port);
  }
  void StartAll() {
    for (std::uint32_t g = 0; g < loaded_.policy->gateways.size(); ++g) Start(g);
  }

  const compiler::ServiceLoad& Load(const std::string& service) const {
    for (const compiler::ServiceLoad& load : loads_) {
      if (loaded_.policy->services[load.service].name == service) return load;
    }
    throw std::runtime_error("nothing comes to " + service);
  }
  // What is allowed for so many requests, in one window.
  double Allowed(const std::string& service, int requests) const {
    return Load(service).sustained.Rounded() * requests + Load(service).added.Rounded();
  }
  std::string Out() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".out") all += Octets(entry.path());
    }
    return all;
  }

 private:
  dsl::LoadResult loaded_;
  std::vector<compiler::ServiceLoad> loads_;
  Folder folder_;
  std::list<demo::Process> processes_;  // end first
};

int Get(std::uint16_t port, const std::string& path = "/x") {
  Peer peer(ConnectTo(port));
  peer.Write("GET " + path + " HTTP/1.1\r\nhost: gw\r\nconnection: close\r\n\r\n");
  return ReadAnswer(peer).status;
}

std::string Service(const std::string& name, std::uint16_t port, const std::string& more = "") {
  return "service " + name + " { endpoints [" + At(port) + "] " + more + " }\n";
}
std::string Retry(int attempts, const std::string& budget = "20% minimum 100") {
  return "retry again { attempts " + std::to_string(attempts) + " on [5xx] backoff 1ms budget " +
         budget + " }\n";
}
std::string Gateway(const std::string& name, std::uint16_t port, const std::string& route,
                    const std::string& more = "") {
  return "gateway " + name + " { listen http " + At(port) + "  host \"one\" " + more +
         "\n  route all { " + route + " } }\n";
}

class Failing : public SwitchedUpstream {
 public:
  Failing() { status = 503; }
};

TEST(Load, ALoopIsFoundAndHasNoBound) {
  const std::uint16_t port = FreePort();
  Deployment deployment(Service("self", port) + Gateway("g", port, "forward self"));
  EXPECT_FALSE(deployment.Load("self").bounded);
  EXPECT_TRUE(deployment.Load("self").loop);
  deployment.Start(0, {"--loops-allowed", "40"});
  EXPECT_EQ(Get(port), 508);
  const std::string mark = "\"route\":\"all\"";
  EXPECT_TRUE(Eventually([&] {
    int records = 0;
    const std::string out = deployment.Out();
    for (std::size_t at = 0; (at = out.find(mark, at)) != std::string::npos; ++at) ++records;
    return records >= 40;
  })) << deployment.Out();
}

TEST(Load, AGatewayBehindAGateway) {
  Failing orders;
  const std::uint16_t edge = FreePort(), core = FreePort();
  Deployment deployment(Service("orders", orders.port()) + Service("inner", core) + Retry(4) +
                        Gateway("edge", edge, "retry again forward inner") +
                        Gateway("core", core, "retry again forward orders"));
  deployment.StartAll();
  EXPECT_EQ(Get(edge), 503);
  EXPECT_EQ(orders.requests, 16);
  EXPECT_EQ(deployment.Load("orders").amplification, 16u);
  EXPECT_EQ(deployment.Load("inner").amplification, 4u);
}

// Two gateways in a row behind a third, which also mirrors past them.
TEST(Load, ThreeInARowAndAMirror) {
  Failing orders;
  const std::uint16_t one = FreePort(), two = FreePort(), three = FreePort();
  Deployment deployment(Service("orders", orders.port()) + Service("second", two) +
                        "service third { endpoints [[::ffff:127.0.0.1]:" + std::to_string(three) +
                        "] }\n" + Retry(2) +
                        Gateway("a", one, "retry again mirror third forward second") +
                        Gateway("b", two, "retry again forward third") +
                        Gateway("c", three, "retry again forward orders"));
  deployment.StartAll();
  EXPECT_EQ(Get(one), 503);
  EXPECT_TRUE(Eventually([&] { return orders.requests == 2 * 2 * 2 + 2; })) << orders.requests;
  EXPECT_EQ(deployment.Load("orders").amplification, 10u);
}

// An application that calls its outbound part so often for each request.
TEST(Load, ASidecarByItself) {
  Failing orders;
  const std::uint16_t inbound = FreePort(), outbound = FreePort();
  ScriptedUpstream application([&](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      for (int i = 0; i < 5; ++i) Get(outbound);
      peer.Write(Ok("done"));
    }
  });
  Deployment deployment(Service("web", inbound, "calls orders up to 5") +
                        Service("orders", orders.port()) + Retry(4) +
                        "sidecar web {\n  inbound { " + "listen http " + At(inbound) + " forward " +
                        At(application.port()) + " }\n  outbound orders { listen http " +
                        At(outbound) + " retry again }\n}\n");
  deployment.StartAll();
  EXPECT_EQ(Get(inbound), 200);
  EXPECT_EQ(orders.requests, 20);
  EXPECT_EQ(deployment.Load("orders").amplification, 20u);
}

TEST(Load, ACanaryOnTheHostOfASidecar) {
  Failing application;
  const std::uint16_t edge = FreePort(), inbound = FreePort();
  Deployment deployment(Service("orders", inbound) + Service("canary", inbound) + Retry(4) +
                        Gateway("edge", edge, "retry again forward canary") +
                        "sidecar orders { host \"one\"\n  inbound { listen http " + At(inbound) +
                        " retry again forward " + At(application.port()) + " } }\n");
  deployment.StartAll();
  EXPECT_EQ(Get(edge), 503);
  EXPECT_EQ(application.requests, 16);
  EXPECT_EQ(deployment.Load("orders.app").amplification, 16u);
}

// One client after another: the minimum of each process, and no more.
TEST(Load, TheMinimumOfEachProcess) {
  Failing orders;
  const std::uint16_t one = FreePort(), two = FreePort();
  Deployment deployment(Service("orders", orders.port()) + Retry(5, "0% minimum 3") +
                        Gateway("edge", one, "retry again forward orders", "processes 2"));
  deployment.Start(0);
  deployment.Start(0, {}, two);
  const auto start = Clock::now();
  for (int i = 0; i < 8; ++i) Get(i % 2 == 0 ? one : two);
  const auto windows = 1 + (Clock::now() - start) / std::chrono::seconds(10);
  EXPECT_LE(orders.requests, 8 + 2 * 3 * windows);
  if (windows > 1) return;
  EXPECT_EQ(orders.requests, 8 + 2 * 3);
  EXPECT_EQ(deployment.Allowed("orders", 8), 14);
}

// First tries that are slow, and retries that fail at once.
TEST(Load, AShareIsARateHoweverLongTriesTake) {
  std::atomic<int> requests{0};
  ScriptedUpstream orders([&](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      ++requests;
      Eventually([&] { return requests >= 20; });
      peer.Write("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
    }
  });
  const std::uint16_t edge = FreePort();
  Deployment deployment(Service("orders", orders.port()) + Retry(5, "20% minimum 0") +
                        Gateway("edge", edge, "timeout none retry again forward orders"));
  deployment.StartAll();
  std::list<Peer> clients;
  for (int i = 0; i < 20; ++i)
    clients.emplace_back(ConnectTo(edge)).Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
  for (Peer& client : clients) EXPECT_EQ(ReadAnswer(client).status, 503);
  EXPECT_EQ(requests, 24);
  EXPECT_EQ(deployment.Allowed("orders", 20), 24);
}

// Reads the second request of each connection, and closes it without an answer.
class ClosesKept {
 public:
  std::uint16_t port() const { return upstream_.port(); }
  int Most() {
    const std::lock_guard lock(mutex_);
    int most = 0;
    for (const auto& [path, count] : came_) most = std::max(most, count);
    return most;
  }

 private:
  void Serve(Peer& peer) {
    for (int i = 0; i < 2; ++i) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      {
        const std::lock_guard lock(mutex_);
        ++came_[head.substr(0, head.find('\r'))];
      }
      if (i == 0) peer.Write(Ok("first"));
    }
  }
  std::mutex mutex_;
  std::map<std::string, int> came_;
  ScriptedUpstream upstream_{[this](Peer& peer) { Serve(peer); }};  // ends first
};

TEST(Load, ASecondDeliveryIsATry) {
  for (const int attempts : {1, 2}) {
    ClosesKept orders;
    const std::uint16_t edge = FreePort();
    Deployment deployment(
        Service("orders", orders.port()) + (attempts == 1 ? "" : Retry(2)) +
        Gateway("edge", edge, attempts == 1 ? "forward orders" : "retry again forward orders"));
    deployment.StartAll();
    for (int i = 0; i < 8; ++i) Get(edge, "/" + std::to_string(i));
    EXPECT_EQ(orders.Most(), attempts);
    EXPECT_EQ(deployment.Load("orders").amplification, static_cast<std::uint64_t>(attempts));
  }
}

}  // namespace
}  // namespace weir::tests
