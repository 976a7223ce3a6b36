// No POST is delivered twice, ever: thousands of them under random faults, with
// retries and hedges that name every cause, and without `unsafe`.
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/integration/faults.h"
#include "tests/support/random/seed.h"

namespace weir::tests {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kRequests = 6000;
constexpr int kClients = 8;

enum class Fault {
  kNone,
  kStatus503,
  kStatus504,
  kConflict,
  kCloseBeforeHead,
  kResetBeforeHead,
  kResetInHead,
  kShortBody,
  kStall,
  kEarly,
  kGarbage,
  kCloseAfter,
  kCount,
};

// The fault of a request is its own, whatever connection it comes on.
struct Plan {
  std::uint64_t state;
  std::uint64_t Next() {  // splitmix64
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t Below(std::uint64_t n) { return Next() % n; }
};
Plan PlanOf(std::uint64_t id, std::uint64_t salt) { return {testing::Seed() ^ id << 20 ^ salt}; }

class Counter {
 public:
  void Add(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    if (++seen_[id] > 1) twice_.insert(id);
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }
  std::set<std::uint64_t> twice() {
    const std::lock_guard lock(mutex_);
    return twice_;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, int> seen_;
  std::set<std::uint64_t> twice_;
};

// One request; false when the connection is over.
bool ServeOne(Peer& peer, Counter& posts) {
  const std::string head = peer.ReadTo(kEnd);
  const std::size_t mark = head.find(" /");
  if (mark == std::string::npos) return false;
  const std::uint64_t id = std::strtoull(head.c_str() + mark + 2, nullptr, 10);
  const bool post = head.starts_with("POST");
  if (post) posts.Add(id);  // however little of it came
  if (!head.ends_with(kEnd)) return false;
  Plan plan = PlanOf(id, 1);
  const Fault fault = plan.Below(3) == 0
                          ? Fault::kNone
                          : static_cast<Fault>(plan.Below(static_cast<int>(Fault::kCount)));
  if (fault == Fault::kEarly) {
    peer.Write(Ok("early"));
    return plan.Below(2) == 0 && peer.ReadExactly(LengthOf(head)).size() == LengthOf(head);
  }
  const std::size_t length = LengthOf(head);
  if (plan.Below(4) != 0 && peer.ReadExactly(length).size() < length) return false;
  switch (fault) {
    case Fault::kStatus503:
      peer.Write("HTTP/1.1 503 Down\r\ncontent-length: 4\r\n\r\ndown");
      return false;
    case Fault::kStatus504:
      peer.Write("HTTP/1.1 504 Slow\r\ncontent-length: 4\r\n\r\nslow");
      return false;
    case Fault::kConflict:
      peer.Write("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n");
      return false;
    case Fault::kCloseBeforeHead:
      return false;
    case Fault::kResetBeforeHead:
      peer.Reset();
      return false;
    case Fault::kResetInHead:
      peer.Write("HTTP/1.1 200 O");
      peer.Reset();
      return false;
    case Fault::kShortBody:
      peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort");
      return false;
    case Fault::kStall:
      for (int i = 0; i < 100 && !peer.Gone(); ++i) std::this_thread::sleep_for(milliseconds(1));
      return false;
    case Fault::kGarbage:
      peer.Write("SMTP ready\r\n\r\n");
      return false;
    case Fault::kCloseAfter: {
      peer.Write(Ok("last"));
      std::this_thread::sleep_for(std::chrono::microseconds(plan.Below(500)));
      char next[64] = "";  // what is lost with the connection was delivered all the same
      const ssize_t size = recv(peer.fd(), next, sizeof next - 1, MSG_PEEK | MSG_DONTWAIT);
      const std::string lost(next, size > 0 ? static_cast<std::size_t>(size) : 0);
      if (lost.starts_with("POST /")) posts.Add(std::strtoull(lost.c_str() + 6, nullptr, 10));
      return false;
    }
    default:
      peer.Write(Ok("fine"));
      return plan.Below(2) != 0 || length == 0;
  }
}

TEST(RandomFaults, NoPostIsDeliveredTwice) {
  const std::uint64_t requests = testing::CasesOr(kRequests);
  testing::Seed();
  Counter posts;
  const auto script = [&](Peer& peer) {
    while (ServeOne(peer, posts)) {
    }
  };
  ScriptedUpstream one(script), two(script), three(script);
  RunningProxy proxy(
      Compiled(Edge({.service = Endpoints({one.port(), two.port(), ClosedPort(), three.port()}) +
                                "pool { connections 12  pending 64  requests 64 }",
                     .route = "retry all-causes\n timeout 5s",
                     .definitions =
                         "retry all-causes { attempts 4  per-try 40ms  hedge 10ms  backoff 1ms  "
                         "on [connect-failure, refused-stream, reset, per-try-timeout, "
                         "gateway-error, 5xx, retriable-4xx]  budget 100% minimum 1000 }"})),
      {"--workers", "4"});
  std::atomic<std::uint64_t> next{1}, answered{0}, silent{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      std::unique_ptr<Peer> client;
      for (std::uint64_t id; (id = next++) <= requests;) {
        Plan plan = PlanOf(id, 2);
        if (client == nullptr || plan.Below(8) == 0) {
          client = std::make_unique<Peer>(ConnectTo(proxy.port()));
        }
        const std::string path = "/" + std::to_string(id);
        if (plan.Below(4) == 0) {
          client->Write("GET " + path + " HTTP/1.1\r\nhost: gw\r\n\r\n");
        } else {
          const std::size_t size = plan.Below(20) == 0 ? plan.Below(300'000) : plan.Below(3000);
          client->Write(PostText(path, std::string(size, 'b')));
        }
        const Answer answer = ReadAnswer(*client);
        ++(answer.status == 0 ? silent : answered);
        if (!answer.whole || answer.Field("connection") == "close") client.reset();
      }
    });
  }
  for (std::thread& client : clients) client.join();

  EXPECT_EQ(posts.twice(), std::set<std::uint64_t>());
  EXPECT_GT(posts.size(), requests / 3);  // they did arrive
  // A client whose connection the proxy was just closing may get nothing: no request then.
  EXPECT_GE(answered, requests * 95 / 100) << silent;
  EXPECT_TRUE(Eventually([&] { return Metric(proxy, "weir_requests_active") == 0; }));
  std::map<std::string, int> records;
  for (const std::string& line : proxy.Log(answered)) ++records[LogField(line, "path")];
  EXPECT_GE(records.size(), answered.load());
  for (const auto& [path, count] : records) EXPECT_EQ(count, 1) << path;
  for (const char* zero :
       {"weir_pool_requests_active{service=\"app\"}", "weir_pool_pending{service=\"app\"}"}) {
    EXPECT_TRUE(Eventually([&] { return Metric(proxy, zero) == 0; })) << zero;
  }
  EXPECT_EQ(MetricSum(proxy, "weir_host_requests_active"), 0);
  EXPECT_GT(Metric(proxy, "weir_retries_total"), 0);
  EXPECT_GT(Metric(proxy, "weir_hedges_total"), 0);
}

}  // namespace
}  // namespace weir::tests
