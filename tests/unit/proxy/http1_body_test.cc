// Probes of bodies: lengths, chunks, extensions and trailers, however cut.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "proxy/http1/body.h"
#include "tests/unit/proxy/http1_feed.h"

namespace weir::proxy::http1 {
namespace {

using State = BodyDecoder::State;

// "done DATA [trailers] rest N", "bad" or "more DATA": of the octets cut at `cuts`.
std::string Feed(std::string_view octets, const Framing& framing,
                 const std::vector<std::size_t>& cuts, const HeadLimits& limits) {
  BodyDecoder body(framing, limits);
  std::string data;
  std::size_t used = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : octets.size();
    const std::string piece(octets.substr(used, end - used));  // a buffer of its own
    std::string_view rest = piece;
    while (!rest.empty() && body.state() == State::kMore) {
      const BodyDecoder::Progress step = body.Next(rest);
      EXPECT_EQ(step.state, body.state());
      data += step.data;
      rest.remove_prefix(step.consumed);
      used += step.consumed;
      if (step.consumed == 0) break;
    }
  }
  if (body.state() == State::kBad) return "bad";
  EXPECT_EQ(body.received(), data.size());
  if (body.state() == State::kMore) return "more " + data;
  std::string out = "done " + data;
  for (const runtime::Field& field : body.trailers()) {
    out += " [" + std::string(field.name) + "=" + std::string(field.value) + "]";
  }
  return out + " rest " + std::to_string(octets.size() - used);
}

struct Probe {
  std::string octets;
  std::string outcome;
};

void Check(const std::vector<Probe>& probes, const HeadLimits& limits = {},
           const Framing& framing = {Framing::Kind::kChunked, 0}) {
  for (const Probe& probe : probes) {
    const std::string outcome = OneOutcome(
        probe.octets, [&](const auto& cuts) { return Feed(probe.octets, framing, cuts, limits); });
    EXPECT_EQ(outcome, probe.outcome) << Shown(probe.octets);
  }
}

TEST(Http1Body, Chunks) {
  Check({
      {"0\r\n\r\n", "done  rest 0"},
      {"5\r\nhello\r\n0\r\n\r\n", "done hello rest 0"},
      {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "done hello world rest 0"},
      {"A\r\n0123456789\r\n0\r\n\r\nGET /", "done 0123456789 rest 5"},
      {"a\r\n0123456789\r\n000\r\n\r\n", "done 0123456789 rest 0"},
      {"0000000000000005\r\nhello\r\n0\r\n\r\n", "done hello rest 0"},
      {"00000000000000005\r\nhello\r\n0\r\n\r\n", "bad"},
      {"10000000000000005\r\nhello\r\n0\r\n\r\n", "bad"},
      {"ffffffffffffffff\r\nhello", "bad"},
      {"8000000000000000\r\nhello", "bad"},
      {"7fffffffffffffff\r\nhello", "more hello"},
      {"5\r\nhel", "more hel"},
      {"5\r\nhello", "more hello"},
      {"5\r\nhello\r", "more hello"},
      {"5\r\nhello\r\n", "more hello"},
      {"5\r\nhello\r\n0\r\n", "more hello"},
      {"5\r\nhello\r\n0\r\n\r", "more hello"},
      {"5\r\nhelloX\r\n0\r\n\r\n", "bad"},
      {"5\r\nhello\n0\r\n\r\n", "bad"},
      {"5\r\nhello\r0\r\n\r\n", "bad"},
      {"5\r\nhello0\r\n\r\n", "bad"},
      {"5\r\nhell\r\n0\r\n\r\n", "bad"},
      {"5\nhello\r\n0\r\n\r\n", "bad"},
      {"5\rXhello\r\n0\r\n\r\n", "bad"},
      {"5\r\nhello\rX0\r\n\r\n", "bad"},
      {"5\r\nhelloX\n0\r\n\r\n", "bad"},
      {"5\r\nhello\r\n0\rX\r\n", "bad"},
      {"5\rhello\r\n0\r\n\r\n", "bad"},
      {"5\r\r\nhello\r\n0\r\n\r\n", "bad"},
      {"\r\n5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"5 \r\nhello\r\n0\r\n\r\n", "bad"},
      {" 5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"5\t\r\nhello\r\n0\r\n\r\n", "bad"},
      {"+5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"-5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"0x5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"5h\r\nhello\r\n0\r\n\r\n", "bad"},
      {"5_0\r\nhello\r\n0\r\n\r\n", "bad"},
      {"5,5\r\nhello\r\n0\r\n\r\n", "bad"},
      {"g\r\nhello\r\n0\r\n\r\n", "bad"},
      {";\r\nhello\r\n0\r\n\r\n", "bad"},
      {"\r\n\r\n", "bad"},
      {"\"5\"\r\nhello\r\n0\r\n\r\n", "bad"},
      {std::string("5\0\r\nhello\r\n0\r\n\r\n", 16), "bad"},
      {"0\n\r\n", "bad"},
      {"0\r\n\n", "bad"},
      {"0\r\n\rX", "more "},  // told at the line's end
      {"0\r\n\rX\r\n", "bad"},
  });
}

TEST(Http1Body, ExtensionsAreCheckedAndDropped) {
  const auto with = [](const std::string& extension) {
    return "5" + extension + "\r\nhello\r\n0\r\n\r\n";
  };
  const std::string good = "done hello rest 0";
  Check({
      {with(";x"), good},
      {with(";x=y"), good},
      {with(";x=\"y z\""), good},
      {with(";x=\"\""), good},
      {with(";x=\"a\\\"b\""), good},
      {with(";x;y=z;w=\"v\";u"), good},
      {"5\r\nhello\r\n0;last=\"one\"\r\n\r\n", good},
      {with(";"), "bad"},
      {with(";;"), "bad"},
      {with(";="), "bad"},
      {with(";x="), "bad"},
      {with(";x=;"), "bad"},
      {with("; x"), "bad"},
      {with(" ;x"), "bad"},
      {with(";x =y"), "bad"},
      {with(";x= y"), "bad"},
      {with(";x=y "), "bad"},
      {with(";x=y z"), "bad"},
      {with(";x=\"y"), "bad"},
      {with(";x=\"y\"z"), "bad"},
      {with(";x=\"y\" "), "bad"},
      {with(";x=\"y\r\n\""), "bad"},
      {with(";x=\"\n\""), "bad"},
      {with(";x=\"\\\n\""), "bad"},
      {with(";x\n"), "bad"},
      {with(";x\nxx"), "bad"},
      {with(";x\r"), "bad"},
      {with(";x\ry"), "bad"},
      {with(std::string(";x\0", 3)), "bad"},
      {with(";x=\"\x7f\""), "bad"},
      {with(";" + std::string(4095, 'x')), good},
      {with(";" + std::string(5000, 'x')), "bad"},
  });
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "1;a\r\nx\r\n";
  BodyDecoder body({Framing::Kind::kChunked, 0}, {});
  std::string_view rest = many;
  while (!rest.empty() && body.state() == State::kMore)
    rest.remove_prefix(body.Next(rest).consumed);
  EXPECT_EQ(body.state(), State::kBad);  // the bound is for the whole body
}

TEST(Http1Body, Trailers) {
  const auto with = [](const std::string& trailers) {
    return "1\r\nx\r\n0\r\n" + trailers + "\r\n";
  };
  Check({
      {with("A: b\r\n"), "done x [A=b] rest 0"},
      {with("A: b\r\nC:\r\n"), "done x [A=b] [C=] rest 0"},
      {with("A: b\r\n") + "more", "done x [A=b] rest 4"},
      {with("A : b\r\n"), "bad"},
      {with(" A: b\r\n"), "bad"},
      {with("A: b\r\n c\r\n"), "bad"},
      {with("A: b\n"), "bad"},
      {with("A\r\n"), "bad"},
      {with(": b\r\n"), "bad"},
      {with("A: b\rC: d\r\n"), "bad"},
      {with(std::string("A: \0\r\n", 6)), "bad"},
      {with("GET / HTTP/1.1\r\n"), "bad"},
  });
  for (const char* name :
       {"Content-Length", "Transfer-Encoding", "Host", "Authorization", "Connection", "Trailer",
        "Content-Type", "Set-Cookie", "Cookie", "X-Forwarded-For", "Forwarded", "TE", "Upgrade",
        "Expect", "X_User", "X-Request-Id", "Proxy-Authorization", "Access-Control-Allow-Origin"}) {
    Check({{with(std::string(name) + ": 5\r\nKept: 1\r\n"), "done x [Kept=1] rest 0"}});
  }
  const HeadLimits limits{.max_octets = 60, .max_fields = 3};
  Check(
      {
          {with("A: b\r\nC: d\r\nE: f\r\n"), "done x [A=b] [C=d] [E=f] rest 0"},
          {with("A: b\r\nC: d\r\nE: f\r\nG: h\r\n"), "bad"},
          {with("A: " + std::string(53, 'b') + "\r\n"),
           "done x [A=" + std::string(53, 'b') + "] rest 0"},
          {with("A: " + std::string(54, 'b') + "\r\n"), "bad"},
          {with("A: " + std::string(100, 'b') + "\r\n"), "bad"},
      },
      limits);
}

TEST(Http1Body, LengthsAndClose) {
  Check({{"hello", "done hello rest 0"}, {"hello!", "done hello rest 1"}, {"hell", "more hell"}},
        {}, {Framing::Kind::kLength, 5});
  Check({{"next", "done  rest 4"}}, {}, {Framing::Kind::kLength, 0});
  Check({{"next", "done  rest 4"}}, {}, {Framing::Kind::kNone, 0});
  Check({{"until the end", "more until the end"}}, {}, {Framing::Kind::kUntilClose, 0});
  EXPECT_EQ(BodyDecoder({Framing::Kind::kUntilClose, 0}, {}).Close(), State::kDone);
  EXPECT_EQ(BodyDecoder({Framing::Kind::kLength, 1}, {}).Close(), State::kBad);
  EXPECT_EQ(BodyDecoder({Framing::Kind::kLength, 0}, {}).Close(), State::kDone);
  EXPECT_EQ(BodyDecoder({Framing::Kind::kChunked, 0}, {}).Close(), State::kBad);
}

TEST(Http1Body, ALengthPastFourGibibytesIsCountedInFull) {
  BodyDecoder body({Framing::Kind::kLength, (std::uint64_t{1} << 32) + 3}, {});
  const std::string run(1 << 20, 'x');
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(body.Next(run).consumed, run.size());
  EXPECT_EQ(body.state(), State::kMore);
  EXPECT_EQ(body.Next("abcd").data, "abc");
  EXPECT_EQ(body.state(), State::kDone);
}

TEST(Http1Body, ResetStartsAfresh) {
  BodyDecoder body({Framing::Kind::kChunked, 0}, {});
  std::string_view rest = "1\r\nx\r\n0\r\nA: b\r\n\r\n";
  while (!rest.empty()) rest.remove_prefix(body.Next(rest).consumed);
  ASSERT_EQ(body.trailers().size(), 1u);
  body.Reset({Framing::Kind::kChunked, 0});
  EXPECT_TRUE(body.trailers().empty());
  rest = "0\r\n\r\n";
  while (!rest.empty()) rest.remove_prefix(body.Next(rest).consumed);
  EXPECT_EQ(body.state(), State::kDone);
  EXPECT_EQ(body.received(), 0u);
}

}  // namespace
}  // namespace weir::proxy::http1
