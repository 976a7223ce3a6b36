// What is written parses back to what was meant, under our parser and under an
// independent strict one.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "proxy/http1/body.h"
#include "proxy/http1/head.h"
#include "proxy/http1/writer.h"
#include "tests/support/http1/strict.h"
#include "tests/support/random/seed.h"

namespace weir::proxy::http1 {
namespace {

using runtime::Field;

TEST(Http1Writer, Requests) {
  std::string out = "before|";
  const std::vector<Field> fields = {{"x-user", "u1"},
                                     {"content-length", "7"},
                                     {"Transfer-Encoding", "x"},
                                     {"connection", "x-user"},
                                     {"Content_Length", "1"},
                                     {"te", "trailers"},
                                     {"expect", "100-continue"},
                                     {"host", "evil"},
                                     {"upgrade", "h2c"},
                                     {"trailer", "x"},
                                     {"keep-alive", "5"},
                                     {"proxy-connection", "close"},
                                     {"empty", ""}};
  ASSERT_TRUE(
      WriteRequestHead("GET", "/a", true, "b=c", "h:1", fields, {Framing::Kind::kLength, 3}, out));
  EXPECT_EQ(out,
            "before|GET /a?b=c HTTP/1.1\r\nhost: h:1\r\nx-user: u1\r\nempty: \r\n"
            "content-length: 3\r\n\r\n");
  out.clear();
  ASSERT_TRUE(WriteRequestHead("DELETE", "/", true, "", "h", {}, {}, out));
  EXPECT_EQ(out, "DELETE /? HTTP/1.1\r\nhost: h\r\n\r\n");
  out.clear();
  ASSERT_TRUE(WriteRequestHead("PUT", "/", false, "", "h", {}, {Framing::Kind::kChunked, 0}, out));
  EXPECT_EQ(out, "PUT / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n");
}

TEST(Http1Writer, RefusesWhatWouldEndALineEarly) {
  const auto writes = [](std::string_view method, std::string_view path, std::string_view query,
                         std::string_view host, const Field& field) {
    std::string out = "kept";
    const bool written = WriteRequestHead(method, path, true, query, host, {&field, 1}, {}, out);
    EXPECT_TRUE(written || out == "kept");
    return written;
  };
  EXPECT_TRUE(writes("GET", "/", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GE T", "/", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("", "/", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "/ HTTP/1.1\r\nx: y", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "a", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "/a?b", "q", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "/", "q r", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "/", "q#r", "h", {"a", "b"}));
  EXPECT_FALSE(writes("GET", "/", "q", "h\r\nx: y", {"a", "b"}));
  EXPECT_TRUE(writes("GET", "/", "q", "", {"a", "b"}));  // HTTP/1.0 without Host
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"a", "b\r\nx: y"}));
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"a", "b\n"}));
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"a", std::string_view("\0", 1)}));
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"a:", "b"}));
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"a b", "b"}));
  EXPECT_FALSE(writes("GET", "/", "q", "h", {"", "b"}));
  std::string out;
  const Field bad{"a", "b\rc"};
  EXPECT_FALSE(WriteResponseHead(200, {&bad, 1}, {}, false, out));
  EXPECT_FALSE(WriteResponseHead(101, {}, {}, false, out));
  EXPECT_EQ(out, "");
}

TEST(Http1Writer, Responses) {
  const auto write = [](std::uint16_t status, const Framing& framing, bool close) {
    std::string out;
    const std::vector<Field> fields = {{"a", "b"}, {"Content-Length", "9"}, {"connection", "x"}};
    EXPECT_TRUE(WriteResponseHead(status, fields, framing, close, out));
    return out;
  };
  EXPECT_EQ(write(200, {Framing::Kind::kLength, 2}, false),
            "HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 2\r\n\r\n");
  EXPECT_EQ(write(503, {Framing::Kind::kLength, 0}, true),
            "HTTP/1.1 503 Service Unavailable\r\na: b\r\ncontent-length: 0\r\n"
            "connection: close\r\n\r\n");
  EXPECT_EQ(write(204, {Framing::Kind::kLength, 0}, false),
            "HTTP/1.1 204 No Content\r\na: b\r\n\r\n");
  EXPECT_EQ(write(304, {Framing::Kind::kNone, 0}, false),
            "HTTP/1.1 304 Not Modified\r\na: b\r\n\r\n");
  EXPECT_EQ(write(299, {Framing::Kind::kChunked, 0}, false),
            "HTTP/1.1 299 \r\na: b\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(write(200, {Framing::Kind::kUntilClose, 0}, false),
            "HTTP/1.1 200 OK\r\na: b\r\nconnection: close\r\n\r\n");
}

