// Kept connections that their upstream ends at the worst moment (RETRY-9).
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "tests/integration/faults.h"

namespace weir::tests {
namespace {

using std::chrono::milliseconds;

// What waits to be read, without reading it.
std::string Peek(Peer& peer) {
  pollfd wait{peer.fd(), POLLIN, 0};
  poll(&wait, 1, 5000);
  char buffer[4096];
  const ssize_t size = recv(peer.fd(), buffer, sizeof buffer, MSG_PEEK | MSG_DONTWAIT);
  return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : "";
}

// Counts how often each path came.
class Deliveries {
 public:
  void Add(const std::string& head) {
    const std::size_t path = head.find(' ') + 1;
    if (path == 0) return;
    const std::lock_guard lock(mutex_);
    ++count_[head.substr(path, head.find(' ', path) - path)];
  }
  int Most() {
    const std::lock_guard lock(mutex_);
    int most = 0;
    for (const auto& [path, count] : count_) most = std::max(most, count);
    return most;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> count_;
};

// Answers the first request of each connection; as the second arrives it ends
// the connection, having read it or not.
ScriptedUpstream::Script EndsOnTheSecond(Deliveries& deliveries, bool read) {
  return [&deliveries, read](Peer& peer) {
    const std::string first = peer.ReadTo(kEnd);
    if (!first.ends_with(kEnd)) return;
    deliveries.Add(first);
    peer.Write(Ok("first"));
    const std::string second = read ? peer.ReadTo(kEnd) : Peek(peer);
    if (!second.empty()) deliveries.Add(second);
  };
}

class KeptFaults : public testing::TestWithParam<bool> {};

TEST_P(KeptFaults, AGetGoesOutOnceMoreAsATryLikeAnyOther) {
  Deliveries deliveries;
  ScriptedUpstream upstream(EndsOnTheSecond(deliveries, GetParam()));
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({upstream.port()}),
                     .route = "retry again",
                     .definitions = "retry again { attempts 2  on [connect-failure]  "
                                    "budget 100% minimum 100 }"})),
      {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  constexpr int kRequests = 200;
  for (int i = 0; i < kRequests; ++i) {
    client.Write("GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: gw\r\n\r\n");
    const Answer answer = ReadAnswer(client);
    ASSERT_EQ(answer.status, 200) << i << answer.head;
  }
  const auto log = proxy.Log(kRequests);
  ASSERT_EQ(log.size(), static_cast<std::size_t>(kRequests));
  int tries = 0;
  for (const std::string& record : log) tries += std::stoi(LogField(record, "attempts"));
  EXPECT_GT(tries, kRequests);
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), tries - kRequests);
  EXPECT_EQ(deliveries.Most(), 2);
}

// Without another try there is none after a stale connection either: one delivery.
TEST_P(KeptFaults, WithoutRetriesAGetGoesOutOnce) {
  Deliveries deliveries;
  ScriptedUpstream upstream(EndsOnTheSecond(deliveries, GetParam()));
  RunningProxy proxy(Compiled(Edge({.service = Endpoints({upstream.port()})})), {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  int answered = 0, failed = 0;
  for (int i = 0; i < 100; ++i) {
    client.Write("GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: gw\r\n\r\n");
    const Answer answer = ReadAnswer(client);
    ASSERT_TRUE(answer.status == 200 || answer.status == 502) << i << answer.head;
    ++(answer.status == 200 ? answered : failed);
  }
  EXPECT_EQ(deliveries.Most(), 1);
  EXPECT_GT(answered, 0);
  EXPECT_GT(failed, 0);
}

// Nor where the budget has no room.
TEST_P(KeptFaults, TheBudgetBoundsWhatGoesOutOnceMore) {
  Deliveries deliveries;
  ScriptedUpstream upstream(EndsOnTheSecond(deliveries, GetParam()));
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({upstream.port()}),
                     .route = "retry again",
                     .definitions = "retry again { attempts 2  budget 0% minimum 3 }"})),
      {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    client.Write("GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: gw\r\n\r\n");
    ReadAnswer(client);
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
  EXPECT_GE(Metric(proxy, "weir_retries_total"), 3);
  EXPECT_LE(Metric(proxy, "weir_retries_total"), 3 * (seconds.count() / 10 + 1));
  EXPECT_GT(Metric(proxy, "weir_retry_budget_refusals_total"), 0);
}

