// Upstreams that answer before a request's body is over, or stop reading it.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/integration/faults.h"

namespace weir::tests {
namespace {

constexpr std::size_t kLarge = 4 << 20;  // more than all buffers on the way
const std::string kTooLarge = "HTTP/1.1 413 Too Large\r\ncontent-length: 5\r\n\r\nlarge";

// A POST whose body is written while the answer is read.
Answer PostLarge(const RunningProxy& proxy) {
  Peer client(ConnectTo(proxy.port()));
  std::thread writer([&] { client.Write(PostText("/x", std::string(kLarge, 'b'))); });
  Answer answer = ReadAnswer(client);
  shutdown(client.fd(), SHUT_RDWR);
  writer.join();
  return answer;
}

// The request lines that came to an upstream.
class HeadsSeen {
 public:
  void Add(const std::string& head) {
    const std::lock_guard lock(mutex_);
    lines_.insert(head.substr(0, head.find('\r')));
  }
  bool Has(const std::string& line) {
    const std::lock_guard lock(mutex_);
    return lines_.contains(line);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> lines_;
};

TEST(BodyFaults, AnEarlyAnswerIsPassedOnWhileTheBodyIsRead) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.Write(kTooLarge);
                               while (!peer.ReadExactly(65536).empty()) {
                               }
                             },
                         .ask = PostLarge});
  service.Expect({.status = 413, .body = "large", .reason = "ok"});
  service.ExpectNothingIsLeft(30);
}

TEST(BodyFaults, AnEarlyAnswerIsPassedOnWhenNobodyReadsTheBody) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.Write(kTooLarge);
                               for (int i = 0; i < 5000 && !peer.Gone(); ++i) {
                                 std::this_thread::sleep_for(std::chrono::milliseconds(1));
                               }
                             },
                         .ask = PostLarge});
  service.Expect({.status = 413, .body = "large", .reason = "ok"});
  service.ExpectNothingIsLeft(30);
}

// Its close turns into a reset, since the body is unread; the answer still counts.
TEST(BodyFaults, AnEarlyAnswerIsPassedOnWhenTheUpstreamCloses) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.Write(kTooLarge);
                             },
                         .ask = PostLarge});
  service.Expect({.status = 413, .body = "large", .reason = "ok"});
  service.ExpectNothingIsLeft(30);
}

// After an early answer the rest of the body must not be taken for the next request.
TEST(BodyFaults, AnEarlyAnswerEndsItsConnections) {
  std::atomic<int> heads{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      ++heads;
      peer.Write(Ok("early"));
    }
  });
  RunningProxy proxy(Compiled(Edge({.service = Endpoints({upstream.port()})})));
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
               std::string(2000, 'b') + "GET /inner HTTP/1.1\r\nhost: gw\r\n");
  EXPECT_EQ(ReadAnswer(client).body, "early");
  client.Write("\r\n");
  EXPECT_EQ(client.ReadTo(kEnd), "");  // closed: what follows is no request
  EXPECT_EQ(Get(proxy).body, "early");
  EXPECT_EQ(heads, 2);
}

TEST(BodyFaults, AnUpstreamThatReadsNoBodyIs504) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               for (int i = 0; i < 5000 && !peer.Gone(); ++i) {
                                 std::this_thread::sleep_for(std::chrono::milliseconds(1));
                               }
                             },
                         .route = "timeout 200ms",
                         .ask = PostLarge});
  service.Expect({.status = 504, .reason = "upstream-timeout"});
  service.ExpectNothingIsLeft(15);
}

TEST(BodyFaults, AResetWithinTheRequestsBodyIs502AndNoPostGoesOutTwice) {
  std::atomic<int> posts{0};
  FaultyService service({.fault =
                             [&](Peer& peer) {
                               peer.ReadTo(kEnd);
                               ++posts;
                               peer.ReadExactly(100'000);
                               peer.Reset();
                             },
                         .route = "retry again",
                         .definitions = "retry again { attempts 5  on [5xx]  backoff 1ms }",
                         .ask = PostLarge});
  service.Expect({.status = 502, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(30);
  EXPECT_EQ(posts, 31);
}

// The client stops within its body: nothing was answered, and the upstream hears of it.
TEST(BodyFaults, AClientThatGoesWithinItsBodyEndsTheTry) {
  HeadsSeen begun;
  std::atomic<int> asked{0}, cut{0};
  FaultyService service({.fault =
                             [&](Peer& peer) {
                               begun.Add(peer.ReadTo(kEnd));
                               if (peer.ReadExactly(5000).size() < 5000) ++cut;
                             },
                         .ask =
                             [&](const RunningProxy& proxy) {
                               const std::string line =
                                   "POST /" + std::to_string(++asked) + " HTTP/1.1";
                               Peer client(ConnectTo(proxy.port()));
                               client.Write(line + "\r\nhost: gw\r\ncontent-length: 5000" + kEnd +
                                            std::string(2000, 'p'));
                               EXPECT_TRUE(Eventually([&] { return begun.Has(line); }));
                               client.Reset();
                               return Answer{.status = 499};
                             }});
  service.Expect({.status = 499, .whole = false, .reason = "downstream-closed"});
  service.ExpectNothingIsLeft(30);
  EXPECT_TRUE(Eventually([&] { return cut == 31; })) << cut;
}

}  // namespace
}  // namespace weir::tests