TEST(Http1Writer, LastChunkKeepsHarmlessTrailersOnly) {
  std::string out;
  const std::vector<Field> trailers = {
      {"x-sum", "1"}, {"content-length", "5"}, {"host", "x"}, {"x-bad", "a\r\nb: c"}};
  WriteChunk("", [&](std::string_view piece) { out.append(piece); });
  WriteChunk(std::string(26, 'x'), [&](std::string_view piece) { out.append(piece); });
  WriteLastChunk(trailers, out);
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n0\r\nx-sum: 1\r\n\r\n");
}

// Random messages through the writer, our parser and the independent one.
TEST(Http1Writer, WhatIsWrittenIsReadBack) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto upto = [&](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n + 1));
  };
  const auto text = [&](std::string_view octets, int least, int most) {
    std::string out;
    for (int n = least + upto(most - least); n > 0; --n) out += octets[random() % octets.size()];
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::string method = text("GETPOSUabz-_!", 1, 8);
    const std::string path = "/" + text("abc/%~.:@;=+", 0, 30);
    const std::string query = text("ab&=/?%+", 0, 10);
    std::vector<std::pair<std::string, std::string>> pairs;
    std::vector<Field> fields;
    for (int n = upto(6); n > 0; --n) {
      pairs.emplace_back("x" + text("abcXYZ-_.1", 0, 12), text("abc \t,;=\"\x80\xff:/", 0, 40));
    }
    for (const auto& [name, value] : pairs) fields.push_back({name, value});
    const std::string data = text("ab\r\n0;: ", 0, 200);
    const bool chunked = upto(1) == 0;
    std::string out;
    ASSERT_TRUE(WriteRequestHead(method, path, true, query, "a.example:80", fields,
                                 chunked ? Framing{Framing::Kind::kChunked, 0}
                                         : Framing{Framing::Kind::kLength, data.size()},
                                 out));
    if (chunked) {
      const std::size_t cut = static_cast<std::size_t>(upto(static_cast<int>(data.size())));
      WriteChunk(std::string_view(data).substr(0, cut),
                 [&](std::string_view piece) { out.append(piece); });
      WriteChunk(std::string_view(data).substr(cut),
                 [&](std::string_view piece) { out.append(piece); });
      WriteLastChunk({}, out);
    } else {
      out += data;
    }

    std::string why;
    const auto strictly = strict::ReadAll(out, &why);
    ASSERT_TRUE(strictly.has_value()) << why;
    ASSERT_EQ(strictly->size(), 1u);
    EXPECT_EQ(strictly->front().body, data);
    EXPECT_EQ(strictly->front().target, path + "?" + query);

    RequestHeadParser parser{HeadLimits{}};
    ASSERT_EQ(parser.Parse(out), HeadState::kComplete) << parser.refusal().detail;
    EXPECT_EQ(parser.head().method, method);
    ASSERT_EQ(parser.head().fields.size(), fields.size() + 2);
    BodyDecoder body(parser.head().framing, {});
    std::string read;
    std::string_view rest = std::string_view(out).substr(parser.octets());
    while (!rest.empty() && body.state() == BodyDecoder::State::kMore) {
      const auto step = body.Next(rest);
      read += step.data;
      rest.remove_prefix(step.consumed);
    }
    EXPECT_EQ(body.state(), BodyDecoder::State::kDone);
    EXPECT_EQ(read, data);
    EXPECT_TRUE(rest.empty());
  }
}

}  // namespace
}  // namespace weir::proxy::http1
