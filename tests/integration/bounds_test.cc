// What a peer can make the proxy hold or wait for.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
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

// Reads all that comes: whether its end is a reset.
bool EndsByReset(int fd) {
  char buffer[65536];
  ssize_t size = 0;
  while ((size = recv(fd, buffer, sizeof buffer, 0)) > 0) {
  }
  return size < 0 && errno == ECONNRESET;
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

TEST(Bounds, AClientThatTakesNothingIsResetInTime) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\n\r\n");
    WriteUntilStuck(peer.fd(), std::string(65536, 'x'), 256 * kMebi);
  });
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--write-timeout", "0.5"});
  Peer client(ConnectTo(proxy.port()));
  client.Write("GET /x HTTP/1.0\r\nhost: gw\r\n\r\n");
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"status\":499"), std::string::npos) << log[0];
  EXPECT_TRUE(EndsByReset(client.fd())) << "an answer that was cut looks whole";
}

TEST(Bounds, AConnectionThatAsksNoMoreIsClosedInTime) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--keep-alive", "0.2"});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  client.ReadTo(kEnd);
  EXPECT_TRUE(client.AtEnd());
}

TEST(Bounds, AnUpstreamThatIsAskedNoMoreIsLetGoInTime) {
  std::atomic<bool> ended{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    ended = peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--upstream-idle", "0.2"});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(Eventually([&] { return ended.load(); }));
}

TEST(Bounds, AnUpstreamThatNeverAcceptsIs503InTime) {
  const DeafUpstream deaf;
  RunningProxy proxy({.upstreams = {deaf.port()}}, {"--connect-timeout", "0.3"});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  const std::string head = client.ReadTo(kEnd);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 503")) << head;
  EXPECT_NE(head.find("x-weir-reason: upstream-connect"), std::string::npos) << head;
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
  client.Write("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5368709121\r\n\r\n" +
               std::string(2000, 'p'));
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
  std::atomic<bool> go{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      Eventually([&] { return go.load(); });
      peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
  });
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--workers", "1"});
  const auto start = std::chrono::steady_clock::now();
  // From without, so that the proxy's own shares of the descriptors do not hold.
  std::size_t limit = proxy.HighestDescriptor() + 9;
  const std::size_t free = (limit - proxy.Descriptors()) / 2 * 2;
  limit = proxy.Descriptors() + free;
  proxy.LimitDescriptors(static_cast<unsigned>(limit));
  std::list<Peer> clients;
  const int served = static_cast<int>(free / 2);
  for (int i = 0; i < served; ++i) clients.emplace_back(ConnectTo(proxy.port())).Write(kGet);
  ASSERT_TRUE(Eventually([&] { return upstream.connections() == served; }));
  clients.emplace_back(ConnectTo(proxy.port()));
  ASSERT_TRUE(proxy.AwaitError("no descriptor"));
  go = true;
  for (int i = 0; i < served; ++i) {
    EXPECT_TRUE(clients.front().ReadTo(kEnd).starts_with("HTTP/1.1 200"));
    clients.pop_front();
  }
  clients.front().Write(kGet);
  EXPECT_TRUE(clients.front().ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  const std::string metrics = proxy.Admin("/metrics");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const std::string mark = "\nweir_accept_failures_total ";
  const std::size_t at = metrics.find(mark);
  ASSERT_NE(at, std::string::npos) << metrics;
  const int failures = std::atoi(metrics.c_str() + at + mark.size());
  EXPECT_GE(failures, 1);
  EXPECT_LE(failures, 2 + took.count() * 10);  // each is followed by 100 ms of rest
}

bool Answers(RunningProxy& proxy) {
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  return client.ReadTo(kEnd).starts_with("HTTP/1.1 200");
}

struct FewDescriptors {
  explicit FewDescriptors(unsigned count) { RunningProxy::descriptors_at_start = count; }
  ~FewDescriptors() { RunningProxy::descriptors_at_start = 0; }
};

// Each of them in its own way waits for a request that is not whole.
TEST(Bounds, ConnectionsThatWaitDoNotShutOthersOut) {
  const FewDescriptors few(256);
  ScriptedUpstream upstream(EchoHeads);
  for (const char* begin : {"", "GET /x HT", kGet, "\x01"}) {
    for (const char* workers : {"1", "3"}) {
      RunningProxy proxy({.upstreams = {upstream.port()}}, {"--workers", workers});
      ASSERT_TRUE(proxy.started()) << proxy.errors();
      std::list<Peer> silent;
      for (int i = 0; i < 400; ++i) {
        Peer& peer = silent.emplace_back(ConnectTo(proxy.port()));
        if (*begin != 0) peer.Write(begin);
        if (begin == std::string(kGet)) peer.ReadTo(kEnd);
      }
      for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(Answers(proxy)) << begin << workers;
        EXPECT_TRUE(proxy.Admin("/healthz").starts_with("HTTP/1.1 200")) << begin << workers;
      }
    }
  }
}

