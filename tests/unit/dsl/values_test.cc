// Values, patterns and the hash: tables of {input, expected}.
#include "dsl/resolve/values.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "dsl/resolve/pattern.h"

namespace weir::dsl::resolve {
namespace {

TEST(ValuesTest, Durations) {
  struct Case {
    std::string_view text;
    std::int64_t nanoseconds;
  };
  for (const Case& c : {Case{"2s", 2'000'000'000},
                        {"1.5s", 1'500'000'000},
                        {"25ms", 25'000'000},
                        {"1m", 60'000'000'000},
                        {"0s", 0},
                        {"2h", 7'200'000'000'000},
                        {"0.001ms", 1000},
                        {"365d", 31'536'000'000'000'000}}) {
    auto duration = ParseDuration(c.text);
    ASSERT_TRUE(duration) << c.text;
    EXPECT_EQ(duration->nanoseconds, c.nanoseconds) << c.text;
  }
  for (std::string_view bad : {"", "s", "2", "2 s", "-2s", "2sec", "2S", "1..5s", "1.s", ".5s",
                               "366d", "99999999999999999999s", "0.5ns", "2KiB"}) {
    EXPECT_FALSE(ParseDuration(bad)) << bad;
  }
}

TEST(ValuesTest, Sizes) {
  EXPECT_EQ(ParseSize("64KiB"), 65536u);
  EXPECT_EQ(ParseSize("1.5MiB"), 1572864u);
  EXPECT_EQ(ParseSize("10B"), 10u);
  for (std::string_view bad : {"64", "64KB", "64kib", "1.5B", "KiB", "9999999TiB"}) {
    EXPECT_FALSE(ParseSize(bad)) << bad;
  }
}

TEST(ValuesTest, Networks) {
  struct Case {
    std::string_view text;
    int prefix;
  };
  for (const Case& c : {Case{"10.0.0.0/8", 104},
                        {"10.1.2.3", 128},
                        {"0.0.0.0/0", 96},
                        {"::/0", 0},
                        {"2001:db8::/32", 32},
                        {"::1", 128}}) {
    auto network = ParseNetwork(c.text);
    ASSERT_TRUE(network) << c.text;
    EXPECT_EQ(network->prefix, c.prefix) << c.text;
  }
  EXPECT_EQ(ParseNetwork("10.0.0.1/8").error(),
            "'10.0.0.1/8' has bits set below its prefix: write 10.0.0.0/8");
  EXPECT_EQ(ParseNetwork("2001:db8::1/32").error(),
            "'2001:db8::1/32' has bits set below its prefix: write 2001:db8::/32");
  for (std::string_view bad : {"10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "/8", "x"}) {
    EXPECT_FALSE(ParseNetwork(bad)) << bad;
  }
  EXPECT_TRUE(ParseSocketAddress("127.0.0.1:80"));
  EXPECT_TRUE(ParseSocketAddress("[::1]:80"));
  for (std::string_view bad : {"127.0.0.1", "::1:80", "[127.0.0.1]:80", "127.0.0.1:0",
                               "127.0.0.1:65536", "localhost:80", ":80"}) {
    EXPECT_FALSE(ParseSocketAddress(bad)) << bad;
  }
}

TEST(ValuesTest, SpiffeIds) {
  EXPECT_EQ(SpiffeFault("spiffe://cluster.local/ns/default/sa/edge"), nullptr);
  EXPECT_EQ(SpiffeFault("spiffe://cluster.local"), nullptr);
  for (std::string_view bad : {"", "http://x/y", "spiffe://", "spiffe:///a", "spiffe://Cluster/a",
                               "spiffe://c/", "spiffe://c/a//b", "spiffe://c/../b",
                               "spiffe://c/a?b", "spiffe://c:80/a", "spiffe://c/a%20"}) {
    EXPECT_NE(SpiffeFault(bad), nullptr) << bad;
  }
}

TEST(ValuesTest, Hosts) {
  for (std::string_view good : {"a", "a.b", "a-b.c_d", "127.0.0.1", "[::1]"}) {
    EXPECT_EQ(HostFault(good), nullptr) << good;
  }
  for (std::string_view bad : {"", "A.b", "a..b", ".a", "a.", "a b", "a:80", "[x]", "a/b"}) {
    EXPECT_NE(HostFault(bad), nullptr) << bad;
  }
}

TEST(PatternTest, CanonicalPaths) {
  struct Case {
    std::string_view text, canonical;
  };
  for (const Case& c : {Case{"/", "/"},
                        {"/a/b", "/a/b"},
                        {"/a/", "/a/"},
                        {"//a", "/a"},
                        {"/a/./b", "/a/b"},
                        {"/a/../b", "/b"},
                        {"/a/..", "/"},
                        {"/a/b/..", "/a/"},
                        {"/..", "/"},
                        {"/%61", "/a"},
                        {"/%2f", "/%2F"},
                        {"/a b", "/a%20b"},
                        {"/%7e", "/~"},
                        {"/\xC3\xA9", "/%C3%A9"},
                        {"/a/.", "/a/"},
                        {"/%2e%2E/x", "/x"}}) {
    CanonicalText canonical = CanonicalPath(c.text);
    ASSERT_EQ(canonical.fault, nullptr) << c.text;
    EXPECT_EQ(canonical.text, c.canonical) << c.text;
    EXPECT_EQ(CanonicalPath(canonical.text).text, canonical.text) << c.text;
  }
  for (std::string_view bad :
       {"", "a", "/%", "/%2", "/%zz", "/%00", "/a\\b", "/a?b", "/a#b", "/\x01"}) {
    EXPECT_NE(CanonicalPath(bad).fault, nullptr) << bad;
  }
}

}  // namespace
}  // namespace weir::dsl::resolve
