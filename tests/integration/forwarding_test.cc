// One request through the real proxy, and what can go wrong with it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"

namespace weir::tests {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nhost: gw\r\n\r\n";
constexpr const char* kEnd = "\r\n\r\n";

std::string Status(const std::string& head) { return head.substr(0, 12); }

TEST(Forwarding, TheCanonicalRequestArrives) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(
      "GET /a/./b/../%7ec?q=1 HTTP/1.1\r\nHost: GW.example:80\r\nX-Request-Id: me-1\r\n\r\n");
  const std::string head = client.ReadTo(kEnd), body = client.ReadTo(kEnd);
  EXPECT_EQ(Status(head), "HTTP/1.1 200");
  EXPECT_NE(head.find("x-weir-reason: ok"), std::string::npos) << head;
  EXPECT_NE(head.find("x-weir-route: all"), std::string::npos) << head;
  EXPECT_TRUE(body.starts_with("GET /a/~c?q=1 HTTP/1.1\r\n")) << body;
  EXPECT_NE(body.find("x-request-id: me-1\r\n"), std::string::npos) << body;
  EXPECT_NE(body.find("x-forwarded-for: 127.0.0.1\r\n"), std::string::npos) << body;
}

TEST(Forwarding, ConnectionsAreKeptOnBothSides) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--workers", "1"});
  Peer client(ConnectTo(proxy.port()));
  for (int i = 0; i < 20; ++i) {
    client.Write(kGet);
    EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
    client.ReadTo(kEnd);
  }
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(proxy.Log(20).size(), 20u);
}

TEST(Forwarding, PipelinedRequestsAreAnsweredInOrder) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  std::string all;
  for (int i = 0; i < 50; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: gw\r\n\r\n";
  client.Write(all);
  for (int i = 0; i < 50; ++i) {
    client.ReadTo(kEnd);
    EXPECT_TRUE(client.ReadTo(kEnd).starts_with("GET /" + std::to_string(i) + " "));
  }
}

TEST(Forwarding, ChunkedBodiesStreamBothWays) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    const std::string body = peer.ReadTo("0\r\n\r\n");
    EXPECT_EQ(body.find("x-sum"), std::string::npos) << body;  // no decision has seen it
    EXPECT_NE(body.find("hello"), std::string::npos) << body;
    peer.Write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
    peer.Write("2;ext=1\r\nde\r\n0\r\nx-end: 1\r\n\r\n");
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /x HTTP/1.1\r\nhost: gw\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.Write("0\r\nx-sum: 7\r\n\r\n");
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
  const std::string body = client.ReadTo("x-end: 1\r\n\r\n");
  EXPECT_EQ(body.find("ext"), std::string::npos) << body;
  EXPECT_NE(body.find("abc"), std::string::npos) << body;
}

TEST(Forwarding, ALargeBodyComesThroughWholeThoughTheClientIsSlow) {
  const std::string large(5'000'000, 'x');
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    EXPECT_EQ(peer.ReadExactly(large.size()).size(), large.size());
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(large.size()) + "\r\n\r\n");
    peer.Write(large);
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: " + std::to_string(large.size()) +
               kEnd);
  client.Write(large);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
  EXPECT_EQ(client.ReadExactly(large.size()), large);
}

TEST(Forwarding, HeadAnnouncesALengthAndSendsNoBody) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("HEAD /x HTTP/1.1\r\nhost: gw\r\n\r\n");
  EXPECT_NE(client.ReadTo(kEnd).find("content-length: "), std::string::npos);
  client.Write("HEAD /nowhere HTTP/1.1\r\nhost: gw\r\n\r\n");
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 404");
  client.Write(kGet);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
}

