// A service's pool over several workers (spec/rules/pool.md).
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/held_requests.h"
#include "tests/integration/policy_text.h"

namespace weir::tests {
namespace {

const std::vector<std::string> kFourWorkers = {"--workers", "4"};
const char* kPending = "weir_pool_pending{service=\"app\"}";
const char* kActive = "weir_pool_requests_active{service=\"app\"}";
const char* kConnections = "weir_pool_connections{service=\"app\"}";

std::string GetText(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nhost: gw\r\n\r\n";
}

bool AtRest(RunningProxy& proxy) {
  return Eventually([&] {
    return Metric(proxy, kActive) == 0 && Metric(proxy, kPending) == 0 &&
           MetricSum(proxy, "weir_host_requests_active") == 0 &&
           Metric(proxy, "weir_requests_active") == 0;
  });
}

std::string Pool(const std::vector<std::uint16_t>& ports, const std::string& pool) {
  return Endpoints(ports) + "pool { " + pool + " }";
}

// Answers each request when it is whole.
void TakesBodies(Peer& peer) {
  for (std::string head; (head = peer.ReadTo(kEnd)).ends_with(kEnd);) {
    if (const std::size_t length = LengthOf(head); length > 0) {
      if (peer.ReadExactly(length).size() < length) return;
    } else if (head.find("chunked") != std::string::npos) {
      peer.ReadTo("0\r\n\r\n");
    }
    peer.Write(Ok("whole"));
  }
}

// Clients, each on a connection of its own: how many answers were not 200.
int Load(const RunningProxy& proxy, int clients, int requests, bool keep) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      std::unique_ptr<Peer> client;
      for (int j = 0; j < requests; ++j) {
        if (client == nullptr) client = std::make_unique<Peer>(ConnectTo(proxy.port()));
        client->Write(GetText("/x"));
        if (ReadAnswer(*client).status != 200) ++wrong;
        if (!keep || j % 8 == 7) client.reset();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return wrong;
}

TEST(Pool, NeverMoreConnectionsThanWritten) {
  HeldRequests held;
  held.Release();
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()},
                                                    "connections 3  pending 100  requests 100")})),
                     kFourWorkers);
  EXPECT_EQ(Load(proxy, 16, 60, false), 0);
  EXPECT_EQ(Load(proxy, 16, 60, true), 0);
  EXPECT_LE(upstream.most_open(), 3);
  EXPECT_LE(held.most_at_once(), 3u);
  EXPECT_GE(upstream.most_open(), 2);
  EXPECT_TRUE(AtRest(proxy)) << proxy.Admin("/metrics");
  EXPECT_LE(Metric(proxy, kConnections), 3);
}

TEST(Pool, PastItsQueueIs503AndNeverTriedAgain) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 3  pending 2"),
                     .route = "retry again",
                     .definitions = "retry again { attempts 5  on [5xx]  backoff 1ms }"})),
      kFourWorkers);
  std::list<Peer> clients;
  for (int i = 0; i < 5; ++i) clients.emplace_back(ConnectTo(proxy.port())).Write(GetText("/x"));
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == 2; }));
  ASSERT_TRUE(held.Await(3));
  const Answer refused = Get(proxy);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.reason(), "overflow");
  EXPECT_EQ(Metric(proxy, "weir_pool_overflows_total"), 1);
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), 0);
  EXPECT_EQ(Metric(proxy, kActive), 3);
  held.Release();
  for (Peer& client : clients) EXPECT_EQ(ReadAnswer(client).status, 200);
  EXPECT_TRUE(AtRest(proxy));
  EXPECT_LE(upstream.most_open(), 3);
}

TEST(Pool, PastItsRequestsIs503ThoughConnectionsAreFree) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 9  pending 9  requests 2"),
                     .route = "fallback respond 503 \"later\""})),
      kFourWorkers);
  std::list<Peer> clients;
  for (int i = 0; i < 2; ++i) clients.emplace_back(ConnectTo(proxy.port())).Write(GetText("/x"));
  ASSERT_TRUE(held.Await(2));
  const Answer refused = Get(proxy);
  EXPECT_EQ(refused.body, "later");
  EXPECT_EQ(refused.reason(), "overflow");
  held.Release();
  for (Peer& client : clients) EXPECT_EQ(ReadAnswer(client).status, 200);
}

