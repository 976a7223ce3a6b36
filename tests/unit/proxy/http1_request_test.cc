// Probes of request heads: what each must come to, whole and however cut.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http1/head.h"
#include "tests/unit/proxy/http1_feed.h"

namespace weir::proxy::http1 {
namespace {

constexpr int kOk = 0;
constexpr int kMore = 1;

struct Probe {
  std::string octets;
  int status;
};

std::string Describe(const RequestHeadParser& parser) {
  const RequestHead& head = parser.head();
  std::string out = "ok " + std::to_string(parser.octets()) + " " + std::string(head.method) + " " +
                    std::string(head.target) + " 1." + std::to_string(head.minor_version) +
                    " framing " + std::to_string(static_cast<int>(head.framing.kind)) + "/" +
                    std::to_string(head.framing.length) + (head.keep_alive ? " keep" : " close") +
                    (head.expect_continue ? " expect" : "");
  for (const runtime::Field& field : head.fields) {
    out += "\n" + std::string(field.name) + "=" + std::string(field.value) + ";";
  }
  return out;
}

std::string Feed(std::string_view octets, const std::vector<std::size_t>& cuts,
                 const HeadLimits& limits) {
  RequestHeadParser parser(limits);
  std::unique_ptr<std::string> buffer;  // a new place each time
  HeadState state = HeadState::kIncomplete;
  for (std::size_t i = 0; i <= cuts.size() && state == HeadState::kIncomplete; ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : octets.size();
    auto next = std::make_unique<std::string>(octets.substr(0, end));
    state = parser.Parse(*next);
    buffer = std::move(next);
  }
  if (state == HeadState::kIncomplete) return "more";
  if (state == HeadState::kBad) {
    return "bad " + std::to_string(parser.refusal().status) + " " + parser.refusal().detail;
  }
  return Describe(parser);
}

std::string Outcome(std::string_view octets, const HeadLimits& limits = {}) {
  return OneOutcome(octets, [&](const auto& cuts) { return Feed(octets, cuts, limits); });
}

void Check(const std::vector<Probe>& probes, const HeadLimits& limits = {}) {
  for (const Probe& probe : probes) {
    const std::string outcome = Outcome(probe.octets, limits);
    const std::string wanted = probe.status == kOk     ? "ok"
                               : probe.status == kMore ? "more"
                                                       : "bad " + std::to_string(probe.status);
    EXPECT_EQ(outcome.substr(0, wanted.size()), wanted) << Shown(probe.octets) << "\n" << outcome;
  }
}

std::string S(const char* text, std::size_t size) { return {text, size}; }
std::string Line(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }
std::string Fields(const std::string& fields) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
}
std::string Fields10(const std::string& fields) {
  return "POST /p HTTP/1.0\r\nHost: a\r\n" + fields + "\r\n\r\n";
}

TEST(Http1Request, RequestLines) {
  Check({
      {Line("GET / HTTP/1.1"), kOk},
      {Line("GET / HTTP/1.0"), kOk},
      {Line("\r\nGET / HTTP/1.1"), kOk},
      {Line("\r\n\r\nGET / HTTP/1.1"), 400},
      {Line("\nGET / HTTP/1.1"), 400},
      {Line("\rGET / HTTP/1.1"), 400},
      {Line("\r\r\nGET / HTTP/1.1"), 400},
      {Line(" GET / HTTP/1.1"), 400},
      {Line("\tGET / HTTP/1.1"), 400},
      {Line("GET  / HTTP/1.1"), 400},
      {Line("GET /  HTTP/1.1"), 400},
      {Line("GET / HTTP/1.1 "), 400},
      {Line("GET / HTTP/1.1\t"), 400},
      {Line("GET\t/ HTTP/1.1"), 400},
      {Line("GET /\tHTTP/1.1"), 400},
      {Line("GET / x HTTP/1.1"), 400},
      {Line("GET /"), 400},
      {Line("GET / "), 400},
      {Line("GET"), 400},
      {Line("GET "), 400},
      {Line("GET  HTTP/1.1"), 400},
      {Line("/ HTTP/1.1"), 400},
      {Line("GET HTTP/1.1"), 400},
      {Line("G@T / HTTP/1.1"), 400},
      {Line("GE\"T / HTTP/1.1"), 400},
      {Line("GET: / HTTP/1.1"), 400},
      {Line("get / HTTP/1.1"), kOk},
      {Line("M-SEARCH / HTTP/1.1"), kOk},
      {Line("!#$%&'*+-.^_`|~ / HTTP/1.1"), kOk},
      {Line(std::string(64, 'M') + " / HTTP/1.1"), kOk},
      {Line(std::string(65, 'M') + " / HTTP/1.1"), 501},
      {Line("GET / http/1.1"), 400},
      {Line("GET / HTTP/1"), 400},
      {Line("GET / HTTP/1."), 400},
      {Line("GET / HTTP/.1"), 400},
      {Line("GET / HTTP/11"), 400},
      {Line("GET / HTTP/1.10"), 400},
      {Line("GET / HTTP/01.1"), 400},
      {Line("GET / HTTP/1,1"), 400},
      {Line("GET / HTTP 1.1"), 400},
      {Line("GET / XTTP/1.1"), 400},
      {Line("GET / HTTP/-1.1"), 400},
      {Line("GET / HTTP/1.x"), 400},
      {Line("GET / HTTP/0.9"), 505},
      {Line("GET / HTTP/1.2"), kOk},
      {Line("GET / HTTP/1.9"), kOk},
      {Line("GET / HTTP/2.0"), 505},
      {Line("GET / HTTP/3.0"), 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET /\r\n\r\n", 400},
      {S("\x16\x03\x01\x02\x00\x01", 6), 400},
      {"\x80", 400},
      {"(", 400},
      {"", kMore},
      {"\r", kMore},
      {"\r\n", kMore},
      {"GET / HTTP/1.1\r\nHost: a\r\n", kMore},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r", kMore},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"GET / HTTP/1.1\n\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\rHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", kOk},  // Host is the canonicaliser's business
      {Line("GET http://a/ HTTP/1.1"), kOk},
      {Line("OPTIONS * HTTP/1.1"), kOk},
      {Line("CONNECT a:443 HTTP/1.1"), kOk},
  });
}

TEST(Http1Request, EveryOctetInATarget) {
  std::vector<Probe> probes;
  for (int c = 0; c < 256; ++c) {
    const std::string octet(1, static_cast<char>(c));
    const bool fine = c > 0x20 && c < 0x7f;
    probes.push_back({Line("GET /a" + octet + "b HTTP/1.1"), fine ? kOk : 400});
  }
  Check(probes);
}

TEST(Http1Request, EveryOctetInAMethodAFieldNameAndAValue) {
  const std::string tokens =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::vector<Probe> probes;
  for (int c = 0; c < 256; ++c) {
    const std::string octet(1, static_cast<char>(c));
    const bool token = c != 0 && tokens.find(octet) != std::string::npos;
    probes.push_back({Line("G" + octet + "T / HTTP/1.1"), token ? kOk : 400});
    // A colon or a space may not stand in a name either, but there they end it.
    probes.push_back({Fields("x" + octet + "y: v"), token || c == ':' ? kOk : 400});
    const bool text = c == '\t' || (c >= 0x20 && c != 0x7f);
    probes.push_back({Fields("x: v" + octet + "w"), text ? kOk : 400});
    // The same inside a word of eight octets and at a value's very end.
    probes.push_back({Fields("x: 0123456" + octet + "89abcdef"), text ? kOk : 400});
    probes.push_back({Fields("x: 01234567" + octet), text ? kOk : 400});
  }
  Check(probes);
}

TEST(Http1Request, FieldLines) {
  Check({
      {Fields("x: y"), kOk},
      {Fields("x:y"), kOk},
      {Fields("x:"), kOk},
      {Fields("x: \t y \t "), kOk},
      {Fields("x : y"), 400},
      {Fields("x\t: y"), 400},
      {Fields(": y"), 400},
      {Fields(" : y"), 400},
      {Fields("x"), 400},
      {Fields("x y"), 400},
      {Fields("x: y\r\n z"), 400},
      {Fields("x: y\r\n\tz: 1"), 400},
      {Fields("x:\r\n y"), 400},
      {Fields("x: y\r\n "), 400},
      {Fields(" x: y"), 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", 400},
      {Fields("x: y\rz: w"), 400},
      {Fields("x: y\nz: w"), 400},
      {Fields("x: y\r\rz: w"), 400},
      {Fields("x: y\r"), 400},
      {Fields(S("x: \0y", 5)), 400},
      {Fields("\xef\xbb\xbfx: y"), 400},
      {Fields("x\xc2\xa0: y"), 400},
      {Fields("x: \xc3\xa9"), kOk},
      {Fields("Transfer-Encoding : chunked"), 400},
      {Fields("Content-Length : 5"), 400},
      {Fields("x(y): z"), 400},
      {Fields("\"x\": z"), 400},
      {Fields("x: y\r\n\rz: w"), 400},
  });
}

TEST(Http1Request, ContentLength) {
  Check({
      {Fields("Content-Length: 0"), kOk},
      {Fields("Content-Length: 5"), kOk},
      {Fields("CONTENT-LENGTH:5"), kOk},
      {Fields("Content-Length: 007"), kOk},
      {Fields("Content-Length: 9223372036854775807"), kOk},
      {Fields("Content-Length: 9223372036854775808"), 400},
      {Fields("Content-Length: 18446744073709551615"), 400},
      {Fields("Content-Length: 18446744073709551616"), 400},
      {Fields("Content-Length: 18446744073709551621"), 400},
      {Fields("Content-Length: 99999999999999999999999999"), 400},
      {Fields("Content-Length:"), 400},
      {Fields("Content-Length: "), 400},
      {Fields("Content-Length: +5"), 400},
      {Fields("Content-Length: -5"), 400},
      {Fields("Content-Length: 5 5"), 400},
      {Fields("Content-Length: 5,"), 400},
      {Fields("Content-Length: ,5"), 400},
      {Fields("Content-Length: 5, 5"), 400},
      {Fields("Content-Length: 5, 6"), 400},
      {Fields("Content-Length: 0x5"), 400},
      {Fields("Content-Length: 5.0"), 400},
      {Fields("Content-Length: 5e0"), 400},
      {Fields("Content-Length: 5a"), 400},
      {Fields("Content-Length: \"5\""), 400},
      {Fields("Content-Length: 5;x"), 400},
      {Fields("Content-Length: \xef\xbc\x95"), 400},
      {Fields("Content-Length: \v5"), 400},
      {Fields("Content-Length: 5\r\nContent-Length: 5"), 400},
      {Fields("Content-Length: 5\r\ncontent-length: 6"), 400},
      {Fields("Content-Length: 0\r\nContent-Length: 0"), 400},
      {Fields("Content_Length: 5"), 400},
      {Fields("content_length: 5\r\nContent-Length: 6"), 400},
      {Fields("Content-Lengthx: 5"), kOk},
      {Fields("X-Content-Length: 5"), kOk},
      {Fields("Content-Length: 5\r\nContent-Length:"), 400},
      {Fields10("Content-Length: 5"), kOk},
  });
}

TEST(Http1Request, TransferEncoding) {
  const std::string length = "\r\nContent-Length: 5";
  Check({
      {Fields("Transfer-Encoding: chunked"), kOk},
      {Fields("transfer-encoding:CHUNKED"), kOk},
      {Fields("Transfer-Encoding: \tchunked "), kOk},
      {Fields("Transfer-Encoding: chunked" + length), 400},
      {Fields("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
      {Fields("Transfer-Encoding: chunked\r\nContent-Length: 0"), 400},
      {Fields("Transfer-Encoding: gzip" + length), 400},
      {Fields("Transfer-Encoding: identity" + length), 400},
      {Fields("Transfer-Encoding: xchunked" + length), 400},
      {Fields("Transfer-Encoding:" + length), 400},
      {Fields("Transfer-Encoding: identity"), 501},
      {Fields("Transfer-Encoding: gzip"), 501},
      {Fields("Transfer-Encoding: gzip;q=1"), 501},
      {Fields("Transfer-Encoding: xchunked"), 501},
      {Fields("Transfer-Encoding: chunkedx"), 501},
      {Fields("Transfer-Encoding: chunke"), 501},
      {Fields("Transfer-Encoding: x, y"), 501},
      {Fields("Transfer-Encoding: gzip, chunked"), 400},
      {Fields("Transfer-Encoding: chunked, gzip"), 400},
      {Fields("Transfer-Encoding: chunked, identity"), 400},
      {Fields("Transfer-Encoding: identity, chunked"), 400},
      {Fields("Transfer-Encoding: chunked, chunked"), 400},
      {Fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
      {Fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: x"), 400},
      {Fields("Transfer-Encoding: x\r\nTransfer-Encoding: chunked"), 400},
      {Fields("Transfer-Encoding: chunked\r\nTransfer-Encoding:"), 400},
      {Fields("Transfer-Encoding: x\r\nTransfer-Encoding: y"), 501},
      {Fields("Transfer-Encoding:"), 400},
      {Fields("Transfer-Encoding: ,"), 400},
      {Fields("Transfer-Encoding: chunked,"), 400},
      {Fields("Transfer-Encoding: ,chunked"), 400},
      {Fields("Transfer-Encoding: chunked;x=1"), 400},
      {Fields("Transfer-Encoding: chunked;"), 400},
      {Fields("Transfer-Encoding: \"chunked\""), 400},
      {Fields("Transfer-Encoding: 'chunked'"), 501},
      {Fields("Transfer-Encoding: chunked chunked"), 400},
      {Fields("Transfer-Encoding: chunked x"), 400},
      {Fields("Transfer-Encoding: x chunked"), 400},
      {Fields("Transfer-Encoding: [chunked]"), 400},
      {Fields("Transfer-Encoding: (c)chunked"), 400},
      {Fields("Transfer-Encoding: \x0b"
              "chunked"),
       400},
      {Fields("Transfer-Encoding: chunked\x0c"), 400},
      {Fields("Transfer-Encoding: chunked\xa0"), 400},
      {Fields("Transfer-Encoding: \xff"
              "chunked"),
       400},
      {Fields(S("Transfer-Encoding: chunked\0", 27)), 400},
      {Fields("Transfer-Encoding: chun\r\n ked"), 400},
      {Fields("Transfer-Encoding:\r\n chunked"), 400},
      {Fields("Transfer_Encoding: chunked"), 400},
      {Fields("Transfer-Encoding\xad: chunked"), 400},
      {Fields("Transfer Encoding: chunked"), 400},
      {Fields(" Transfer-Encoding: chunked"), 400},
      {Fields("X: y\rTransfer-Encoding: chunked"), 400},
      {Fields("X: y\nTransfer-Encoding: chunked"), 400},
      {Fields10("Transfer-Encoding: chunked"), 400},
      {Fields10("Transfer-Encoding: gzip"), 400},
      {Fields10("Transfer-Encoding: identity"), 400},
  });
}

TEST(Http1Request, ExpectAndConnection) {
  Check({
      {Fields("Expect: 100-continue"), kOk},
      {Fields("Expect: 100-Continue\r\nContent-Length: 5"), kOk},
      {Fields("Expect: 100-continue, 100-continue"), 417},
      {Fields("Expect: 100-continue\r\nExpect: 100-continue"), 417},
      {Fields("Expect: 200-ok"), 417},
      {Fields("Expect:"), 417},
      {Fields("Expect: 100-continue;x"), 417},
      {Fields10("Expect: something"), 417},
      {Fields10("Expect: 100-continue\r\nContent-Length: 5"), kOk},
      {Fields("Connection: close, x-y"), kOk},
      {Fields("Connection:"), kOk},
      {Fields("Connection: , ,"), kOk},
      {Fields("Connection: clo se"), 400},
      {Fields("Connection: \"close\""), 400},
      {Fields("Connection: close;x"), 400},
      {Fields("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings"), kOk},
  });
  EXPECT_TRUE(Outcome(Fields("Expect: 100-continue\r\nContent-Length: 5")).find(" expect") !=
              std::string::npos);
  EXPECT_TRUE(
      Outcome(Fields("Expect: 100-continue\r\nTransfer-Encoding: chunked")).find(" expect") !=
      std::string::npos);
  for (const std::string& fields : {std::string("Expect: 100-continue"),
                                    std::string("Expect: 100-continue\r\nContent-Length: 0")}) {
    EXPECT_TRUE(Outcome(Fields(fields)).find(" expect") == std::string::npos) << fields;
  }
  EXPECT_TRUE(Outcome(Fields10("Expect: 100-continue\r\nContent-Length: 5")).find(" expect") ==
              std::string::npos);
}

TEST(Http1Request, KeepAlive) {
  const auto keeps = [](const std::string& octets) {
    return Outcome(octets).find(" keep") != std::string::npos;
  };
  EXPECT_TRUE(keeps(Fields("x: y")));
  EXPECT_FALSE(keeps(Fields("Connection: close")));
  EXPECT_FALSE(keeps(Fields("Connection: CLOSE")));
  EXPECT_FALSE(keeps(Fields("Connection: x\r\nConnection: y,close")));
  EXPECT_FALSE(keeps(Fields("Connection: keep-alive, close")));
  EXPECT_FALSE(keeps(Fields10("x: y")));
  EXPECT_TRUE(keeps(Fields10("Connection: Keep-Alive")));
  EXPECT_FALSE(keeps(Fields10("Connection: keep-alive\r\nConnection: close")));
  EXPECT_TRUE(keeps(Fields("Connection: closed")));
}

TEST(Http1Request, Limits) {
  HeadLimits limits{.max_octets = 400, .max_target = 100, .max_fields = 4};
  Check(
      {
          {Line("GET /" + std::string(99, 'a') + " HTTP/1.1"), kOk},
          {Line("GET /" + std::string(100, 'a') + " HTTP/1.1"), 414},
          {Line("GET /" + std::string(170, 'a') + " HTTP/1.1"), 414},
          {Line("GET /" + std::string(1000, 'a') + " HTTP/1.1"), 414},
          {"GET /" + std::string(1000, 'a'), 414},
          {std::string(500, 'G'), 501},
          {std::string(65, 'G') + " /" + std::string(500, 'a'), 501},
          {std::string(64, 'G') + " /" + std::string(500, 'a'), 414},
          {"GET" + std::string(500, '/'), 414},
          {Line(std::string(65, 'M') + " /" + std::string(99, 'a') + " HTTP/1.1"), 501},
          {Fields("a: b\r\nc: d\r\ne: f"), kOk},
          {Fields("a: b\r\nc: d\r\ne: f\r\ng: h"), 431},
          {Fields("a: " + std::string(500, 'b')), 431},
          {"GET / HTTP/1.1\r\na: " + std::string(1000, 'b'), 431},
      },
      limits);
  const std::string head = Fields("a: b");
  for (std::size_t size = 300; size < 500; ++size) {
    const std::string octets = Fields("a: " + std::string(size - head.size() + 1, 'b'));
    Check({{octets, octets.size() <= 400 ? kOk : 431}}, limits);
  }
  limits = {.max_octets = 50, .max_target = 100, .max_fields = 4};
  Check({{Line("GET /" + std::string(99, 'a') + " HTTP/1.1"), 414},
         {Line(std::string(40, 'M') + " / HTTP/1.1"), 414}},
        limits);
}

TEST(Http1Request, TakesExactlyItsHead) {
  const std::string head = "\r\nGET /x?y HTTP/1.1\r\nHost: a\r\nX:  y \r\nEmpty:\r\n\r\n";
  EXPECT_EQ(Outcome(head + "GET /smuggled HTTP/1.1\r\n\r\n"),
            "ok " + std::to_string(head.size()) +
                " GET /x?y 1.1 framing 0/0 keep\nHost=a;\nX=y;\nEmpty=;");
}

TEST(Http1Request, ResetReadsTheNextMessageAfresh) {
  RequestHeadParser parser{HeadLimits{}};
  const std::string one = Fields("Transfer-Encoding: chunked\r\nConnection: close");
  ASSERT_EQ(parser.Parse(one), HeadState::kComplete);
  const auto* storage = parser.head().fields.data();
  parser.Reset();
  const std::string two = Line("GET /two HTTP/1.1");
  ASSERT_EQ(parser.Parse(two), HeadState::kComplete);
  EXPECT_EQ(parser.head().target, "/two");
  EXPECT_EQ(parser.head().framing.kind, Framing::Kind::kNone);
  EXPECT_TRUE(parser.head().keep_alive);
  EXPECT_EQ(parser.head().fields.size(), 1u);
  EXPECT_EQ(parser.head().fields.data(), storage);  // nothing was allocated
}

TEST(Http1Request, ViewsFollowABufferThatMovedAfterTheEnd) {
  RequestHeadParser parser{HeadLimits{}};
  auto first = std::make_unique<std::string>(Line("GET /moved HTTP/1.1"));
  ASSERT_EQ(parser.Parse(*first), HeadState::kComplete);
  const std::string second = *first + "body";
  first.reset();
  ASSERT_EQ(parser.Parse(second), HeadState::kComplete);
  EXPECT_EQ(parser.head().target, "/moved");
  EXPECT_EQ(parser.head().fields[0].value, "a");
}

}  // namespace
}  // namespace weir::proxy::http1
