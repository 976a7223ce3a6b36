// Probes of response heads: framing, and what is no answer at all.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http1/head.h"
#include "tests/unit/proxy/http1_feed.h"

namespace weir::proxy::http1 {
namespace {

std::string Feed(std::string_view octets, std::string_view method,
                 const std::vector<std::size_t>& cuts, const HeadLimits& limits) {
  ResponseHeadParser parser(limits);
  std::unique_ptr<std::string> buffer;
  HeadState state = HeadState::kIncomplete;
  for (std::size_t i = 0; i <= cuts.size() && state == HeadState::kIncomplete; ++i) {
    auto next =
        std::make_unique<std::string>(octets.substr(0, i < cuts.size() ? cuts[i] : octets.size()));
    state = parser.Parse(*next, method);
    buffer = std::move(next);
  }
  if (state == HeadState::kIncomplete) return "more";
  if (state == HeadState::kBad) return std::string("bad ") + parser.error();
  const ResponseHead& head = parser.head();
  constexpr const char* kKinds[] = {"none", "length", "chunked", "close"};
  std::string out = std::to_string(head.status) + " " + kKinds[static_cast<int>(head.framing.kind)];
  if (head.framing.kind == Framing::Kind::kLength) out += " " + std::to_string(head.framing.length);
  EXPECT_EQ(parser.octets(), octets.find("\r\n\r\n") + 4);
  return out + (head.keep_alive ? " keep" : " end");
}

// A row: the head, the request's method, and the outcome's beginning.
struct Probe {
  std::string octets;
  const char* method;
  const char* outcome;
};

void Check(const std::vector<Probe>& probes, const HeadLimits& limits = {}) {
  for (const Probe& probe : probes) {
    const std::string outcome = OneOutcome(probe.octets, [&](const auto& cuts) {
      return Feed(probe.octets, probe.method, cuts, limits);
    });
    const std::string_view wanted = probe.outcome;
    EXPECT_EQ(outcome.substr(0, wanted.size()), wanted) << Shown(probe.octets) << "\n" << outcome;
  }
}

std::string Answer(const std::string& line, const std::string& fields = "") {
  return line + "\r\n" + fields + (fields.empty() ? "" : "\r\n") + "\r\n";
}

TEST(Http1Response, StatusLines) {
  Check({
      {Answer("HTTP/1.1 200 OK"), "GET", "200 close end"},
      {Answer("HTTP/1.1 200 "), "GET", "200 close end"},
      {Answer("HTTP/1.1 200"), "GET", "200 close end"},
      {Answer("HTTP/1.1 204"), "GET", "204 none keep"},
      {Answer("HTTP/1.1 20"), "GET", "bad"},
      {Answer("HTTP/1.1 200OK"), "GET", "bad"},
      {Answer("HTTP/1.1 200 \tvery \xc3\xa9 fine"), "GET", "200 close end"},
      {Answer("HTTP/1.0 200 OK"), "GET", "200 close end"},
      {Answer("HTTP/1.1 599 x"), "GET", "599"},
      {Answer("HTTP/1.1  200 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 20 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 2000 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 099 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 600 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 2x0 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 -20 OK"), "GET", "bad"},
      {Answer("HTTP/1.1\t200 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 200\tOK"), "GET", "bad"},
      {Answer("HTTP/1.2 200 OK"), "GET", "200 close end"},
      {Answer("HTTP/1.x 200 OK"), "GET", "bad"},
      {Answer("HTTP/2.0 200 OK"), "GET", "bad"},
      {Answer("HTTP/2 200"), "GET", "bad"},
      {Answer("http/1.1 200 OK"), "GET", "bad"},
      {Answer("ICY 200 OK"), "GET", "bad"},
      {Answer(" HTTP/1.1 200 OK"), "GET", "bad"},
      {Answer("\r\nHTTP/1.1 200 OK"), "GET", "bad"},
      {Answer("HTTP/1.1 200 O\rK"), "GET", "bad"},
      {Answer("HTTP/1.1 200 O\nK"), "GET", "bad"},
      {Answer(std::string("HTTP/1.1 200 O\0K", 16)), "GET", "bad"},
      {Answer("HTTP/1.1 200 O\x7fK"), "GET", "bad"},
      {"HTTP/1.1 200 OK\n\n", "GET", "bad"},
      {"x", "GET", "bad"},
      {"", "GET", "more"},
      {"HTTP/1.1 200 OK\r\n", "GET", "more"},
      {Answer("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket"), "GET", "bad"},
      {Answer("HTTP/1.1 100 Continue"), "POST", "100 none keep"},
      {Answer("HTTP/1.1 103 Early Hints", "Link: </a>"), "GET", "103 none keep"},
  });
}

TEST(Http1Response, Framing) {
  const std::string ok = "HTTP/1.1 200 OK";
  const std::string chunked = "Transfer-Encoding: chunked";
  const std::string five = "Content-Length: 5";
  Check({
      {Answer(ok, five), "GET", "200 length 5 keep"},
      {Answer(ok, "Content-Length: 0"), "GET", "200 length 0 keep"},
      {Answer(ok, chunked), "GET", "200 chunked keep"},
      {Answer(ok, chunked + "\r\n" + five), "GET", "bad"},
      {Answer(ok, five + "\r\n" + chunked), "GET", "bad"},
      {Answer(ok, "Content-Length: 5, 5"), "GET", "200 length 5 keep"},
      {Answer(ok, "Content-Length: 5,5 ,\t05"), "GET", "200 length 5 keep"},
      {Answer(ok, "Content-Length: 5\r\ncontent-length: 5"), "GET", "200 length 5 keep"},
      {Answer(ok, "Content-Length: 5, 6"), "GET", "bad"},
      {Answer(ok, "Content-Length: 6\r\nContent-Length: 5\r\nContent-Length: 5"), "GET", "bad"},
      {Answer(ok, "Content-Length: 5,"), "GET", "bad"},
      {Answer(ok, "Content-Length: , 5"), "GET", "bad"},
      {Answer(ok, "Content-Length: 5, 5x"), "GET", "bad"},
      {Answer(ok, "Content-Length: 5, 5\r\nTransfer-Encoding: chunked"), "GET", "bad"},
      {Answer(ok, "Content-Length: -1"), "GET", "bad"},
      {Answer(ok, "Content-Length: 18446744073709551616"), "GET", "bad"},
      {Answer(ok, "Content-Length:"), "GET", "bad"},
      {Answer(ok, "Content-Length : 5"), "GET", "bad"},
      {Answer(ok, "Transfer-Encoding: gzip"), "GET", "bad"},
      {Answer(ok, "Transfer-Encoding: gzip, chunked"), "GET", "bad"},
      {Answer(ok, "Transfer-Encoding: chunked, chunked"), "GET", "bad"},
      {Answer(ok, "Transfer-Encoding: chunked, gzip"), "GET", "bad"},
      {Answer(ok, "Transfer_Encoding: chunked"), "GET", "bad"},
      {Answer("HTTP/1.0 200 OK", chunked), "GET", "bad"},
      {Answer("HTTP/1.0 200 OK", five), "GET", "200 length 5 end"},
      {Answer("HTTP/1.0 200 OK", five + "\r\nConnection: keep-alive"), "GET", "200 length 5 keep"},
      {Answer(ok, five + "\r\nConnection: close"), "GET", "200 length 5 end"},
      {Answer(ok, "Connection: keep-alive"), "GET", "200 close end"},
      {Answer(ok, five), "HEAD", "200 none keep"},
      {Answer(ok, chunked), "HEAD", "200 none keep"},
      {Answer(ok), "HEAD", "200 none keep"},
      {Answer(ok, chunked + "\r\n" + five), "HEAD", "bad"},
      {Answer(ok, five), "head", "200 length 5"},  // methods are told by case
      {Answer("HTTP/1.1 304 Not Modified", five), "GET", "304 none keep"},
      {Answer("HTTP/1.1 304 Not Modified", chunked), "GET", "304 none keep"},
      {Answer("HTTP/1.1 204 No Content"), "GET", "204 none keep"},
      {Answer("HTTP/1.1 204 No Content", "Content-Length: 0"), "GET", "204 none keep"},
      {Answer("HTTP/1.1 204 No Content", five), "GET", "bad"},
      {Answer("HTTP/1.1 204 No Content", chunked), "GET", "bad"},
      {Answer("HTTP/1.1 100 Continue", five), "POST", "bad"},
      {Answer("HTTP/1.1 205 Reset Content", "Content-Length: 0"), "POST", "205 length 0 keep"},
      {Answer(ok, "X: y\r\n folded"), "GET", "bad"},
      {Answer(ok, "X : y"), "GET", "bad"},
      {Answer(ok, "X: y\rz"), "GET", "bad"},
      {Answer(ok, "no colon"), "GET", "bad"},
      {Answer(ok, std::string("X: \0", 4)), "GET", "bad"},
  });
}

TEST(Http1Response, Limits) {
  const HeadLimits limits{.max_octets = 200, .max_fields = 2};
  Check(
      {
          {Answer("HTTP/1.1 200 OK", "A: b\r\nContent-Length: 1"), "GET", "200 length 1"},
          {Answer("HTTP/1.1 200 OK", "A: b\r\nC: d\r\nE: f"), "GET", "bad too many"},
          {Answer("HTTP/1.1 200 OK", "A: " + std::string(200, 'b')), "GET", "bad the head is too"},
          {Answer("HTTP/1.1 200 " + std::string(200, 'b')), "GET", "bad the head is too"},
      },
      limits);
}

TEST(Http1Response, SaysWhatAnAnswerToHeadAnnounced) {
  ResponseHeadParser parser{HeadLimits{}};
  const std::string octets = Answer("HTTP/1.1 200 OK", "Content-Length: 77");
  ASSERT_EQ(parser.Parse(octets, "HEAD"), HeadState::kComplete);
  EXPECT_EQ(parser.head().framing.kind, Framing::Kind::kNone);
  EXPECT_EQ(parser.head().announced.kind, Framing::Kind::kLength);
  EXPECT_EQ(parser.head().announced.length, 77u);
}

}  // namespace
}  // namespace weir::proxy::http1
