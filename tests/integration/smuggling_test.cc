// What reaches the upstream is exactly one strict, unambiguous request or
// nothing, whatever a client sends; and who sends the next request on the
// connection gets the answer to it, or an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/gateway.h"
#include "tests/integration/probes.h"
#include "tests/integration/recording_upstream.h"
#include "tests/support/random/seed.h"

namespace weir::tests {
namespace {

using namespace std::string_view_literals;

std::string Shown(std::string_view octets) {
  std::string out;
  for (char c : octets.substr(0, 300)) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (u < 0x20 || u > 0x7e) {
      constexpr char kHex[] = "0123456789abcdef";
      out += std::string("\\x") + kHex[u >> 4] + kHex[u & 15];
    } else {
      out += c;
    }
  }
  return out;
}

class Smuggling : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    upstream_ = std::make_unique<RecordingUpstream>();
    gateway_ = std::make_unique<Gateway>(upstream_->port());
  }
  static void TearDownTestSuite() {
    EXPECT_FALSE(gateway_->Ended()) << "the gateway did not live through the probes";
    gateway_.reset();
    upstream_.reset();
  }

  static std::string Get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: gw\r\n\r\n";
  }

  // After this, all that was sent upstream before has been recorded.
  static Record Settle() {
    const std::string target = "/settled" + std::to_string(++count_);
    Client client(gateway_->port());
    client.Send(Get(target));
    const auto answer = client.Next("GET");
    EXPECT_TRUE(answer && answer->status == 200) << "the gateway serves no more: " << client.why();
    Record record = upstream_->Take();
    std::erase_if(record.requests, [&](const auto& r) { return r.target == target; });
    return record;
  }

  static void Run(const std::vector<Probe>& probes) {
    ASSERT_GT(probes.size(), 0u);
    for (const Probe& probe : probes) {
      SCOPED_TRACE(Shown(probe.octets));
      RunOne(probe);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  static void RunOne(const Probe& probe) {
    upstream_->Take();
    const std::string after = "/after" + std::to_string(++count_);
    const std::string method = probe.octets.starts_with("HEAD") ? "HEAD" : "GET";
    Client client(gateway_->port());
    client.Send(probe.fate == Fate::kCutShort ? probe.octets : probe.octets + Get(after));
    if (probe.fate == Fate::kCutShort) client.EndSending();

    const bool goes_up = probe.fate == Fate::kForwarded || probe.fate == Fate::kLast;
    const bool has_next = probe.fate == Fate::kForwarded || probe.fate == Fate::kAnswered;
    const auto answer = client.Next(method);
    CheckAnswer(probe, answer, client.why());
    if (has_next) {
      const auto next = client.Next("GET");
      EXPECT_TRUE(next && next->status == 200 && next->body == "you sent " + after)
          << "the next request: " << (next ? std::to_string(next->status) : client.why());
    } else {
      EXPECT_TRUE(client.AtEnd()) << "the connection goes on";
    }
    CheckRecord(probe, goes_up, has_next ? after : "", Settle());
  }

  static void CheckAnswer(const Probe& probe, const std::optional<strict::Request>& answer,
                          const std::string& why) {
    switch (probe.fate) {
      case Fate::kForwarded:
      case Fate::kLast:
        ASSERT_TRUE(answer.has_value()) << why;
        EXPECT_EQ(answer->status, 200);
        if (!probe.octets.starts_with("HEAD")) {
          EXPECT_EQ(answer->body, "you sent " + probe.target);
        }
        return;
      case Fate::kAnswered:
      case Fate::kRefused:
        ASSERT_TRUE(answer.has_value()) << why;
        if (probe.status != 0) {
          EXPECT_EQ(answer->status, probe.status);
        }
        EXPECT_GE(answer->status, 400);
        EXPECT_LE(answer->status, 505);
        return;
      case Fate::kBrokenBody:
      case Fate::kCutShort:
        if (answer) {
          EXPECT_GE(answer->status, 400);
        }
        if (!answer) {
          EXPECT_TRUE(why == "closed" || why == "reset") << why;
        }
        return;
    }
  }

  static void CheckRecord(const Probe& probe, bool goes_up, const std::string& after,
                          const Record& record) {
    EXPECT_TRUE(record.faults.empty()) << "upstream got: " << Shown(record.faults.front());
    std::vector<std::string> targets;
    for (const strict::Request& request : record.requests) {
      targets.push_back(request.target);
      for (const char* name : {"connection", "keep-alive", "proxy-connection", "te", "trailer",
                               "upgrade", "expect", "http2-settings"}) {
        EXPECT_EQ(request.Count(name), 0) << name << " went upstream";
      }
    }
    std::vector<std::string> wanted;
    if (goes_up) wanted.push_back(probe.target);
    if (!after.empty()) wanted.push_back(after);
    EXPECT_EQ(targets, wanted);
    if (goes_up && !record.requests.empty()) {
      EXPECT_EQ(record.requests[0].body, probe.body);
    }
  }

  static std::unique_ptr<RecordingUpstream> upstream_;
  static std::unique_ptr<Gateway> gateway_;
  static int count_;
};

std::unique_ptr<RecordingUpstream> Smuggling::upstream_;
std::unique_ptr<Gateway> Smuggling::gateway_;
int Smuggling::count_ = 0;

TEST_F(Smuggling, Lines) { Run(LineProbes()); }
TEST_F(Smuggling, Framing) { Run(FramingProbes()); }
TEST_F(Smuggling, Chunks) { Run(ChunkProbes()); }
TEST_F(Smuggling, Fields) { Run(FieldProbes()); }
TEST_F(Smuggling, Hosts) { Run(HostProbes()); }
TEST_F(Smuggling, Paths) { Run(PathProbes()); }
TEST_F(Smuggling, Limits) { Run(LimitProbes()); }

TEST_F(Smuggling, PipelinedRequestsAreAnsweredInOrder) {
  Client client(gateway_->port());
  std::string octets;
  for (int i = 0; i < 20; ++i) {
    octets += "POST /pipe" + std::to_string(i) + " HTTP/1.1\r\nHost: gw\r\n";
    octets += i % 2 == 0 ? "Content-Length: 3\r\n\r\nabc"
                         : "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  }
  client.Send(octets);
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.Next("POST");
    ASSERT_TRUE(answer.has_value()) << i << ": " << client.why();
    EXPECT_EQ(answer->body, "you sent /pipe" + std::to_string(i));
  }
  const Record record = Settle();
  EXPECT_TRUE(record.faults.empty());
  ASSERT_EQ(record.requests.size(), 20u);
  for (const strict::Request& request : record.requests) EXPECT_EQ(request.body, "abc");
}

TEST_F(Smuggling, ARequestOctetByOctetIsOneRequest) {
  Client client(gateway_->port());
  const std::string octets =
      "POST /slow HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;x=\"y\"\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (char c : octets) client.Send({&c, 1});
  const auto answer = client.Next("POST");
  ASSERT_TRUE(answer.has_value()) << client.why();
  const Record record = Settle();
  EXPECT_TRUE(record.faults.empty());
  ASSERT_EQ(record.requests.size(), 1u);
  EXPECT_EQ(record.requests[0].body, "hello");
}

// An answer that needs no body leaves the body where it is: on the connection.
TEST_F(Smuggling, OwnAnswersDoNotTurnABodyIntoARequest) {
  const std::string hidden = Get("/smuggled");
  for (const std::string& request :
       {"POST /admin HTTP/1.1\r\nHost: gw\r\nContent-Length: " + std::to_string(hidden.size()) +
            "\r\n\r\n" + hidden,
        "POST /admin HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n" + hidden +
            "\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(Shown(request));
    Client client(gateway_->port());
    client.Send(request + Get("/after"));
    const auto answer = client.Next("POST");
    ASSERT_TRUE(answer.has_value()) << client.why();
    EXPECT_EQ(answer->status, 403);
    const auto next = client.Next("GET");
    EXPECT_TRUE(next ? next->body == "you sent /after" : client.why() == "closed") << client.why();
    for (const strict::Request& got : Settle().requests) EXPECT_EQ(got.target, "/after");
  }
}

// The same where the upstream answers, and goes, before it has the whole body.
TEST_F(Smuggling, AnEarlyAnswerDoesNotTurnTheBodyIntoARequest) {
  const std::string hidden = Get("/smuggled");
  Client client(gateway_->port());
  client.Send("POST /early HTTP/1.1\r\nHost: gw\r\nContent-Length: " +
              std::to_string(5 + hidden.size()) + "\r\n\r\n12345");
  const auto answer = client.Next("POST");
  ASSERT_TRUE(answer.has_value()) << client.why();
  EXPECT_GE(answer->status, 400);
  client.Send(hidden + Get("/after"));
  const auto next = client.Next("GET");
  EXPECT_TRUE(next ? next->body == "you sent /after"
                   : client.why() == "closed" || client.why() == "reset")
      << client.why();
  const Record record = Settle();
  EXPECT_TRUE(record.faults.empty());
  for (const strict::Request& got : record.requests) EXPECT_EQ(got.target, "/after");
}

TEST_F(Smuggling, AnOldClientGetsNoChunks) {
  upstream_->Answer("/chunks",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    false);
  Client client(gateway_->port());
  client.Send("GET /chunks HTTP/1.0\r\nHost: gw\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = client.Rest();
  EXPECT_EQ(client.why(), "closed");
  EXPECT_EQ(answer.find("chunked"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
  Settle();
}

TEST_F(Smuggling, AWaitingClientIsToldToGoOn) {
  Client client(gateway_->port());
  client.Send(
      "POST /wait HTTP/1.1\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const auto interim = client.NextOfAny("POST");
  ASSERT_TRUE(interim.has_value()) << client.why();
  EXPECT_EQ(interim->status, 100);
  client.Send("hello" + Get("/after"));
  const auto answer = client.Next("POST");
  ASSERT_TRUE(answer.has_value()) << client.why();
  EXPECT_EQ(answer->body, "you sent /wait");
  const auto next = client.Next("GET");
  ASSERT_TRUE(next.has_value()) << client.why();
  EXPECT_EQ(next->body, "you sent /after");
  const Record record = Settle();
  ASSERT_EQ(record.requests.size(), 2u);
  EXPECT_EQ(record.requests[0].body, "hello");
  EXPECT_EQ(record.requests[0].Count("expect"), 0);
}

// Good requests with a few octets changed, cut into random writes: whatever the
// gateway makes of them, the upstream only ever sees strict requests.
TEST_F(Smuggling, ChangedOctetsInRandomPieces) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return random() % n; };
  std::vector<std::string> good;
  for (const auto& probes : {FramingProbes(), ChunkProbes(), FieldProbes(), PathProbes()}) {
    for (const Probe& probe : probes) {
      if (probe.fate != Fate::kCutShort && probe.octets.size() < 400) good.push_back(probe.octets);
    }
  }
  static constexpr std::string_view kOctets = "\r\n\t :;,=0159afGP/\\%.\0\x0b\x7f\x80-_\""sv;
  for (int round = 0; round < 3000; ++round) {
    std::string octets = good[below(good.size())] + good[below(good.size())];
    for (std::size_t change = below(4); change > 0; --change) {
      const std::size_t at = below(octets.size());
      const std::string octet(1, kOctets[below(kOctets.size())]);
      switch (below(3)) {
        case 0:
          octets.replace(at, 1, octet);
          break;
        case 1:
          octets.insert(at, octet);
          break;
        default:
          octets.erase(at, 1);
          break;
      }
    }
    SCOPED_TRACE(Shown(octets));
    Client client(gateway_->port());
    for (std::string_view rest = octets; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + below(60));
      client.Send(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    client.EndSending();
    client.Rest();
    EXPECT_TRUE(client.why() == "closed" || client.why() == "reset") << client.why();
    const Record record = Settle();
    ASSERT_TRUE(record.faults.empty()) << "upstream got: " << Shown(record.faults.front());
    for (const strict::Request& request : record.requests) {
      EXPECT_FALSE(request.target == "/admin" || request.target.starts_with("/admin/"));
    }
  }
}

// A caller cannot say who it is taken for.
TEST_F(Smuggling, FieldsThatTellWhoTheCallerIsAreOurs) {
  Client client(gateway_->port());
  client.Send(
      "GET /who HTTP/1.1\r\nHost: gw\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Host: evil\r\n"
      "X-Forwarded-Proto: https\r\nForwarded: for=10.0.0.1\r\nX-Weir-Route: x\r\n"
      "X_Forwarded_For: 10.0.0.2\r\nConnection: x-forwarded-for, x-request-id\r\n\r\n");
  ASSERT_TRUE(client.Next("GET").has_value()) << client.why();
  const Record record = Settle();
  ASSERT_EQ(record.requests.size(), 1u);
  const strict::Request& request = record.requests[0];
  std::string value;
  EXPECT_EQ(request.Count("x-forwarded-for", &value), 1);
  EXPECT_EQ(value, "127.0.0.1");
  EXPECT_EQ(request.Count("x-forwarded-host", &value), 1);
  EXPECT_EQ(value, "gw");
  EXPECT_EQ(request.Count("x-forwarded-proto", &value), 1);
  EXPECT_EQ(value, "http");
  EXPECT_EQ(request.Count("x-request-id"), 1);
  EXPECT_EQ(request.Count("forwarded"), 0);
  EXPECT_EQ(request.Count("x-weir-route"), 0);
  EXPECT_EQ(request.Count("x_forwarded_for"), 0);
}

TEST_F(Smuggling, AnswersOfAnUpstream) {
  for (const AnswerProbe& probe : AnswerProbes()) {
    SCOPED_TRACE(Shown(probe.octets));
    const std::string target = "/canned" + std::to_string(++count_);
    const std::string after = "/after" + std::to_string(++count_);
    upstream_->Answer(target, probe.octets, probe.close);
    Client client(gateway_->port());
    client.Send(Get(target) + Get(after));
    const auto answer = client.Next("GET");
    ASSERT_TRUE(answer.has_value()) << client.why();
    EXPECT_EQ(answer->status, probe.status);
    if (probe.status < 400) {
      EXPECT_EQ(answer->body, probe.body);
      for (const char* name : {"keep-alive", "upgrade"}) EXPECT_EQ(answer->Count(name), 0);
    }
    const auto next = client.Next("GET");  // nothing of the first answer leaks into the next
    if (next) {
      EXPECT_EQ(next->body, "you sent " + after);
    }
    if (!next) {
      EXPECT_EQ(client.why(), "closed");
    }
    Settle();
  }
}

// An answer that grows a second one behind it: the connection must not be used
// again, and nobody else may get what was not asked for.
TEST_F(Smuggling, WhatFollowsAnAnswerIsNobodys) {
  upstream_->Answer("/double",
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
                    false);
  for (int round = 0; round < 10; ++round) {
    Client client(gateway_->port());
    client.Send(Get("/double"));
    const auto first = client.Next("GET");
    ASSERT_TRUE(first.has_value()) << client.why();
    EXPECT_EQ(first->body, "ok");
    Client other(gateway_->port());
    const std::string after = "/clean" + std::to_string(round);
    other.Send(Get(after));
    const auto second = other.Next("GET");
    ASSERT_TRUE(second.has_value()) << other.why();
    EXPECT_EQ(second->body, "you sent " + after);
  }
  Settle();
}

}  // namespace
}  // namespace weir::tests
