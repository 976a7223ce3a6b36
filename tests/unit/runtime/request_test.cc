// Tables of one request part and its canonical form; each group is a class of
// attack that some proxy was open to.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/request/address.h"
#include "runtime/request/canonical.h"

namespace weir::runtime {
namespace {

std::string Path(std::string_view path, bool keep_encoded = false, bool keep_slashes = false,
                 PathParameters parameters = PathParameters::kReject) {
  std::string out;
  const char* wrong = CanonicalisePath(path, {keep_encoded, keep_slashes, parameters}, out);
  return wrong ? "400" : out;
}

struct Case {
  const char *input, *expected;
};

TEST(CanonicalPath, EquivalentSpellingsBecomeOne) {
  const Case kCases[] = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/", "/a/"},
      {"/%61dmin", "/admin"},
      {"/%41%2d%2E%5f%7e", "/A-._~"},
      {"/a%2fb", "400"},
      {"/a%5cb", "400"},
      {"/a%3ab%3f", "/a%3Ab%3F"},
      {"/./a/./b/.", "/a/b/"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/..", "/"},
      {"/../../a", "/a"},
      {"/%2e%2e/a", "/a"},
      {"/x/.%2E/a", "/a"},
      {"//a///b//", "/a/b/"},
      {"/a//../b", "/a/b"},
      {"/a/..//b", "/b"},
      {"/...", "/..."},
      {"/a/.../b", "/a/.../b"},
      {"/%252e%252e/a", "/%252e%252e/a"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Path(c.input), c.expected) << c.input;
}

TEST(CanonicalPath, RefusesWhatCanBeReadInTwoWays) {
  for (const char* path :
       {"",       "a",      "/a\\b",  "/a#b",   "/%",           "/%4",   "/%g1",   "/a%0",
        "/%00",   "/a b",   "/a\tb",  "/\x7f",  "/\xc3\xa9",    "/a?b",  "/a%5Cb", "/a%2Fb",
        "/a;x/b", "/a%3bx", "/..;/a", "/.;x/a", "/%2e%2e%3b/a", "/a/..;"}) {
    EXPECT_EQ(Path(path), "400") << path;
  }
}

TEST(CanonicalPath, ListenerOptions) {
  EXPECT_EQ(Path("/a%2fb%5cc", true), "/a%2Fb%5Cc");
  EXPECT_EQ(Path("/a%2f..%2fb", true), "/a%2F..%2Fb");
  EXPECT_EQ(Path("/a//b/", false, true), "/a//b/");
  EXPECT_EQ(Path("/a//../b", false, true), "/a/b");
  EXPECT_EQ(Path("//..//a", false, true), "//a");
}

TEST(CanonicalPath, IsIdempotentOverAllShortPaths) {
  const std::string alphabet = "/.a%2eEfF";
  std::vector<std::string> paths{"/"};
  for (std::size_t length = 1; length < 7; ++length) {
    std::vector<std::string> next;
    for (const auto& path : paths) {
      if (path.size() == length) {
        for (char c : alphabet) next.push_back(path + c);
      }
    }
    for (const auto& path : next) {
      for (int options = 0; options < 4; ++options) {
        const std::string once = Path(path, options & 1, options & 2);
        if (once == "400") continue;
        ASSERT_EQ(Path(once, options & 1, options & 2), once) << path;
      }
    }
    paths = std::move(next);
  }
}

class Head {
 public:
  explicit Head(std::string target = "/") : target_(std::move(target)) {}
  Head& With(std::string name, std::string value) {
    lines_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  std::expected<CanonicalRequest, Refusal> Run(const CanonicalOptions& options = {}) {
    fields_.clear();
    for (const auto& [name, value] : lines_) fields_.push_back({name, value});
    RawRequest raw{method, target_, "http", minor_version, fields_};
    return canonicaliser_.Run(raw, facts, options);
  }
  // "STATUS" when refused, else "host authority path".
  std::string Summary() {
    const auto result = Run();
    if (!result) return std::to_string(result.error().status);
    return std::string(result->host) + " " + std::string(result->authority) + " " +
           std::string(result->path) + (result->has_query ? "?" + std::string(result->query) : "");
  }
  std::string method = "GET";
  int minor_version = 1;
  ConnectionFacts facts;

 private:
  std::string target_;
  std::vector<std::pair<std::string, std::string>> lines_;
  std::vector<Field> fields_;
  Canonicaliser canonicaliser_;
};

TEST(CanonicalHost, OneNameHasOneForm) {
  const Case kCases[] = {
      {"example.com", "example.com example.com /"},
      {"EXAMPLE.com.:8080", "example.com example.com:8080 /"},
      {" example.com\t", "example.com example.com /"},
      {"a_b.example", "a_b.example a_b.example /"},
      {"127.0.0.1:80", "127.0.0.1 127.0.0.1:80 /"},
      {"[::1]:8443", "[::1] [::1]:8443 /"},
      {"[2001:DB8:0:0::1]", "[2001:db8::1] [2001:db8::1] /"},
      {"[::ffff:1.2.3.4]", "[::ffff:1.2.3.4] [::ffff:1.2.3.4] /"},
      {"A.:", "a a /"},
      {"[::1]:", "[::1] [::1] /"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(Head().With("Host", c.input).Summary(), c.expected) << c.input;
}

TEST(CanonicalHost, RefusesWhatIsNoHost) {
  for (const char* host : {"",
                           ".",
                           "..",
                           "a..b",
                           ".a",
                           "a..",
                           "a b",
                           "a/b",
                           "a@b",
                           "u:p@b",
                           "a%2eb",
                           "a,b",
                           ":",
                           ":80",
                           "a::",
                           "a.:0",
                           "a:b",
                           "a:0",
                           "a:65536",
                           "a:080808",
                           "[::1",
                           "[::1]x",
                           "[1.2.3.4]",
                           "[v1.x]",
                           "[fe80::1%25eth0]",
                           "::1",
                           "\xc3\xa9.example",
                           "[::1].",
                           "a?b",
                           "a#b"}) {
    EXPECT_EQ(Head().With("Host", host).Summary(), "400") << host;
  }
  EXPECT_EQ(Head().Summary(), "400");
  EXPECT_EQ(Head().With("Host", "a").With("host", "a").Summary(), "400");
}

TEST(CanonicalTarget, Forms) {
  const Case kCases[] = {
      {"/a?b=c", "h h /a?b=c"},
      {"/a?", "h h /a?"},
      {"http://h/a?x", "h h /a?x"},
      {"HTTP://H./a", "h h /a"},
      {"http://h", "h h /"},
      {"http://h?q", "h h /?q"},
      {"http://other/a", "other other /a"},
      {"http://h:80/a", "h h:80 /a"},
      {"http://h:/a", "h h /a"},
      {"http://:80/a", "400"},
      {"http:///a", "400"},
      {"http://u@h/a", "400"},
      {"https://h/a", "400"},
      {"ftp://h/a", "400"},
      {"*", "400"},
      {"h:80", "400"},
      {"", "400"},
      {"a/b", "400"},
      {"/a#b", "400"},
      {"/a?b#c", "400"},
      {"/a?b c", "400"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(Head(c.input).With("Host", "h").Summary(), c.expected) << c.input;
  Head connect("h:443");
  connect.With("Host", "h").method = "CONNECT";
  EXPECT_EQ(connect.Summary(), "501");
  Head future("/");
  future.With("Host", "h").minor_version = 2;
  EXPECT_EQ(future.Summary(), "h h /");
  EXPECT_EQ(Head("http://a/").Summary(), "400") << "no Host at all";
  EXPECT_EQ(Head("http://a/").With("Host", "a b").Summary(), "400");
  EXPECT_EQ(Head("http://a/").With("Host", "a").With("Host", "b").Summary(), "400");
}

std::string Headers(const CanonicalRequest& request) {
  std::string out;
  for (const Header& header : request.headers) {
    out += std::string(header.name) + "=" + std::string(header.value) + "|";
  }
  return out;
}

TEST(CanonicalFields, LinesOfOneNameCombine) {
  Head head;
  head.With("Host", "h")
      .With("Accept", " a ")
      .With("X-B", "1")
      .With("ACCEPT", "b")
      .With("Cookie", "a=1")
      .With("cookie", "b=2");
  const auto request = head.Run();
  ASSERT_TRUE(request);
  EXPECT_EQ(Headers(*request), "accept=a, b|x-b=1|cookie=a=1; b=2|");
  EXPECT_EQ(request->Find("accept")->lines, 2u);
}

TEST(CanonicalFields, HopByHopFieldsGo) {
  Head head;
  head.With("Host", "h")
      .With("Connection", "close, X-Secret")
      .With("connection", "x_other,,")
      .With("Keep-Alive", "1")
      .With("TE", "trailers")
      .With("Transfer-Encoding", "chunked")
      .With("Upgrade", "h2c")
      .With("x-secret", "1")
      .With("X_Other", "1")
      .With("x-kept", "1")
      .With("Proxy-Connection", "x")
      .With("Trailer", "x");
  CanonicalOptions options;
  options.underscores = Underscores::kReject;
  const auto request = head.Run(options);
  ASSERT_TRUE(request);
  EXPECT_EQ(Headers(*request), "x-kept=1|");
}

TEST(CanonicalFields, ConnectionTakesNothingThatIsRead) {
  const std::string_view scalars[] = {"authorization", "x-tenant", "te"};
  CanonicalOptions options;
  options.scalar_fields = scalars;
  const auto sends = [&](const std::string& named, const std::string& field) {
    Head head;
    head.With("Host", "h").With("Connection", named).With(field, "1");
    return head.Run(options).has_value();
  };
  EXPECT_FALSE(sends("X-Tenant", "x-tenant"));
  EXPECT_FALSE(sends("close, authorization", "Authorization"));
  EXPECT_FALSE(sends("cookie", "Cookie"));
  EXPECT_TRUE(sends("x-other", "X-Other"));
  EXPECT_TRUE(sends("x-tenant", "X-Other")) << "it is not there";
  EXPECT_TRUE(sends("te", "TE")) << "it goes anyway";
}

TEST(CanonicalFields, UnderscoresAsTheListenerSays) {
  Head head;
  head.With("Host", "h").With("X_A", "1").With("x-a", "2");
  EXPECT_EQ(Headers(*head.Run()), "x-a=2|");
  CanonicalOptions options;
  options.underscores = Underscores::kKeep;
  EXPECT_EQ(Headers(*head.Run(options)), "x_a=1|x-a=2|");
  options.underscores = Underscores::kReject;
  EXPECT_FALSE(head.Run(options));
}

// Whoever stood there, a rule on client.address would take it for the proxy.
TEST(CanonicalClient, AnElementThatIsNoAddressIsRefused) {
  const Network trusted[] = {{*ParseAddress("10.0.0.0"), 104}};
  CanonicalOptions options;
  options.trusted_proxies = trusted;
  for (const char* chain : {"",
                            ",",
                            "unknown",
                            "203.0.113.5,",
                            "203.0.113.5, ,10.0.0.2",
                            "6.6.6.6, bad, 10.0.0.2",
                            "_hidden",
                            "203.0.113.5:",
                            "203.0.113.5:65536",
                            "203.0.113.5:x",
                            "203.0.113.5:4711:1",
                            "[203.0.113.5]:80",
                            "[2001:db8::1",
                            "[2001:db8::1]80",
                            "[2001:db8::1]:",
                            "\"203.0.113.5",
                            "\"\"",
                            "2001:db8::1%eth0",
                            "203.0.113.05",
                            "203.0.113.5 10.0.0.2"}) {
    Head head;
    head.With("Host", "h").With("X-Forwarded-For", chain);
    head.facts.peer_address = *ParseAddress("10.0.0.1");
    const auto request = head.Run(options);
    ASSERT_FALSE(request) << chain;
    EXPECT_EQ(ReasonName(request.error().reason), "forwarded") << chain;
    head.facts.peer_address = *ParseAddress("192.0.2.1");
    EXPECT_TRUE(head.Run(options)) << chain;
  }
}

TEST(CanonicalFields, ForwardingFieldsByTrust) {
  const Network trusted[] = {{*ParseAddress("10.0.0.0"), 104}};
  CanonicalOptions options;
  options.trusted_proxies = trusted;
  options.underscores = Underscores::kKeep;
  Head head;
  head.With("Host", "h").With("X-Real-IP", "1").With("Forwarded", "for=1").With("X-Weir-Peer", "1");
  head.With("X_Forwarded_User", "1").With("X-Forwarded-Proto", "WSS").With("X-Request-Id", "a b");
  head.With("X-Other", "1").With("X-Request-Id", "one");
  EXPECT_EQ(Headers(*head.Run(options)), "x-other=1|x-request-id=one|");
  EXPECT_EQ(head.Run(options)->scheme, "http");
  head.facts.peer_address = *ParseAddress("10.0.0.1");
  EXPECT_EQ(Headers(*head.Run(options)),
            "x-real-ip=1|forwarded=for=1|x-weir-peer=1|x_forwarded_user=1|x-forwarded-proto=WSS|"
            "x-other=1|x-request-id=one|");
  EXPECT_EQ(head.Run(options)->scheme, "https");
  for (const char* proto : {"", "ftp", "https, https", "https,http", "\"https\""}) {
    Head odd;
    odd.With("Host", "h").With("X-Forwarded-Proto", proto);
    EXPECT_TRUE(odd.Run(options)) << proto;
    odd.facts.peer_address = *ParseAddress("10.0.0.1");
    ASSERT_FALSE(odd.Run(options)) << proto;
    EXPECT_EQ(ReasonName(odd.Run(options).error().reason), "forwarded") << proto;
  }
}

TEST(CanonicalQuery, OneValueWhoeverReadsIt) {
  const std::string_view names[] = {"mode", "a_b", "f[x]", "id", "ID"};
  CanonicalOptions options;
  options.scalar_queries = names;
  const auto reads = [&](const std::string& query) {
    Head head("/?" + query);
    head.With("Host", "h");
    return head.Run(options).has_value();
  };
  for (const char* query :
       {"", "mode=x", "m%6Fde=x", "x=1&mode=%c3%a9&y", "mode", "&&mode=&", "model=1", "x=%",
        "x=%00", "x=1;y=2", "f[x]=1&f[y]=2", "id=1&ID=2", "modes[]=1", "f=1", "amode=1", "x=%ff"}) {
    EXPECT_TRUE(reads(query)) << query;
  }
  for (const char* query : {"mode=x&mode=admin",
                            "mode=x&m%6fde=admin",
                            "mode&mode",
                            "x=1;mode=admin",
                            "mode=x;y=1",
                            "mode;y=1",
                            "mode[]=admin",
                            "mode[0]=admin",
                            "mode=x&mode%5B%5D=admin",
                            "Mode=admin",
                            "MODE",
                            "+mode=1",
                            "%20mode=1",
                            "mode%00=1",
                            "mode%00x=1",
                            "a.b=1",
                            "a+b=1",
                            "a%20b=1",
                            "a[b=1",
                            "mode=admin%00",
                            "mode=%ff",
                            "mode=%c1%a1",
                            "mode=%ed%a0%80",
                            "mode=%f4%90%80%80",
                            "mode=%e2%82",
                            "mode=%",
                            "mode=%u0061",
                            "m%u006fde=1",
                            "Id=1",
                            "f[x]=1&f[x]=2"}) {
    EXPECT_FALSE(reads(query)) << query;
  }
  options.first_query = true;
  EXPECT_TRUE(reads("mode=x&mode=admin&Mode"));
}

TEST(CanonicalCookies, OneValueWhoeverReadsIt) {
  const std::string_view names[] = {"sid"};
  CanonicalOptions options;
  options.scalar_cookies = names;
  const auto reads = [&](const std::string& cookies) {
    Head head;
    head.With("Host", "h").With("Cookie", cookies);
    return head.Run(options).has_value();
  };
  for (const char* cookies : {"", "sid=a", "a=1; sid=b%3Ac%2f==; b=2", "sidx=1", "x=\"a,b\"; sid=1",
                              "a=sid", "sid", "x=%62", "sid=100%", "sid=\xc3\xa9"}) {
    EXPECT_TRUE(reads(cookies)) << cookies;
  }
  for (const char* cookies :
       {"sid=a; sid=b", "sid=a;sid=b", "sid=\"bad\"", "x=1,sid=bad", "sid=a,b=1", "sid=%62ad",
        "sid=%00", "sid=%2Dx", "SID=bad", "sid=a; Sid=b", "sid[]=bad", "s%69d=bad", "sid[x]=1"}) {
    EXPECT_FALSE(reads(cookies)) << cookies;
  }
  Head lines;
  lines.With("Host", "h").With("Cookie", "sid=a").With("Cookie", "sid=b");
  EXPECT_FALSE(lines.Run(options));
  options.first_cookies = true;
  EXPECT_TRUE(reads("sid=a; sid=\"b\""));
}

TEST(CanonicalPath, ParametersAsTheListenerSays) {
  const auto keep = [](const char* path) { return Path(path, true, false, PathParameters::kKeep); };
  const auto strip = [](const char* path) {
    return Path(path, false, false, PathParameters::kStrip);
  };
  EXPECT_EQ(keep("/admin;x=1/u%3bv"), "/admin;x=1/u%3Bv");
  EXPECT_EQ(strip("/admin;x=1/u%3bv"), "/admin/u");
  EXPECT_EQ(strip("/;x/admin;"), "/admin");
  EXPECT_EQ(strip("/a;x/../b"), "/b");
  EXPECT_EQ(keep("/...;x"), "/...;x");
  for (const char* path : {"/public/..;/admin", "/public/%2e%2e%3b/admin", "/.;/a", "/..;x=1",
                           "/a/.%2e;/b", "/%2E%3B"}) {
    EXPECT_EQ(keep(path), "400") << path;
    EXPECT_EQ(strip(path), "400") << path;
    EXPECT_EQ(Path(path), "400") << path;
  }
}

TEST(CanonicalFields, ScalarOnTwoLinesIsRefused) {
  const std::string_view scalars[] = {"authorization", "cookie"};
  CanonicalOptions options;
  options.scalar_fields = scalars;
  Head two;
  two.With("Host", "h").With("Authorization", "a").With("authorization", "a");
  EXPECT_FALSE(two.Run(options));
  EXPECT_TRUE(two.Run());
  Head cookies;
  cookies.With("Host", "h").With("Cookie", "a").With("Cookie", "b");
  EXPECT_TRUE(cookies.Run(options));
}

TEST(CanonicalFields, RefusesForbiddenOctets) {
  EXPECT_FALSE(Head().With("Host", "h").With("x y", "1").Run());
  EXPECT_FALSE(Head().With("Host", "h").With("", "1").Run());
  EXPECT_FALSE(Head().With("Host", "h").With("x", "a\nb").Run());
  EXPECT_FALSE(Head().With("Host", "h").With("x", std::string("a\0b", 3)).Run());
  EXPECT_FALSE(Head().With("Host", "h").With("x", "a\rb").Run());
  EXPECT_TRUE(Head().With("Host", "h").With("x", "a\tb\xff").Run());
}

TEST(CanonicalClient, OnlyTrustedProxiesAreBelieved) {
  const Network trusted[] = {{*ParseAddress("10.0.0.0"), 104}};
  CanonicalOptions options;
  options.trusted_proxies = trusted;
  const struct {
    const char *peer, *chain, *client;
  } kCases[] = {
      {"192.0.2.1", "1.1.1.1", "192.0.2.1"},
      {"10.0.0.1", "1.1.1.1", "1.1.1.1"},
      {"10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"},
      {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
      {"10.0.0.1", "bad, 1.1.1.1", "1.1.1.1"},  // what stands further left is the client's word
      {"10.0.0.1", "6.6.6.6, 1.1.1.1:80", "1.1.1.1"},
      {"10.0.0.1", "\"1.1.1.1:80\", 10.0.0.2:65535", "1.1.1.1"},
      {"10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
      {"10.0.0.1", "\"[2001:db8::1]:4711\"", "2001:db8::1"},
      {"192.0.2.1", "unknown", "192.0.2.1"},
      {"10.0.0.1", "2001:db8::1", "2001:db8::1"},
  };
  for (const auto& c : kCases) {
    Head head;
    head.With("Host", "h").With("X-Forwarded-For", c.chain);
    head.facts.peer_address = *ParseAddress(c.peer);
    const auto request = head.Run(options);
    ASSERT_TRUE(request);
    EXPECT_EQ(AddressText(request->client).view(), c.client) << c.peer << " " << c.chain;
  }
}

}  // namespace
}  // namespace weir::runtime
