// The model's canonical request, rule by rule (spec/rules/canonical.md).
#include "spec/model/canonical.h"

#include <gtest/gtest.h>

#include <tuple>

#include "spec/model/address.h"
#include "spec/model/host.h"
#include "spec/model/path.h"

namespace weir::model {
namespace {

using syntax::Listener;

struct Case {
  RawRequest raw{.method = "GET", .target = "/", .fields = {{"Host", "a.test"}}};
  Listener listener;
  std::vector<syntax::Network> trusted;
  std::uint32_t loops_allowed = 0;

  std::expected<CanonicalRequest, Refusal> Run() const {
    syntax::Policy policy;
    policy.gateways.push_back({.listeners = {listener}, .trusted_proxies = trusted});
    return Canonicalise(policy, 0, raw,
                        {.peer_address = *ParseAddress("10.0.0.9"),
                         .via = "edge-1",
                         .loops_allowed = loops_allowed});
  }
  int Status() const {
    const auto result = Run();
    return result ? 0 : result.error().status;
  }
};

TEST(Canonical, Targets) {
  const struct {
    const char* method;
    const char* target;
    int status;  // 0: accepted
  } rows[] = {
      {"GET", "/a?b", 0},
      {"BREW", "/", 0},
      {"CONNECT", "a.test:80", 501},
      {"CONNECT", "/", 501},
      {"OPTIONS", "*", 200},
      {"OPTIONS", "http://a.test", 200},
      {"OPTIONS", "http://a.test/", 0},
      {"OPTIONS", "http://a.test?", 0},
      {"OPTIONS", "https://a.test", 400},
      {"GET", "*", 400},
      {"OPTIONS", "**", 400},
      {"GET", "a.test:80", 400},
      {"GET", "http://a.test/", 0},
      {"GET", "HTTP://A.test./x", 0},
      {"GET", "https://a.test/", 400},
      {"GET", "http://b.test/", 0},
      {"GET", "http://u@a.test/", 400},
      {"GET", "/#x", 400},
      {"GET", "/?#", 400},
      {"G T", "/", 400},
      {"GET", "", 400},
      {"GET", "http://a.test", 0},
  };
  for (const auto& row : rows) {
    Case c;
    c.raw.method = row.method;
    c.raw.target = row.target;
    EXPECT_EQ(c.Status(), row.status) << row.method << " " << row.target;
  }
}

TEST(Canonical, Paths) {
  const struct {
    const char* path;
    const char* canonical;  // null: refused
  } rows[] = {
      {"/a/./b/../c", "/a/c"},  {"/../../a", "/a"},     {"/a/..", "/"},
      {"/a/.", "/a/"},          {"/a//../b", "/a/b"},   {"//a///b/", "/a/b/"},
      {"/%61%7e", "/a~"},       {"/%3a%2A", "/%3A%2A"}, {"/%2e%2e/a", "/a"},
      {"/a%2Fb", nullptr},      {"/a%5cb", nullptr},    {"/a\\b", nullptr},
      {"/%00", nullptr},        {"/%", nullptr},        {"/%4", nullptr},
      {"/%gg", nullptr},        {"/\x80", nullptr},     {"/a b", nullptr},
      {"/a;p=1/..;x", nullptr},
  };
  for (const auto& row : rows) {
    const auto got = CanonicalPath(row.path, Listener());
    EXPECT_EQ(got, row.canonical ? std::optional<std::string>(row.canonical) : std::nullopt)
        << row.path;
  }
  Listener keeps;
  keeps.encoded_slash = Listener::EncodedSlash::kKeep;
  keeps.slashes = Listener::Slashes::kKeep;
  EXPECT_EQ(CanonicalPath("/a%2f..%2fb//c", keeps), "/a%2F..%2Fb//c");
}

TEST(Canonical, Hosts) {
  const struct {
    const char* text;
    const char* host;  // null: refused
  } rows[] = {
      {"A.Test", "a.test"},
      {"a.test.", "a.test"},
      {"a.test:080", "a.test"},
      {"x_y", "x_y"},
      {"[2001:DB8::0]:1", "[2001:db8::]"},
      {"[::ffff:10.0.0.1]", "[::ffff:10.0.0.1]"},
      {"", nullptr},
      {".", nullptr},
      {"a..b", nullptr},
      {".a", nullptr},
      {"a.test..", nullptr},
      {"a:", "a"},
      {"[::1]:", "[::1]"},
      {":", nullptr},
      {":80", nullptr},
      {"a::", nullptr},
      {"a:0", nullptr},
      {"a:65536", nullptr},
      {"a:x", nullptr},
      {"a b", nullptr},
      {"u@a", nullptr},
      {"a%2eb", nullptr},
      {"[1.2.3.4]", nullptr},
      {"[::1", nullptr},
      {"[::1]a", nullptr},
  };
  for (const auto& row : rows) {
    const auto got = CanonicalAuthority(row.text);
    ASSERT_EQ(got.has_value(), row.host != nullptr) << row.text;
    if (got) {
      EXPECT_EQ(got->host, row.host) << row.text;
    }
  }
  Case none;
  none.raw.fields.clear();
  EXPECT_EQ(none.Status(), 400);
  none.raw.minor_version = 0;
  ASSERT_EQ(none.Status(), 0);
  EXPECT_EQ(none.Run()->host, "");
  EXPECT_EQ(none.Run()->authority, "");
  none.raw.target = "http://b.test:8/";
  ASSERT_EQ(none.Status(), 0);
  EXPECT_EQ(none.Run()->authority, "b.test:8");
  Case two;
  two.raw.fields.emplace_back("host", "a.test");
  EXPECT_EQ(two.Status(), 400);
}

TEST(Canonical, Loops) {
  const struct {
    const char* via;
    int times;
  } rows[] = {
      {"1.1 edge-1", 1},
      {"1.0 a, 1.1 EDGE-1", 1},
      {"1.1 edge-1 (one, two), 2 edge-1(x)", 2},
      {"HTTP/1.1\t edge-1", 1},
      {"1.1 edge-12, 1.1 edge", 0},
      {"edge-1", 0},
      {"1.1 edge-1:80", 0},
      {"1.1 a edge-1", 0},
      {",, 1.1 edge-1,", 1},
      {"", 0},
  };
  for (const auto& row : rows) {
    for (std::uint32_t allowed = 0; allowed < 4; ++allowed) {
      Case c;
      c.raw.fields.emplace_back("Via", row.via);
      c.loops_allowed = allowed;
      EXPECT_EQ(c.Status(), row.times > static_cast<int>(allowed) ? 508 : 0) << row.via << allowed;
    }
  }
  Case split;
  split.raw.fields.emplace_back("Via", "1.1 a");
  split.raw.fields.emplace_back("via", "1.1 edge-1");
  EXPECT_EQ(split.Status(), 508);
  split.raw.target = "/%";  // what is wrong with it comes first
  EXPECT_EQ(split.Status(), 400);
}

TEST(Canonical, MaxForwards) {
  const struct {
    const char* method;
    const char* hops;
    int status;
  } rows[] = {
      {"OPTIONS", "0", 200},
      {"OPTIONS", "000", 200},
      {"OPTIONS", "1", 0},
      {"TRACE", "0", 501},
      {"TRACE", "10", 0},
      {"TRACE", "", 400},
      {"OPTIONS", "-1", 400},
      {"OPTIONS", "1x", 400},
      {"GET", "0", 0},
      {"GET", "x", 0},
      {"TRACE", "99999999999999999999999", 0},
  };
  for (const auto& row : rows) {
    Case c;
    c.raw.method = row.method;
    c.raw.fields.emplace_back("Max-Forwards", row.hops);
    EXPECT_EQ(c.Status(), row.status) << row.method << " " << row.hops;
  }
}

TEST(Canonical, Addresses) {
  for (const char* text :
       {"10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8"}) {
    ASSERT_TRUE(ParseAddress(text)) << text;
    EXPECT_EQ(AddressText(*ParseAddress(text)), text);
  }
  EXPECT_EQ(ParseAddress("::ffff:10.0.0.1"), ParseAddress("10.0.0.1"));
  EXPECT_EQ(AddressText(*ParseAddress("1:0:0:2:0:0:0:3")), "1:0:0:2::3");
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", " 1.2.3.4", "1.2.3.4:80",
        ":::", "1::2::3", "12345::", "::1%eth0", "[::1]", "1:2:3:4:5:6:7"}) {
    EXPECT_FALSE(ParseAddress(text)) << text;
  }
  EXPECT_TRUE(Contains({*ParseAddress("10.1.0.0"), 112, ""}, *ParseAddress("10.1.255.1")));
  EXPECT_FALSE(Contains({*ParseAddress("10.1.0.0"), 112, ""}, *ParseAddress("10.2.0.1")));
}

