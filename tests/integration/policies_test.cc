// The policies of a route, in force on real requests.
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <string>

#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/token.h"

namespace weir::tests {
namespace {

constexpr const char* kEnd = "\r\n\r\n";

std::string Ask(const RunningProxy& proxy, const std::string& method,
                const std::string& more = "") {
  Peer client(ConnectTo(proxy.port()));
  client.Write(method + " /x HTTP/1.1\r\nhost: gw\r\n" + more + "\r\n");
  return client.ReadTo(kEnd);
}

void FailWith503(Peer& peer) {
  while (peer.ReadTo(kEnd).ends_with(kEnd)) {
    peer.Write("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\ndown");
  }
}

TEST(Policies, AnIdempotentRequestIsTriedAgainElsewhere) {
  ScriptedUpstream bad(FailWith503), good(EchoHeads);
  RunningProxy proxy({.upstreams = {bad.port(), good.port()}, .attempts = 3}, {"--workers", "1"});
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Ask(proxy, "GET").starts_with("HTTP/1.1 200"));
  EXPECT_GT(bad.connections(), 0);
}

TEST(Policies, APostThatWentOutIsNeverSentTwice) {
  std::atomic<int> received{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    if (peer.ReadTo(kEnd).ends_with(kEnd)) ++received;
    peer.Close();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}, .attempts = 4});
  const std::string answer = Ask(proxy, "POST", "content-length: 0\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502")) << answer;
  EXPECT_EQ(received, 1);
}

TEST(Policies, AnIdempotentRequestIsTriedAsOftenAsThePolicySays) {
  std::atomic<int> received{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    if (peer.ReadTo(kEnd).ends_with(kEnd)) ++received;
    peer.Close();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}, .attempts = 4});
  const std::string answer = Ask(proxy, "PUT", "content-length: 0\r\n");
  EXPECT_NE(answer.find("x-weir-reason: retries-exhausted"), std::string::npos) << answer;
  EXPECT_EQ(received, 4);
}

TEST(Policies, ABodyIsReplayedFromTheBuffer) {
  std::atomic<int> turn{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    EXPECT_EQ(peer.ReadExactly(5), "hello");
    if (turn++ == 0) return peer.Close();
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}, .attempts = 2});
  Peer client(ConnectTo(proxy.port()));
  client.Write("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5\r\n\r\nhello");
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(turn, 2);
}

TEST(Policies, APerTryTimeoutMovesOn) {
  ScriptedUpstream stuck([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.AtEnd();
  });
  ScriptedUpstream good(EchoHeads);
  RunningProxy proxy(
      {.upstreams = {stuck.port(), good.port()}, .attempts = 2, .per_try = 1'000'000'000});
  EXPECT_TRUE(Ask(proxy, "GET").starts_with("HTTP/1.1 200"));
}

TEST(Policies, ADeadServiceIsAnsweredByTheFallback) {
  RunningProxy proxy({.upstreams = {ClosedPort()}, .attempts = 2, .fallback = "later"});
  Peer client(ConnectTo(proxy.port()));
  client.Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 503"));
  EXPECT_EQ(client.ReadExactly(5), "later");
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"attempts\":2"), std::string::npos) << log[0];
}

TEST(Policies, PastTheLimit429WithRetryAfter) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}, .limit = 2});
  EXPECT_TRUE(Ask(proxy, "GET").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(Ask(proxy, "GET").starts_with("HTTP/1.1 200"));
  const std::string refused = Ask(proxy, "GET");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 429")) << refused;
  EXPECT_NE(refused.find("retry-after: "), std::string::npos) << refused;
}

TEST(Policies, AReloadKeepsTheLimitersState) {
  ScriptedUpstream upstream(EchoHeads);
  TableSpec spec{.upstreams = {upstream.port()}, .limit = 1};
  RunningProxy proxy(spec);
  EXPECT_TRUE(Ask(proxy, "GET").starts_with("HTTP/1.1 200"));
  spec.route = "renamed";
  proxy.WriteTable(TableOf(spec));
  ASSERT_TRUE(proxy.AwaitError("a new table is in force"));
  std::string refused;
  EXPECT_TRUE(Eventually([&] {
    refused = Ask(proxy, "GET");
    return refused.find("x-weir-route: renamed") != std::string::npos;
  }));
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 429")) << refused;
}