TEST(Bounds, TheLongestWaitingGivesWayAndWhoIsServedDoesNot) {
  std::atomic<bool> go{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    for (std::string head; (head = peer.ReadTo(kEnd)).ends_with(kEnd);) {
      if (head.starts_with("GET /slow")) Eventually([&] { return go.load(); });
      peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
  });
  RunningProxy proxy({.upstreams = {upstream.port()}},
                     {"--workers", "1", "--max-connections", "3"});
  Peer slow(ConnectTo(proxy.port()));
  slow.Write("GET /slow HTTP/1.1\r\nhost: gw\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return upstream.connections() == 1; }));
  Peer longer(ConnectTo(proxy.port())), shorter(ConnectTo(proxy.port()));
  for (Peer* each : {&longer, &shorter}) {
    each->Write(kGet);
    ASSERT_TRUE(each->ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  }
  EXPECT_TRUE(Answers(proxy));
  EXPECT_TRUE(longer.AtEnd());
  shorter.Write(kGet);
  EXPECT_TRUE(shorter.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  go = true;
  EXPECT_TRUE(slow.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
}

TEST(Bounds, OneAddressHasABoundAndTrustedProxiesNone) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}},
                     {"--workers", "2", "--max-connections-per-address", "2"});
  {
    Peer first(ConnectTo(proxy.port())), second(ConnectTo(proxy.port()));
    for (Peer* each : {&first, &second}) {
      each->Write(kGet);
      ASSERT_TRUE(each->ReadTo(kEnd).starts_with("HTTP/1.1 200"));
    }
    EXPECT_FALSE(Answers(proxy));
    EXPECT_NE(proxy.Admin("/metrics").find("\nweir_address_refusals_total 1\n"), std::string::npos);
  }
  EXPECT_TRUE(Eventually([&] { return Answers(proxy); }));
  RunningProxy behind({.upstreams = {upstream.port()}, .trusted = true},
                      {"--workers", "2", "--max-connections-per-address", "2"});
  std::list<Peer> many;
  for (int i = 0; i < 5; ++i) {
    many.emplace_back(ConnectTo(behind.port())).Write(kGet);
    EXPECT_TRUE(many.back().ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  }
}

TEST(Bounds, AskedForMoreConnectionsThanFilesMayBeOpenItDoesNotStart) {
  const FewDescriptors few(256);
  RunningProxy proxy({.upstreams = {ClosedPort()}}, {"--max-connections", "300"});
  EXPECT_FALSE(proxy.started());
  EXPECT_NE(proxy.errors().find("the limit of 256 open files is too low"), std::string::npos)
      << proxy.errors();
  EXPECT_EQ(proxy.Wait(), 2);
}

TEST(Bounds, SilentConnectionsDoNotShutTheAdminPort) {
  RunningProxy proxy({.upstreams = {ClosedPort()}});
  std::list<Peer> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(ConnectTo(proxy.admin()));
  EXPECT_TRUE(proxy.Admin("/healthz").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(silent.front().AtEnd());
}

TEST(Bounds, AHalfClosedClientWaitsForASlowUpstream) {
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    std::this_thread::sleep_for(std::chrono::milliseconds(2000));  // longer than any hurry
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  shutdown(client.fd(), SHUT_WR);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace weir::tests