TEST(Pool, WhoWaitsIsServedInTurnOverAllWorkers) {
  constexpr int kWaiters = 12;
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 20")})),
      kFourWorkers);
  std::list<Peer> clients;
  std::vector<std::string> order;
  for (int i = 0; i <= kWaiters; ++i) {
    order.push_back("/" + std::to_string(i));
    clients.emplace_back(ConnectTo(proxy.port())).Write(GetText(order.back()));
    if (i == 0) {
      ASSERT_TRUE(held.Await(1));
    }
    ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == i; })) << i;
  }
  for (std::size_t i = 1; i <= kWaiters; ++i) {
    held.ReleaseOne();
    ASSERT_TRUE(held.Await(i + 1));
  }
  held.Release();
  for (Peer& client : clients) EXPECT_EQ(ReadAnswer(client).status, 200);
  EXPECT_EQ(held.arrived(), order);
  EXPECT_EQ(held.most_at_once(), 1u);
  EXPECT_EQ(upstream.most_open(), 1);
  EXPECT_TRUE(AtRest(proxy));
}

// One place for two hosts: who needs the other host's gets the idle one's place,
// whichever worker keeps it.
TEST(Pool, AnIdleConnectionGivesWayToAWaiter) {
  HeldRequests left, right;
  left.Release();
  right.Release();
  ScriptedUpstream one(left.script()), two(right.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({one.port(), two.port()}, "connections 1  pending 5"),
                     .route = "timeout 3s"})),
      kFourWorkers);
  for (int i = 0; i < 60; ++i) {
    const Answer answer = Get(proxy);
    ASSERT_EQ(answer.status, 200) << i << answer.head;
    ASSERT_EQ(Metric(proxy, kConnections), 1);
  }
  EXPECT_GT(left.arrived().size(), 5u);
  EXPECT_GT(right.arrived().size(), 5u);
  EXPECT_EQ(Load(proxy, 5, 30, false), 0);
  EXPECT_TRUE(AtRest(proxy));
}

TEST(Pool, AConnectionCarriesNoMoreRequestsThanWritten) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()},
                                                    "connections 4  requests-per-connection 5")})),
                     {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  for (int i = 0; i < 50; ++i) {
    client.Write(GetText("/x"));
    ASSERT_EQ(ReadAnswer(client).status, 200);
  }
  EXPECT_EQ(upstream.connections(), 10);
  EXPECT_EQ(Metric(proxy, kConnections), 0);  // the last has carried five
}

TEST(Pool, AWaiterWhoseClientGoesFreesItsPlace) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 1")})),
      kFourWorkers);
  Peer first(ConnectTo(proxy.port()));
  first.Write(GetText("/first"));
  ASSERT_TRUE(held.Await(1));
  {
    Peer gone(ConnectTo(proxy.port()));
    gone.Write(GetText("/gone"));
    ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == 1; }));
    EXPECT_EQ(Get(proxy).reason(), "overflow");
    gone.Reset();
  }
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == 0; }));
  Peer last(ConnectTo(proxy.port()));
  last.Write(GetText("/last"));
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == 1; }));
  held.Release();
  EXPECT_EQ(ReadAnswer(first).body, "/first");
  EXPECT_EQ(ReadAnswer(last).body, "/last");
  EXPECT_EQ(held.arrived(), (std::vector<std::string>{"/first", "/last"}));
  EXPECT_TRUE(AtRest(proxy));
}

// It has said all that it has to say, and wants its answer.
TEST(Pool, AWaiterThatHasEndedItsSideKeepsItsPlace) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 1")})),
      kFourWorkers);
  Peer first(ConnectTo(proxy.port()));
  first.Write(GetText("/first"));
  ASSERT_TRUE(held.Await(1));
  Peer half(ConnectTo(proxy.port()));
  half.Write(GetText("/half"));
  shutdown(half.fd(), SHUT_WR);
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, kPending) == 1; }));
  held.Release();
  EXPECT_EQ(ReadAnswer(half).body, "/half");
}

