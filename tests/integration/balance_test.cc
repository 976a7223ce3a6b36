// Which host a request goes to, over several workers (spec/rules/balance.md).
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"

namespace weir::tests {
namespace {

const std::vector<std::string> kFourWorkers = {"--workers", "4"};

// So many requests from several kept connections at once; none may fail.
void Requests(const RunningProxy& proxy, int count) {
  std::atomic<int> left{count}, wrong{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      Peer client(ConnectTo(proxy.port()));
      while (left-- > 0) {
        client.Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
        wrong += ReadAnswer(client).status != 200;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
}

// A request for /hold on a connection that stays.
std::unique_ptr<Peer> Hold(const RunningProxy& proxy, const std::string& fields = "") {
  auto client = std::make_unique<Peer>(ConnectTo(proxy.port()));
  client->Write("GET /hold HTTP/1.1\r\nhost: gw\r\n" + fields + "\r\n");
  return client;
}

class Balance : public testing::Test {
 protected:
  std::vector<std::uint16_t> Ports() {
    std::vector<std::uint16_t> ports;
    for (const SwitchedUpstream& host : hosts) ports.push_back(host.port());
    return ports;
  }
  std::string Hosts(const std::string& clauses) {
    return Compiled(Edge(
        {.service = Endpoints(Ports()) + clauses, .gateway = "trusted-proxies [127.0.0.0/8]"}));
  }
  int Used() const {
    int used = 0;
    for (const SwitchedUpstream& host : hosts) used += host.requests > 0;
    return used;
  }
  int Sent() const {
    int sent = 0;
    for (const SwitchedUpstream& host : hosts) sent += host.requests;
    return sent;
  }
  std::array<SwitchedUpstream, 4> hosts;
};

TEST_F(Balance, TurnsByWeight) {
  std::string service;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    service += "endpoint " + hosts[i].address() + " weight " + std::to_string(i + 1) + "\n";
  }
  RunningProxy proxy(Compiled(Edge({.service = service})), {"--workers", "1"});
  Requests(proxy, 200);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    EXPECT_EQ(hosts[i].requests, 20 * static_cast<int>(i + 1));
  }
}

// Exact over the whole process, however the connections are spread.
TEST_F(Balance, ACanaryGetsItsShareOfEveryThousand) {
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({hosts[0].port()}),
                     .definitions = "service next { " + Endpoints({hosts[1].port()}) + " }",
                     .forward = "forward { app weight 97  next weight 3 }"})),
      kFourWorkers);
  for (int thousand = 1; thousand <= 3; ++thousand) {
    Requests(proxy, 1000);
    EXPECT_NEAR(hosts[1].requests, 30 * thousand, 1);
    EXPECT_EQ(Sent(), 1000 * thousand);
  }
}

TEST_F(Balance, LeastRequestPrefersIdleHosts) {
  RunningProxy proxy(Hosts("balance least-request"), kFourWorkers);
  std::list<std::unique_ptr<Peer>> held;
  for (int i = 1; i <= 3; ++i) {  // each on a host of its own, whatever the worker
    held.push_back(Hold(proxy));
    ASSERT_TRUE(Eventually([&] { return Sent() == i; }));
    EXPECT_EQ(Used(), i);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(proxy).status, 200);
  for (const SwitchedUpstream& host : hosts) EXPECT_TRUE(host.requests == 1 || host.requests == 20);
  for (SwitchedUpstream& host : hosts) host.holds = false;
  for (const auto& client : held) EXPECT_EQ(ReadAnswer(*client).status, 200);
}

TEST_F(Balance, RandomReachesEveryHostAndAvoidsTheBusyOne) {
  RunningProxy proxy(Hosts("balance random"), kFourWorkers);
  Requests(proxy, 200);
  EXPECT_EQ(Used(), 4);
  for (const SwitchedUpstream& host : hosts) EXPECT_GT(host.requests, 10);
}

// The key by each attribute, and what sends it.
struct Key {
  std::string attribute, path, fields;  // @ stands for the key
};
std::string With(std::string text, const std::string& key) {
  if (const std::size_t at = text.find('@'); at != std::string::npos) text.replace(at, 1, key);
  return text;
}

