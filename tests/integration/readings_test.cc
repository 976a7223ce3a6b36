// What backends read in two ways, and what only trusted proxies may say, on the running proxy:
// each option of a listener, the reason of each refusal, what is logged and counted; and that
// `weir explain` says the same.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/explain/explain.h"
#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"

namespace weir::tests {
namespace {

class Readings : public ::testing::Test {
 protected:
  // A proxy whose listener has these clauses, and whose gateway these.
  void Serve(const std::string& listener, const std::string& gateway = "") {
    const std::string octets = Compiled(
        "service app {\n" + Endpoints({upstream_.port()}) +
        "}\ngateway edge {\n  listen http 127.0.0.1:8080 {\n" + listener +
        "\n  }\n  explain headers\n  log json stdout\n" + gateway +
        "  route internal { match path \"/internal\"\n"
        "    allow when client.address in [10.0.0.0/8]  forward app }\n"
        "  route secure { match path \"/secure\"  allow when scheme == \"https\"  forward app }\n"
        "  route admin { match path \"/admin/**\"  respond 403 }\n"
        "  route mode { match path \"/mode\"  deny when query.mode == \"admin\"  forward app }\n"
        "  route sid { match path \"/sid\"  deny when cookie.sid == \"bad\"  forward app }\n"
        "  route rest { match path \"/**\"  forward app }\n}\n");
    auto table = runtime::Table::LoadOctets(octets);
    ASSERT_TRUE(table.has_value());
    table_ = *table;
    proxy_ = std::make_unique<RunningProxy>(TableOctets(octets));
    ASSERT_TRUE(proxy_->started()) << proxy_->errors();
  }

  // "200 /path" as it arrived upstream, or "400 reason".
  std::string Sent(const std::string& path, const compiler::Fields& fields = {}) {
    std::string more;
    for (const auto& [name, value] : fields) more += name + ": " + value + "\r\n";
    const Answer answer = Get(*proxy_, path, more);
    arrived_ = answer.body;
    compiler::Question question{.method = "GET", .url = path, .headers = fields};
    question.headers.insert(question.headers.begin(), {"host", "gw"});
    const auto said = compiler::Explain(*table_, question);
    EXPECT_TRUE(said.has_value()) << said.error();
    if (!said) return "";
    EXPECT_EQ(answer.status, said->forwarded ? 200 : said->status) << path << " " << more;
    if (answer.status != 200) {
      EXPECT_EQ(answer.reason(), said->reason) << path << " " << more;
      return std::to_string(answer.status) + " " + answer.reason();
    }
    const std::size_t start = answer.body.find(' ') + 1;
    return "200 " + answer.body.substr(start, answer.body.find(' ', start) - start);
  }

  // The value of a field as it arrived; "-": none did.
  std::string Arrived(const std::string& name) const {
    const std::size_t at = arrived_.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "-";
    const std::size_t start = at + name.size() + 4;
    return arrived_.substr(start, arrived_.find("\r\n", start) - start);
  }