// Nothing of its body has come, or of a chunked one not the end: it needs no place yet.
TEST(Pool, WhoHasNothingToSendTakesNoPlace) {
  ScriptedUpstream upstream(TakesBodies);
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 0"),
                                    .route = "match method [GET, POST]"})),
                     kFourWorkers);
  const std::string head = "POST /later HTTP/1.1\r\nhost: gw\r\n";
  Peer plain(ConnectTo(proxy.port())), expecting(ConnectTo(proxy.port())),
      chunked(ConnectTo(proxy.port()));
  plain.Write(head + "content-length: 3\r\n\r\n");
  chunked.Write(head + "transfer-encoding: chunked\r\n\r\n");
  expecting.Write(head + "expect: 100-continue\r\ncontent-length: 3\r\n\r\n");
  EXPECT_EQ(expecting.ReadTo(kEnd), "HTTP/1.1 100 Continue\r\n\r\n");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(Metric(proxy, "weir_requests_active"), 3);
  for (Peer* each : {&plain, &expecting}) {
    each->Write("abc");
    EXPECT_EQ(ReadAnswer(*each).status, 200);
  }
  chunked.Write("0\r\n\r\n");
  EXPECT_EQ(ReadAnswer(chunked).status, 200);
  EXPECT_TRUE(AtRest(proxy));
}

// One byte has come of each, at once, and no other will for long: the next client need not
// even wait, as `pending 0` shows.
TEST(Pool, BodiesThatDripDoNotHoldIt) {
  ScriptedUpstream upstream(TakesBodies);
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()}, "connections 5  pending 0"),
                                    .route = "match method [GET, POST]"})),
                     {"--workers", "2", "--body-grace", "3"});
  std::list<Peer> drips;
  for (int i = 0; i < 10; ++i) {
    drips.emplace_back(ConnectTo(proxy.port()))
        .Write("POST /drip HTTP/1.1\r\nhost: gw\r\ncontent-length: 100\r\n\r\na");
  }
  ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_requests_active") == 10; }));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get(proxy).status, 200);
  EXPECT_EQ(Metric(proxy, "weir_requests_active"), 10) << "all of them still drip";
  for (Peer& each : drips) EXPECT_EQ(ReadAnswer(each).status, 408);
  EXPECT_TRUE(AtRest(proxy));
}

// What has come shows that the rest will: it streams, before its end is there.
TEST(Pool, ABodyThatComesFastTakesItsPlaceBeforeItsEnd) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    if (peer.ReadExactly(1200) == std::string(1200, 'b')) peer.Write(Ok("early"));
    peer.AtEnd();
  });
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()}, "connections 1"),
                                    .route = "match method [GET, POST]"})),
                     kFourWorkers);
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /fast HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
               std::string(1200, 'b'));
  EXPECT_EQ(ReadAnswer(client).body, "early");
}

// A stream may begin with the upstream's word, and be silent for long: on a route without
// a timeout it has its place at once.
TEST(Pool, AStreamHasItsPlaceBeforeItsBody) {
  ScriptedUpstream upstream([](Peer& peer) {
    for (;;) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      EXPECT_EQ(head.find("expect:"), std::string::npos);
      peer.Write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n");
      EXPECT_EQ(peer.ReadTo("0\r\n\r\n"), "2\r\nhi\r\n0\r\n\r\n");
      peer.Write("0\r\n\r\n");
    }
  });
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()}, "connections 1"),
                                    .route = "match method POST\n timeout none"})),
                     {"--workers", "2", "--body-grace", "0.05", "--body-timeout", "0.1"});
  for (const char* expect : {"", "expect: 100-continue\r\n"}) {
    Peer client(ConnectTo(proxy.port()));
    client.Write("POST /talk HTTP/1.1\r\nhost: gw\r\ntransfer-encoding: chunked\r\n" +
                 std::string(expect) + "\r\n");
    if (*expect != 0) {
      EXPECT_EQ(client.ReadTo(kEnd), "HTTP/1.1 100 Continue\r\n\r\n");
    }
    EXPECT_EQ(client.ReadTo(kEnd).substr(0, 12), "HTTP/1.1 200");
    EXPECT_EQ(client.ReadTo("first\r\n"), "5\r\nfirst\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // far past both times
    client.Write("2\r\nhi\r\n0\r\n\r\n");
    EXPECT_EQ(client.ReadTo("0\r\n\r\n"), "0\r\n\r\n");
  }
  EXPECT_TRUE(AtRest(proxy));
}