TEST(Policies, ATokenIsAskedForAndVerified) {
  const test::SigningKey key = test::SigningKey::Es256("k1");
  const test::SigningKey other = test::SigningKey::Es256("k1");
  ScriptedUpstream upstream(EchoHeads);
  const TemporaryFolder folder;
  folder.Write("jwks.json", test::KeySet({&key}));
  const std::string file = folder.path() / "jwks.json";
  RunningProxy proxy({.upstreams = {upstream.port()}, .jwks = file},
                     {"--workers", "1"});  // one: the log is in order
  const std::string payload = R"({"iss":"https://issuer.example/","aud":"api","sub":"u1","exp":)" +
                              std::to_string(time(nullptr) + 600) + "}";
  const std::string none = Ask(proxy, "GET");
  EXPECT_TRUE(none.starts_with("HTTP/1.1 401")) << none;
  EXPECT_NE(none.find("www-authenticate: Bearer"), std::string::npos) << none;
  EXPECT_TRUE(Ask(proxy, "GET", "authorization: Bearer " + key.Sign(payload) + "\r\n")
                  .starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(Ask(proxy, "GET", "authorization: Bearer " + other.Sign(payload) + "\r\n")
                  .starts_with("HTTP/1.1 401"));
  const auto log = proxy.Log(3);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_NE(log[1].find("\"user_id\":\"u1\""), std::string::npos) << log[1];
}

// How often a file in a folder was opened since.
class Opens {
 public:
  explicit Opens(const std::string& folder) : fd_(inotify_init1(IN_NONBLOCK)) {
    EXPECT_GE(inotify_add_watch(fd_, folder.c_str(), IN_OPEN), 0);
  }
  ~Opens() { close(fd_); }
  int Of(const std::string& name) {
    int opens = 0;
    alignas(inotify_event) char buffer[16384];
    for (ssize_t size; (size = read(fd_, buffer, sizeof buffer)) > 0;) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        EXPECT_EQ(event->mask & IN_Q_OVERFLOW, 0u);
        opens += event->len > 0 && name == event->name;
        at += static_cast<ssize_t>(sizeof *event + event->len);
      }
    }
    return opens;
  }

 private:
  const int fd_;
};

// A file that is replaced between two reads would give workers different keys.
TEST(Policies, AllWorkersShareOneReadingOfTheKeys) {
  const test::SigningKey key = test::SigningKey::Es256("k1"), next = test::SigningKey::Es256("k2");
  ScriptedUpstream upstream(EchoHeads);
  const TemporaryFolder folder;
  folder.Write("jwks.json", test::KeySet({&key}));
  const std::string file = folder.path() / "jwks.json";
  Opens opens(folder.path());
  RunningProxy proxy({.upstreams = {upstream.port()}, .jwks = file}, {"--workers", "4"});
  EXPECT_EQ(opens.Of("jwks.json"), 1);
  folder.Write("jwks.json", test::KeySet({&next}));
  const std::string payload = R"({"iss":"https://issuer.example/","aud":"api","sub":"u1","exp":)" +
                              std::to_string(time(nullptr) + 600) + "}";
  const std::string before = "authorization: Bearer " + key.Sign(payload) + "\r\n";
  const std::string after = "authorization: Bearer " + next.Sign(payload) + "\r\n";
  for (int i = 0; i < 16; ++i) {  // on connections of their own: by all workers
    EXPECT_TRUE(Ask(proxy, "GET", before).starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(Ask(proxy, "GET", after).starts_with("HTTP/1.1 401"));
  }
}

TEST(Policies, CorsIsAnsweredHere) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}, .cors_origin = "https://app.example"});
  const std::string ask = "access-control-request-method: GET\r\n";
  const std::string good = Ask(proxy, "OPTIONS", "origin: https://app.example\r\n" + ask);
  EXPECT_TRUE(good.starts_with("HTTP/1.1 204")) << good;
  EXPECT_NE(good.find("access-control-allow-origin: https://app.example"), std::string::npos)
      << good;
  EXPECT_TRUE(
      Ask(proxy, "OPTIONS", "origin: https://evil.example\r\n" + ask).starts_with("HTTP/1.1 403"));
  EXPECT_EQ(upstream.connections(), 0);
}

TEST(Policies, AnotherMethodIs405WithAllow) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  const std::string answer = Ask(proxy, "PATCH");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405")) << answer;
  EXPECT_NE(answer.find("allow: DELETE, GET, HEAD, POST, PUT"), std::string::npos) << answer;
}

TEST(Policies, ABodyOverTheBoundIs413) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}, .max_body = 4});
  EXPECT_TRUE(Ask(proxy, "POST", "content-length: 5\r\n").starts_with("HTTP/1.1 413"));
  Peer client(ConnectTo(proxy.port()));
  client.Write(
      "POST /x HTTP/1.1\r\nhost: gw\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 413"));
}

}  // namespace
}  // namespace weir::tests