TEST_P(KeptFaults, APostThatWasWrittenIs502AndNeverGoesOutTwice) {
  Deliveries deliveries;
  ScriptedUpstream upstream(EndsOnTheSecond(deliveries, GetParam()));
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({upstream.port()}),
                     .route = "retry again",
                     .definitions = "retry again { attempts 5  on [5xx, reset]  backoff 1ms  "
                                    "budget 100% minimum 100 }"})),
      {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  int answered = 0, failed = 0;
  for (int i = 0; i < 200; ++i) {
    client.Write(PostText("/" + std::to_string(i), "body"));
    const Answer answer = ReadAnswer(client);
    ASSERT_TRUE(answer.status == 200 || answer.status == 502) << i << answer.head;
    ++(answer.status == 200 ? answered : failed);
  }
  EXPECT_EQ(deliveries.Most(), 1);
  EXPECT_GT(answered, 0);
  EXPECT_GT(failed, 0);
  EXPECT_EQ(Metric(proxy, "weir_retries_total"), 0);
}

INSTANTIATE_TEST_SUITE_P(Closing, KeptFaults, testing::Bool(),
                         [](const auto& closing) { return closing.param ? "Read" : "Unread"; });

// The end is there before the next request: a POST never takes such a connection.
TEST(KeptFaults, APostLooksFirst) {
  std::atomic<int> ended{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.ReadExactly(4);
    peer.Write(Ok("done"));
    shutdown(peer.fd(), SHUT_RDWR);
    ++ended;
  });
  RunningProxy proxy(Compiled(Edge({.service = Endpoints({upstream.port()})})), {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  for (int i = 0; i < 100; ++i) {
    client.Write(PostText("/" + std::to_string(i), "body"));
    const Answer answer = ReadAnswer(client);
    ASSERT_EQ(answer.status, 200) << i << answer.head;
    ASSERT_TRUE(Eventually([&] { return ended == i + 1; }));
  }
}

// Closing at about the moment of the next request: a GET never shows it, and a POST
// shows it at most as 502.
TEST(KeptFaults, ClosingAtAnyMomentLosesNoGetAndDoublesNoPost) {
  Deliveries deliveries;
  std::atomic<int> turn{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    const std::string head = peer.ReadTo(kEnd);
    if (!head.ends_with(kEnd)) return;
    if (head.starts_with("POST")) {
      deliveries.Add(head);
      peer.ReadExactly(4);
    }
    peer.Write(Ok("done"));
    std::this_thread::sleep_for(std::chrono::microseconds(turn++ * 37 % 1000));
    const std::string next = Peek(peer).substr(0, 64);  // lost with the connection
    if (next.starts_with("POST")) deliveries.Add(next);
  });
  RunningProxy proxy(Compiled(Edge({.service = Endpoints({upstream.port()}),
                                    .route = "retry again",
                                    .definitions = "retry again { attempts 3  on [5xx]  "
                                                   "backoff 1ms  budget 100% minimum 100 }"})),
                     {"--workers", "2"});
  std::atomic<int> wrong{0};
  const auto run = [&](int client_number) {
    Peer client(ConnectTo(proxy.port()));
    for (int i = 0; i < 300; ++i) {
      const bool post = i % 2 == 0;
      const std::string path = "/" + std::to_string(client_number) + "/" + std::to_string(i);
      client.Write(post ? PostText(path, "body") : "GET " + path + " HTTP/1.1\r\nhost: gw\r\n\r\n");
      const int status = ReadAnswer(client).status;
      if (status != 200 && !(post && status == 502)) ++wrong;
      std::this_thread::sleep_for(std::chrono::microseconds(i * 53 % 1000));
    }
  };
  std::thread one(run, 1), two(run, 2);
  one.join();
  two.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(deliveries.Most(), 1);
}

}  // namespace
}  // namespace weir::tests