TEST(Canonical, ConnectionNamesWhatGoes) {
  Case c;
  c.trusted = {{*ParseAddress("10.0.0.0"), 104, ""}};
  c.raw.fields.insert(c.raw.fields.end(), {{"Connection", "close, X-A, x-forwarded-for"},
                                           {"X-A", "1"},
                                           {"X-B", "2"},
                                           {"TE", "trailers"},
                                           {"X-Forwarded-For", "203.0.113.5"}});
  const auto request = c.Run();
  ASSERT_TRUE(request);
  EXPECT_EQ(HeaderValue(*request, "x-a"), std::nullopt);
  EXPECT_EQ(HeaderValue(*request, "te"), std::nullopt);
  EXPECT_EQ(HeaderValue(*request, "x-b"), "2");
  EXPECT_EQ(AddressText(request->client), "203.0.113.5");
}

TEST(Canonical, ClientAddressWalk) {
  const struct {
    const char* chain;
    const char* client;
  } rows[] = {
      {"203.0.113.5", "203.0.113.5"},
      {"6.6.6.6, 203.0.113.5, 10.1.1.1", "203.0.113.5"},
      {"10.2.2.2, 10.1.1.1", "10.2.2.2"},
      {"203.0.113.5, unknown, 10.1.1.1", "400"},
      {"203.0.113.5,", "400"},
      {"", "400"},
      {"unknown, 203.0.113.5:80", "203.0.113.5"},
  };
  for (const auto& row : rows) {
    Case c;
    c.trusted = {{*ParseAddress("10.0.0.0"), 104, ""}};
    c.raw.fields.emplace_back("X-Forwarded-For", row.chain);
    const auto request = c.Run();
    EXPECT_EQ(request ? AddressText(request->client) : "400", row.client) << row.chain;
    if (!request) {
      EXPECT_EQ(request.error().reason, "forwarded");
    }
    c.trusted.clear();
    EXPECT_EQ(AddressText(c.Run()->client), "10.0.0.9") << "nobody is trusted";
  }
}