  ScriptedUpstream upstream_{EchoHeads};
  std::shared_ptr<const runtime::Table> table_;
  std::unique_ptr<RunningProxy> proxy_;
  std::string arrived_;
};

TEST_F(Readings, PathParametersAreRefusedUnlessTheListenerKeepsThem) {
  Serve("");
  for (const char* path : {"/admin;x=1/u", "/a;", "/;/a", "/admin%3bx/u", "/public/..;/admin/u",
                           "/public/%2e%2e%3b/admin", "/public/.;x/admin"}) {
    EXPECT_EQ(Sent(path), "400 bad-request") << path;
  }
  EXPECT_EQ(Sent("/a/u"), "200 /a/u");
  EXPECT_EQ(Sent("/a?x=1;y=2"), "200 /a?x=1;y=2") << "no parameter is read here";
}

TEST_F(Readings, PathParametersAreKept) {
  Serve("path-parameters keep");
  EXPECT_EQ(Sent("/a;x=1/u"), "200 /a;x=1/u");
  EXPECT_EQ(Sent("/admin;x=1/u"), "200 /admin;x=1/u") << "another path, as the option says";
  EXPECT_EQ(Sent("/public/..;/admin/u"), "400 bad-request");
  EXPECT_EQ(Sent("/public/%2e%2e%3B/admin"), "400 bad-request");
}

TEST_F(Readings, PathParametersAreStripped) {
  Serve("path-parameters strip");
  EXPECT_EQ(Sent("/a;x=1/u;v=2"), "200 /a/u");
  EXPECT_EQ(Sent("/admin;x=1/u"), "403 respond");
  EXPECT_EQ(Sent("/admin%3bx=1"), "403 respond");
  EXPECT_EQ(Sent("/public/..;/admin/u"), "400 bad-request");
}

TEST_F(Readings, AParameterThatIsReadComesOnce) {
  Serve("");
  EXPECT_EQ(Sent("/mode?mode=x"), "200 /mode?mode=x");
  EXPECT_EQ(Sent("/mode?mode=admin"), "403 denied");
  EXPECT_EQ(Sent("/mode?m%6Fde=admin"), "403 denied") << "names are compared decoded";
  EXPECT_EQ(Sent("/mode?other=1&other=2"), "200 /mode?other=1&other=2");
  for (const char* query : {"mode=x&mode=admin", "mode=x&m%6fde=admin", "mode[]=admin",
                            "mode[a]=admin", "x=1;mode=admin", "mode=x;mode=admin", "Mode=admin",
                            "mode=admin%00", "mode=%ff", "mode=%", "+mode=admin", "mode%00=x"}) {
    EXPECT_EQ(Sent(std::string("/mode?") + query), "400 bad-request") << query;
  }
}

TEST_F(Readings, OfDoubledParametersTheFirstCountsWhereTheListenerSaysSo) {
  Serve("query first");
  EXPECT_EQ(Sent("/mode?mode=x&mode=admin"), "200 /mode?mode=x&mode=admin");
  EXPECT_EQ(Sent("/mode?mode=admin&mode=x"), "403 denied");
  EXPECT_EQ(Sent("/mode?Mode=admin"), "200 /mode?Mode=admin");
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=a; sid=bad"}}), "400 bad-request") << "not of cookies";
}

TEST_F(Readings, ACookieThatIsReadComesOnce) {
  Serve("");
  EXPECT_EQ(Sent("/sid", {{"cookie", "a=1; sid=x"}}), "200 /sid");
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=bad"}}), "403 denied");
  EXPECT_EQ(Sent("/sid", {{"cookie", "a=1; a=2"}}), "200 /sid");
  for (const char* cookie : {"sid=x; sid=bad", "sid=\"bad\"", "SID=bad", "sid=%62ad", "a=1,sid=bad",
                             "sid=x,bad", "s%69d=bad", "sid=%00"}) {
    EXPECT_EQ(Sent("/sid", {{"cookie", cookie}}), "400 bad-request") << cookie;
  }
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=x"}, {"cookie", "sid=bad"}}), "400 bad-request");
}

TEST_F(Readings, OfDoubledCookiesTheFirstCountsWhereTheListenerSaysSo) {
  Serve("cookies first");
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=x; sid=bad"}}), "200 /sid");
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=bad; sid=x"}}), "403 denied");
  EXPECT_EQ(Sent("/sid", {{"cookie", "sid=\"bad\""}}), "200 /sid");
  EXPECT_EQ(Sent("/mode?mode=x&mode=admin"), "400 bad-request") << "not of queries";
}

TEST_F(Readings, TheClientIsWhomATrustedProxyNames) {
  Serve("", "trusted-proxies [127.0.0.0/8]\n");
  const auto sent = [&](const std::string& chain) {
    return Sent("/internal", {{"x-forwarded-for", chain}});
  };
  for (const char* chain :
       {"10.1.2.3", "10.1.2.3:4711", "\"10.1.2.3\"", "\"10.1.2.3:4711\"", "[::ffff:10.1.2.3]:80",
        "\"[::ffff:a01:203]:80\"", "unknown, 10.1.2.3", "6.6.6.6, 10.1.2.3:1, 127.0.0.1"}) {
    EXPECT_EQ(sent(chain), "200 /internal") << chain;
  }
  for (const char* chain : {"203.0.113.5", "203.0.113.5:4711", "[2001:db8::1]:443", "[2001:db8::1]",
                            "\"203.0.113.5:1\"", "2001:db8::1", "10.1.2.3, 203.0.113.5:80"}) {
    EXPECT_EQ(sent(chain), "403 not-allowed") << chain;
  }
}

TEST_F(Readings, AClientThatIsNoAddressIsRefusedCountedAndLogged) {
  Serve("", "trusted-proxies [127.0.0.0/8]\n");
  const std::vector<std::string> chains{"unknown",
                                        "203.0.113.5,",
                                        "",
                                        "203.0.113.5:x",
                                        "_hidden",
                                        "10.1.2.3, unknown",
                                        "[203.0.113.5]:1",
                                        "10.1.2.3 ,, 127.0.0.1"};
  for (const std::string& chain : chains) {
    EXPECT_EQ(Sent("/internal", {{"x-forwarded-for", chain}}), "400 forwarded") << chain;
  }
  for (const std::string& line : proxy_->Log(chains.size())) {
    EXPECT_EQ(LogField(line, "reason"), "forwarded") << line;
    EXPECT_EQ(LogField(line, "status"), "400") << line;
  }
  EXPECT_EQ(MetricSum(*proxy_, "weir_requests_total", "reason=\"forwarded\""),
            static_cast<std::int64_t>(chains.size()));
}

TEST_F(Readings, ATrustedProxySaysSchemeHostAndPort) {
  Serve("", "trusted-proxies [127.0.0.0/8]\n");
  EXPECT_EQ(Sent("/secure"), "403 not-allowed");
  EXPECT_EQ(Sent("/secure", {{"x-forwarded-proto", "https"},
                             {"x-forwarded-host", "shop.example"},
                             {"x-forwarded-port", "8443"}}),
            "200 /secure");
  EXPECT_EQ(Arrived("x-forwarded-proto"), "https");
  EXPECT_EQ(Arrived("x-forwarded-host"), "shop.example");
  EXPECT_EQ(Arrived("x-forwarded-port"), "8443");
  EXPECT_EQ(Sent("/secure", {{"x-forwarded-proto", "WSS"}}), "200 /secure");
  EXPECT_EQ(Sent("/secure", {{"x-forwarded-proto", "http"}}), "403 not-allowed");
  EXPECT_EQ(Sent("/x", {{"x-forwarded-proto", "gopher"}}), "400 forwarded");
}

TEST_F(Readings, WhoIsNotTrustedSaysNothing) {
  Serve("", "trusted-proxies [192.0.2.0/24]\n");
  EXPECT_EQ(Sent("/secure", {{"x-forwarded-proto", "https"}}), "403 not-allowed");
  EXPECT_EQ(Sent("/internal", {{"x-forwarded-for", "10.1.2.3"}}), "403 not-allowed");
  EXPECT_EQ(Sent("/x", {{"x-forwarded-for", "unknown"},
                        {"x-forwarded-proto", "gopher"},
                        {"x-forwarded-host", "evil"},
                        {"x-forwarded-port", "1"},
                        {"x-real-ip", "10.1.2.3"}}),
            "200 /x");
  EXPECT_EQ(Arrived("x-forwarded-for"), "127.0.0.1");
  EXPECT_EQ(Arrived("x-forwarded-proto"), "http");
  EXPECT_EQ(Arrived("x-forwarded-host"), "gw");
  EXPECT_EQ(Arrived("x-forwarded-port"), "-");
  EXPECT_EQ(Arrived("x-real-ip"), "-");
}

}  // namespace
}  // namespace weir::tests