TEST(Forwarding, AContinueIsOursAndAnUpstreamsIsDropped) {
  ScriptedUpstream upstream([](Peer& peer) {
    EXPECT_EQ(peer.ReadTo(kEnd).find("expect"), std::string::npos);
    peer.Write("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(peer.ReadExactly(4), "body");
    peer.Write("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n");
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /x HTTP/1.1\r\nhost: gw\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
  EXPECT_EQ(client.ReadTo(kEnd), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Write("body");
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 201");
}

TEST(Forwarding, InterimAnswersGoOnToClientsThatKnowThem) {
  ScriptedUpstream upstream([](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) {
      peer.Write(
          "HTTP/1.1 102 Processing\r\n\r\n"
          "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n"
          "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  for (int i = 0; i < 2; ++i) {
    client.Write(kGet);
    EXPECT_EQ(client.ReadTo(kEnd), "HTTP/1.1 102 \r\n\r\n");
    EXPECT_EQ(client.ReadTo(kEnd), "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
    EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
  }
  Peer old(ConnectTo(proxy.port()));
  old.Write("GET /x HTTP/1.0\r\nhost: gw\r\n\r\n");
  EXPECT_EQ(Status(old.ReadTo(kEnd)), "HTTP/1.1 200");
}

// It reaches the client while the upstream still works on the final one.
TEST(Forwarding, AnInterimAnswerIsNotHeldBack) {
  std::atomic<bool> go{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
    Eventually([&] { return go.load(); });
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 103");
  go = true;
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
}

TEST(Forwarding, ViaIsAddedBothWays) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--via", "gw-1"});
  Peer client(ConnectTo(proxy.port()));
  client.Write("GET /x HTTP/1.1\r\nhost: gw\r\nvia: 1.0 other\r\n\r\n");
  const std::string head = client.ReadTo(kEnd);
  EXPECT_NE(head.find("\r\nvia: 1.1 gw-1\r\n"), std::string::npos) << head;
  const std::string sent = client.ReadTo(kEnd);
  EXPECT_NE(sent.find("\r\nvia: 1.0 other\r\n"), std::string::npos) << sent;
  EXPECT_NE(sent.find("\r\nvia: 1.1 gw-1\r\n"), std::string::npos) << sent;
  Peer old(ConnectTo(proxy.port()));
  old.Write("GET /x HTTP/1.0\r\n\r\n");
  old.ReadTo(kEnd);
  const std::string bare = old.ReadTo(kEnd);
  EXPECT_NE(bare.find("\r\nhost: \r\n"), std::string::npos) << bare;
  EXPECT_NE(bare.find("\r\nvia: 1.0 gw-1\r\n"), std::string::npos) << bare;
}

TEST(Forwarding, ALoopIsRefusedAtItsSecondPass) {
  ScriptedUpstream upstream(EchoHeads);
  for (const int allowed : {0, 2}) {
    RunningProxy proxy({.upstreams = {upstream.port()}},
                       {"--loops-allowed", std::to_string(allowed)});
    Peer client(ConnectTo(proxy.port()));
    std::string via;  // as this deployment writes it by itself
    for (int pass = 0; pass <= allowed; ++pass) {
      client.Write("GET /x HTTP/1.1\r\nhost: gw\r\n" + via + "\r\n");
      ASSERT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200") << pass;
      const std::string sent = client.ReadTo(kEnd);
      const std::size_t at = sent.rfind("\r\nvia: ");
      ASSERT_NE(at, std::string::npos) << sent;
      via += sent.substr(at + 2, sent.find("\r\n", at + 2) - at);
    }
    client.Write("GET /x HTTP/1.1\r\nhost: gw\r\n" + via + "\r\n");
    const std::string head = client.ReadTo(kEnd);
    EXPECT_EQ(Status(head), "HTTP/1.1 508") << via;
    EXPECT_NE(head.find("x-weir-reason: loop"), std::string::npos) << head;
  }
}

TEST(Forwarding, WhatIsOfTheServerIsAnsweredHere) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  const auto ask = [&](const std::string& text) {
    client.Write(text + "\r\n\r\n");
    const std::string head = client.ReadTo(kEnd);
    const bool echoed = head.find("content-length: ") != std::string::npos;
    const std::string body = echoed ? client.ReadExactly(static_cast<std::size_t>(std::atoi(
                                          head.c_str() + head.find("content-length: ") + 16)))
                                    : "";
    return Status(head) + " " + body;
  };
  EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nhost: gw"), "HTTP/1.1 200 options\n");
  EXPECT_EQ(ask("OPTIONS http://gw HTTP/1.1\r\nhost: gw"), "HTTP/1.1 200 options\n");
  EXPECT_EQ(ask("OPTIONS /x HTTP/1.1\r\nhost: gw\r\nmax-forwards: 0"), "HTTP/1.1 200 options\n");
  EXPECT_EQ(ask("TRACE /x HTTP/1.1\r\nhost: gw\r\nx-secret: 1\r\nmax-forwards: 0"),
            "HTTP/1.1 501 not-implemented\n");
}

TEST(Forwarding, AnAnswerWithoutDateGetsOneAndOneWithKeepsIt) {
  ScriptedUpstream upstream([](Peer& peer) {
    while (true) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      const bool dated = head.starts_with("GET /dated");
      peer.Write(std::string("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n") +
                 (dated ? "DATE: Sun, 06 Nov 1994 08:49:37 GMT\r\n" : "") + "\r\n");
    }
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("GET /dated HTTP/1.1\r\nhost: gw\r\n\r\n");
  const std::string dated = client.ReadTo(kEnd);
  EXPECT_NE(dated.find("\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), std::string::npos) << dated;
  EXPECT_EQ(dated.find("date: "), dated.rfind("date: ")) << dated;
  client.Write(kGet);
  const std::string undated = client.ReadTo(kEnd);
  EXPECT_NE(undated.find("\r\ndate: "), std::string::npos) << undated;
  EXPECT_NE(undated.find(" GMT\r\n"), std::string::npos) << undated;
}

TEST(Forwarding, AnEarlyAnswerIsPassedOnAndEndsTheConnection) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno");
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write("POST /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 5000\r\n\r\n" +
               std::string(2000, 'p'));
  const std::string head = client.ReadTo(kEnd);
  EXPECT_EQ(Status(head), "HTTP/1.1 403");
  EXPECT_NE(head.find("connection: close"), std::string::npos);
  EXPECT_EQ(client.ReadExactly(2), "no");
  EXPECT_TRUE(client.AtEnd());
}

TEST(Forwarding, GarbageSwitchingAndSilenceAre502) {
  std::atomic<int> turn{0};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    switch (turn++) {
      case 0:
        return peer.Write("SSH-2.0-hello\r\n\r\n");
      case 1:
        return peer.Write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n");
      default:
        return peer.Close();
    }
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  for (const char* reason : {"upstream-protocol", "upstream-protocol", "upstream-reset"}) {
    Peer client(ConnectTo(proxy.port()));
    client.Write("POST /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 0\r\n\r\n");
    const std::string head = client.ReadTo(kEnd);
    EXPECT_EQ(Status(head), "HTTP/1.1 502");
    EXPECT_NE(head.find(std::string("x-weir-reason: ") + reason), std::string::npos) << head;
  }
}

TEST(Forwarding, AnAnswerCutShortEndsTheConnectionVisibly) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
  EXPECT_NE(client.ReadExactly(10).size(), 10u);
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"reason\":\"upstream-reset\""), std::string::npos) << log[0];
}

TEST(Forwarding, ATimeoutIs504) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}, .timeout = 100'000'000});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 504");
}

TEST(Forwarding, AClientThatGoesAwayIs499AndFreesTheUpstream) {
  std::atomic<bool> freed{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    freed = peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  {
    Peer client(ConnectTo(proxy.port()));
    client.Write(kGet);
    EXPECT_TRUE(Eventually([&] { return upstream.connections() == 1; }));
    client.Reset();
  }
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"status\":499"), std::string::npos) << log[0];
  EXPECT_TRUE(Eventually([&] { return freed.load(); }));
}

TEST(Forwarding, AHalfClosedClientStillGetsItsAnswer) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  shutdown(client.fd(), SHUT_WR);
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 200");
}

TEST(Forwarding, ASlowHeadIs408AndRecorded) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--head-timeout", "0.2"});
  Peer client(ConnectTo(proxy.port()));
  client.Write("GET /x HT");
  EXPECT_EQ(Status(client.ReadTo(kEnd)), "HTTP/1.1 408");
  EXPECT_EQ(proxy.Log(1).size(), 1u);
}

}  // namespace
}  // namespace weir::tests