TEST(Canonical, ConnectionTakesNothingThatIsRead) {
  for (const auto& [named, field, served] : {std::tuple{"authorization", "Authorization", false},
                                             {"close, Cookie", "cookie", false},
                                             {"x-other", "X-Other", true},
                                             {"authorization", "X-Other", true},
                                             {"te", "TE", true}}) {
    Case c;
    c.raw.fields.emplace_back("Connection", named);
    c.raw.fields.emplace_back(field, "1");
    EXPECT_EQ(c.Run().has_value(), served) << named << " " << field;
  }
}

TEST(Canonical, UnderscoresByChoice) {
  for (const auto choice : {Listener::Underscores::kDrop, Listener::Underscores::kKeep,
                            Listener::Underscores::kReject}) {
    Case c;
    c.listener.underscores = choice;
    c.raw.fields.emplace_back("X_A", "1");
    const auto request = c.Run();
    ASSERT_EQ(request.has_value(), choice != Listener::Underscores::kReject);
    if (!request) continue;
    EXPECT_EQ(HeaderValue(*request, "x_a").has_value(), choice == Listener::Underscores::kKeep);
  }
}

TEST(Canonical, LinesCombineButScalarsMayNot) {
  Case c;
  c.raw.fields.insert(c.raw.fields.end(),
                      {{"X-A", " 1"}, {"Cookie", "a=1"}, {"x-a", "2"}, {"COOKIE", "b=2"}});
  const auto request = c.Run();
  ASSERT_TRUE(request);
  EXPECT_EQ(HeaderValue(*request, "x-a"), "1, 2");
  EXPECT_EQ(HeaderValue(*request, "cookie"), "a=1; b=2");
  EXPECT_EQ(request->headers[0].name, "x-a");
  for (const char* name : {"Authorization", "content-type"}) {
    Case scalar;
    scalar.raw.fields.insert(scalar.raw.fields.end(), {{name, "1"}, {name, "1"}});
    EXPECT_EQ(scalar.Status(), 400) << name;
  }
}

}  // namespace
}  // namespace weir::model