// In time: also with a body that cannot be read while there is nowhere to put it.
TEST(Pool, WaitingIsBoundedByTheRoutesTimeout) {
  HeldRequests held;
  ScriptedUpstream upstream(held.script());
  RunningProxy proxy(Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 5"),
                                    .route = "match method [GET, POST]\n timeout 500ms"})),
                     kFourWorkers);
  Peer first(ConnectTo(proxy.port()));
  first.Write("POST /first HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
              std::string(2000, '1'));
  ASSERT_TRUE(held.Await(1));  // its timeout runs from its end, which does not come yet
  const Answer get = Get(proxy);
  EXPECT_EQ(get.status, 503);
  EXPECT_EQ(get.reason(), "overflow");
  Peer large(ConnectTo(proxy.port()));
  std::thread writer([&] { large.Write(PostText("/large", std::string(1 << 20, 'b'))); });
  const Answer post = ReadAnswer(large);
  EXPECT_EQ(post.status, 503) << post.head;
  EXPECT_EQ(post.reason(), "overflow");
  shutdown(large.fd(), SHUT_RDWR);
  writer.join();
  EXPECT_EQ(Metric(proxy, kPending), 0);
  held.Release();
  EXPECT_EQ(ReadAnswer(first).status, 200);
}

// A kept connection that had ended is followed by a fresh one, though the place
// for that comes from another request and with its kept connection (RETRY-9).
TEST(Pool, AfterAStaleConnectionComesAFreshOne) {
  ScriptedUpstream upstream([](Peer& peer) {
    if (peer.ReadTo(kEnd).ends_with(kEnd)) peer.Write(Ok("first"));
    peer.ReadTo(kEnd);
  });
  RunningProxy proxy(
      Compiled(Edge({.service = Pool({upstream.port()}, "connections 1  pending 10"),
                     .route = "retry again",
                     .definitions = "retry again { attempts 2  budget 100% minimum 1000 }"})),
      kFourWorkers);
  EXPECT_EQ(Load(proxy, 4, 100, true), 0);
  EXPECT_TRUE(AtRest(proxy));
}

// The same pool goes on through reloads, whatever else changes.
TEST(Pool, StaysExactOverReloads) {
  HeldRequests held;
  held.Release();
  ScriptedUpstream upstream(held.script());
  const auto table = [&](int turn) {
    const std::string carries = turn % 3 == 0   ? ""
                                : turn % 3 == 1 ? "  requests-per-connection 3"
                                                : "  requests-per-connection 100";
    return Compiled(Edge({.service = Pool({upstream.port()}, "connections 3  pending 50" + carries),
                          .route = "timeout " + std::to_string(5 + turn) + "s"}));
  };
  RunningProxy proxy(table(0), kFourWorkers);
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0}, rounds{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (; !over; ++rounds) wrong += Load(proxy, 1, 20, true);
    });
  }
  for (int turn = 1; turn <= 15; ++turn) {
    proxy.WriteTable(table(turn));
    proxy.Signal(SIGHUP);
    ASSERT_TRUE(Eventually([&] { return Metric(proxy, "weir_reloads_total") >= turn; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(rounds, 8);
  EXPECT_LE(upstream.most_open(), 3);
  EXPECT_LE(held.most_at_once(), 3u);
  EXPECT_TRUE(AtRest(proxy)) << proxy.Admin("/metrics");
  EXPECT_LE(Metric(proxy, kConnections), 3);
}

}  // namespace
}  // namespace weir::tests