TEST_F(Balance, AKeyLeadsToTheSameHostFromEveryProxy) {
  const std::vector<Key> keys = {{"header.x-key", "/x", "x-key: k@\r\n"},
                                 {"cookie.session", "/x", "cookie: a=b; session=k@\r\n"},
                                 {"client.address", "/x", "x-forwarded-for: 10.1.2.@\r\n"},
                                 {"path", "/of/@", ""}};
  for (const Key& key : keys) {
    SCOPED_TRACE(key.attribute);
    const std::string table = Hosts("balance consistent-hash by " + key.attribute);
    RunningProxy one(table, kFourWorkers), other(table, {"--workers", "2"});
    std::set<std::string> used;
    for (int i = 1; i <= 24; ++i) {
      std::set<std::string> of_key;
      for (const RunningProxy* proxy : {&one, &other, &one, &one}) {
        const std::string text = std::to_string(i);
        of_key.insert(Get(*proxy, With(key.path, text), With(key.fields, text)).Field("x-host"));
      }
      EXPECT_EQ(of_key.size(), 1u) << i;
      used.insert(of_key.begin(), of_key.end());
    }
    EXPECT_GE(used.size(), 3u);
  }
}

TEST_F(Balance, WithoutAKeyAnyHostWillDo) {
  RunningProxy proxy(Hosts("balance consistent-hash by header.x-key"), kFourWorkers);
  Requests(proxy, 100);
  EXPECT_EQ(Used(), 4);
}

TEST_F(Balance, ABusyHostSpillsOverWhereThatIsBounded) {
  for (const bool bounded : {false, true}) {
    for (SwitchedUpstream& host : hosts) {
      host.requests = 0;
      host.holds = true;
    }
    RunningProxy proxy(Hosts(std::string("balance consistent-hash by header.x-key") +
                             (bounded ? " bounded 125%" : "")),
                       kFourWorkers);
    std::list<std::unique_ptr<Peer>> held;
    for (int i = 1; i <= 8; ++i) {
      held.push_back(Hold(proxy, "x-key: same\r\n"));
      ASSERT_TRUE(Eventually([&] { return Sent() == i; }));
    }
    EXPECT_TRUE(bounded ? Used() >= 3 : Used() == 1) << Used();
    for (const SwitchedUpstream& host : hosts) {
      EXPECT_LE(host.requests, bounded ? 3 : 8);  // ceil(1.25 x 8 / 4)
    }
    for (SwitchedUpstream& host : hosts) host.holds = false;
    for (const auto& client : held) EXPECT_EQ(ReadAnswer(*client).status, 200);
  }
}

TEST_F(Balance, AnAffinityCookieLeadsBackWhileItsHostIsThere) {
  const auto listed = [&](std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < hosts.size(); ++i) {
      out += (out.empty() ? "" : ",") + ("{\"address\": \"" + hosts[i].address()) + "\"}";
    }
    return "{\"endpoints\": [" + out + "]}";
  };
  const std::string table = Compiled(
      Edge({.service = "endpoints file \"hosts.json\"\naffinity cookie \"host-of\" for 1h"}));
  RunningProxy proxy(table, kFourWorkers, {{"hosts.json", listed(0)}});
  RunningProxy other(table, kFourWorkers, {{"hosts.json", listed(0)}});

  // Who has no cookie gets one; one that names the first host is what we are after.
  Answer first;
  ASSERT_TRUE(Eventually([&] {
    first = Get(proxy);
    return first.Field("x-host") == hosts[0].address();
  }));
  const std::string set = first.Field("set-cookie");
  ASSERT_TRUE(set.starts_with("host-of=")) << first.head;
  EXPECT_TRUE(set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600")) << set;
  const std::string cookie = "cookie: " + set.substr(0, set.find(';')) + "\r\n";
  for (int i = 0; i < 12; ++i) {
    for (const RunningProxy* each : {&proxy, &other}) {
      const Answer again = Get(*each, "/x", cookie);
      EXPECT_EQ(again.Field("x-host"), hosts[0].address());
      EXPECT_EQ(again.Field("set-cookie"), "");
    }
  }

  proxy.WriteFile("hosts.json", listed(1));
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_endpoint_reloads_total") == 1; }));
  const Answer moved = Get(proxy, "/x", cookie);
  EXPECT_EQ(moved.status, 200);
  EXPECT_NE(moved.Field("x-host"), hosts[0].address());
  const std::string next = moved.Field("set-cookie");
  ASSERT_TRUE(next.starts_with("host-of=")) << moved.head;
  const Answer stays = Get(proxy, "/x", "cookie: " + next.substr(0, next.find(';')) + "\r\n");
  EXPECT_EQ(stays.Field("x-host"), moved.Field("x-host"));
  EXPECT_EQ(stays.Field("set-cookie"), "");
  // What names no host is as none.
  EXPECT_TRUE(Get(proxy, "/x", "cookie: host-of=0123456789abcdef\r\n")
                  .Field("set-cookie")
                  .starts_with("host-of="));
}

}  // namespace
}  // namespace weir::tests
