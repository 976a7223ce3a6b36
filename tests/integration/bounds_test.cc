// What a peer can make the proxy hold or wait for.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <list>
#include <string>
#include <thread>

#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"

namespace weir::tests {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nhost: gw\r\n\r\n";
constexpr const char* kEnd = "\r\n\r\n";
constexpr std::size_t kMebi = 1 << 20;

// Writes `piece` over and over until nothing moves for a while, at most `most` octets.
std::size_t WriteUntilStuck(int fd, const std::string& piece, std::size_t most) {
  const timeval patience{.tv_sec = 0, .tv_usec = 300'000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::size_t total = 0;
  while (total < most) {
    const ssize_t size = send(fd, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (size <= 0) break;
    total += static_cast<std::size_t>(size);
  }
  return total;
}

TEST(Bounds, AChunkedAnswerLargerThanTheWindowComesWhole) {
  const std::string piece(1000, 'x');
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    std::string all = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (int i = 0; i < 1000; ++i) all += "3e8\r\n" + piece + "\r\n";
    peer.Write(all + "0\r\n\r\n");
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  client.ReadTo(kEnd);
  const std::string body = client.ReadTo("\r\n0\r\n\r\n");
  EXPECT_TRUE(body.ends_with("\r\n0\r\n\r\n"));
  EXPECT_GT(body.size(), 1'000'000u);
}

TEST(Bounds, AClientThatReadsNothingCostsNoMemory) {
  std::atomic<std::size_t> taken{0};
  std::atomic<int> stuck{0};
  const std::string piece(65536, 'x');
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
    taken += WriteUntilStuck(peer.fd(), piece, 256 * kMebi);
    ++stuck;
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  const std::size_t before = proxy.ResidentOctets();
  std::list<Peer> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(ConnectTo(proxy.port())).Write(kGet);
  ASSERT_TRUE(Eventually([&] { return stuck == 4; }));
  EXPECT_LT(taken, 4 * 64 * kMebi);  // what the kernel holds
  EXPECT_LT(proxy.ResidentOctets(), before + 8 * kMebi);
}

TEST(Bounds, AnUpstreamThatTakesNothingIs504) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    pollfd end{peer.fd(), POLLRDHUP, 0};  // reads nothing until the proxy gives up
    poll(&end, 1, 5000);
  });
  RunningProxy proxy({.upstreams = {upstream.port()}, .timeout = 200'000'000});
  Peer client(ConnectTo(proxy.port()));
  client.Write("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 1000000000\r\n\r\n");
  EXPECT_LT(WriteUntilStuck(client.fd(), std::string(65536, 'x'), 256 * kMebi), 256 * kMebi);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 504"));
}

TEST(Bounds, ManyRequestsAtOnceWhoseAnswersNobodyReadsCostNoMemory) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  const std::size_t before = proxy.ResidentOctets();
  std::string piece;
  while (piece.size() < 60'000) piece += "GET /nowhere HTTP/1.1\r\nhost: gw\r\n\r\n";
  Peer client(ConnectTo(proxy.port()));
  EXPECT_LT(WriteUntilStuck(client.fd(), piece, 256 * kMebi), 256 * kMebi);
  EXPECT_LT(proxy.ResidentOctets(), before + 64 * kMebi);  // log records on their way among them
}

TEST(Bounds, AMebibyteOfRequestsAtOnceIsAnsweredInOrder) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  std::string all;
  int count = 0;
  for (; all.size() < kMebi; ++count) {
    all += "GET /" + std::to_string(count) +
           " HTTP/1.1\r\nhost: gw\r\nx-pad: " + std::string(200, 'p') + kEnd;
  }
  Peer client(ConnectTo(proxy.port()));
  std::thread writer([&] { client.Write(all); });
  int wrong = 0;
  for (int i = 0; i < count && wrong == 0; ++i) {
    client.ReadTo(kEnd);
    if (!client.ReadTo(kEnd).starts_with("GET /" + std::to_string(i) + " ")) ++wrong;
  }
  writer.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Bounds, AHeadThatDripsIs408) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--head-timeout", "0.3"});
  Peer client(ConnectTo(proxy.port()));
  const timeval pace{.tv_sec = 0, .tv_usec = 20'000};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &pace, sizeof pace);
  client.Write("GET /x HTTP/1.1\r\nhost: gw\r\nx-drip: ");
  std::string answer;
  for (int i = 0; i < 500 && !answer.ends_with(kEnd); ++i) {
    client.Write("a");
    answer += client.ReadTo(kEnd);
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408")) << answer;
}

TEST(Bounds, LengthsPastFourGibibytesKeepTheirValue) {
  ScriptedUpstream upstream([](Peer& peer) {
    const std::string head = peer.ReadTo(kEnd);
    EXPECT_NE(head.find("content-length: 5368709121\r\n"), std::string::npos) << head;
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 5368709120\r\n\r\n");
    peer.Write(std::string(100'000, 'x'));
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5368709121\r\n\r\npart");
  const std::string head = client.ReadTo(kEnd);
  EXPECT_NE(head.find("content-length: 5368709120\r\n"), std::string::npos) << head;
  EXPECT_EQ(client.ReadExactly(100'000).size(), 100'000u);
  EXPECT_EQ(client.ReadExactly(1), "");  // it was not whole
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"bytes_out\":100000"), std::string::npos) << log[0];
}

// The worker waits instead of asking the kernel again and again, and goes on
// once there is room.
TEST(Bounds, WithoutDescriptorsAcceptingPausesAndRecovers) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "UBSan opens a pipe to probe memory, and reports what it cannot probe";
#endif
#endif
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--workers", "1", "--head-timeout", "1"});
  const auto start = std::chrono::steady_clock::now();
  proxy.LimitDescriptors(24);
  {
    std::list<Peer> idle;
    for (int i = 0; i < 30; ++i) idle.emplace_back(ConnectTo(proxy.port()));
    ASSERT_TRUE(proxy.AwaitError("no descriptor"));
    EXPECT_TRUE(idle.front().AtEnd());  // its head did not come in time
  }
  EXPECT_TRUE(Eventually([&] {
    Peer client(ConnectTo(proxy.port()));
    client.Write(kGet);
    return client.ReadTo(kEnd).starts_with("HTTP/1.1 200");
  }));
  const std::string metrics = proxy.Admin("/metrics");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const std::string mark = "\nweir_accept_failures_total ";
  const std::size_t at = metrics.find(mark);
  ASSERT_NE(at, std::string::npos) << metrics;
  const int failures = std::atoi(metrics.c_str() + at + mark.size());
  EXPECT_GE(failures, 1);
  EXPECT_LE(failures, 2 + took.count() * 10);  // each is followed by 100 ms of rest
}

}  // namespace
}  // namespace weir::tests
