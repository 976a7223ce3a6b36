// What `weir explain` says of a request is what the running proxy answers: of every
// listed fault of a head, and of random heads made of their pieces.
#include "compiler/explain/explain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/switched_upstream.h"
#include "tests/support/random/seed.h"

namespace weir::tests {
namespace {

using compiler::Fields;

struct Asked {
  std::string method = "GET";
  std::string target = "/open";
  Fields fields;
};

class Explained : public ::testing::Test {
 protected:
  // A proxy whose head may have so many fields, and so many octets.
  void Serve(int fields, const std::string& size) {
    const std::string policy =
        "api-keys keys {\n  header \"x-api-key\"\n  consumer bob sha256 "
        "\"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8\"\n}\n"
        "service app {\n" +
        Endpoints({app_.port()}) +
        "}\ngateway edge {\n  listen http 127.0.0.1:8080\n  explain headers\n"
        "  trusted-proxies [127.0.0.0/8]\n"
        "  max-body 100B\n  max-header-count " +
        std::to_string(fields) + "\n  max-headers " + size +
        "\n  route open { match path \"/open/**\"  forward app }\n"
        "  route small { match path \"/small\"  max-body 10B  forward app }\n"
        "  route own { match path \"/own\" method [GET, POST]  respond 204 }\n"
        "  route keyed { match path \"/keyed\"  authenticate keys  forward app }\n"
        "  route mode { match path \"/mode\"  deny when query.mode == \"admin\"  forward app }\n"
        "  route sid { match path \"/sid\"  deny when cookie.sid == \"bad\"  forward app }\n"
        "  route inner { match path \"/inner\"  allow when client.address in [10.0.0.0/8] and "
        "scheme == \"https\"  forward app }\n"
        "  route roles { match path \"/roles\"  deny when header.x-role == \"bad\"  forward app }\n"
        "}\n";
    const std::string octets = Compiled(policy);
    auto table = runtime::Table::LoadOctets(octets);
    ASSERT_TRUE(table.has_value());
    table_ = *table;
    proxy_ = std::make_unique<RunningProxy>(TableOctets(octets));
    ASSERT_TRUE(proxy_->started()) << proxy_->errors();
  }

  static std::string Written(const Asked& asked) {
    std::string text = asked.method + " " + asked.target + " HTTP/1.1\r\n";
    std::string body;
    for (const auto& [name, value] : asked.fields) {
      text += name + ": " + value + "\r\n";
      if (name == "content-length")
        body = std::string(std::strtoul(value.c_str(), nullptr, 10) % 200, 'x');
      if (name == "transfer-encoding") body = "0\r\n\r\n";
    }
    return text + "\r\n" + body;
  }

  // The reason that was told of.
  std::string Same(const Asked& asked, const std::string& consumer = "") {
    const auto said = compiler::Explain(*table_, {.method = asked.method,
                                                  .url = asked.target,
                                                  .headers = asked.fields,
                                                  .consumer = consumer});
    if (!said) {
      ADD_FAILURE() << said.error();
      return "";
    }
    Peer client(ConnectTo(proxy_->port()));
    client.Write(Written(asked));
    const Answer answer = ReadAnswer(client);
    const int status = said->forwarded ? 200 : said->status;
    EXPECT_EQ(answer.status, status) << said->reason << ": " << said->detail << "\n"
                                     << Written(asked).substr(0, 600);
    if (!said->forwarded) {
      EXPECT_EQ(answer.reason(), said->reason) << Written(asked).substr(0, 600);
    }
    return said->reason;
  }

  SwitchedUpstream app_;
  std::shared_ptr<const runtime::Table> table_;
  std::unique_ptr<RunningProxy> proxy_;
};

const std::pair<std::string, std::string> kHost{"host", "gw"};

TEST_F(Explained, TheHeadIsReadAlike) {
  Serve(5, "2KiB");
  const std::vector<std::pair<int, Fields>> heads{
      {200, {}},
      {200, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}},
      {431, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}}},
      {431, {{"a", std::string(3000, 'x')}}},
      {400, {{"host", "other"}}},
      {400, {{"content-length", "abc"}}},
      {400, {{"content-length", ""}}},
      {400, {{"content-length", "+1"}}},
      {400, {{"content-length", "1, 1"}}},
      {400, {{"content-length", "9223372036854775808"}}},
      {400, {{"content-length", "1"}, {"content-length", "1"}}},
      {200, {{"content-length", "007"}}},
      {413, {{"content-length", "101"}}},
      {400, {{"content_length", "1"}}},
      {400, {{"transfer_encoding", "chunked"}}},
      {200, {{"transfer-encoding", "chunked"}}},
      {200, {{"transfer-encoding", "Chunked"}}},
      {501, {{"transfer-encoding", "gzip"}}},
      {501, {{"transfer-encoding", "gzip;level=1, br"}}},
      {400, {{"transfer-encoding", "gzip, chunked"}}},
      {400, {{"transfer-encoding", "chunked;a=b"}}},
      {400, {{"transfer-encoding", "gzip,, br"}}},
      {400, {{"transfer-encoding", ""}}},
      {400, {{"transfer-encoding", "chunked"}, {"content-length", "1"}}},
      {417, {{"expect", "nonsense"}}},
      {417, {{"expect", "100-continue"}, {"expect", "100-continue"}}},
      {200, {{"expect", "100-Continue"}}},
      {400, {{"connection", "a b"}}},
      {400, {{"connection", "host;"}}},
      {400, {{"x\x80y", "1"}}},
      {400, {{"x", "a\x01"}}},
      {400, {{"authorization", "a"}, {"authorization", "b"}}},
      {200, {{"x_role", "bad"}}},
      {417, {{"expect", "x"}, {"content-length", "5"}}},
      {400, {{"expect", "x"}, {"content-length", "x"}}},
  };
  for (const auto& [status, fields] : heads) {
    Asked asked;
    asked.fields = fields;
    asked.fields.insert(asked.fields.begin(), kHost);
    Same(asked);
    const auto said =
        compiler::Explain(*table_, {.method = "GET", .url = "/open", .headers = asked.fields});
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->forwarded ? 200 : said->status, status) << Written(asked).substr(0, 200);
  }
}

TEST_F(Explained, LimitsAreExact) {
  Serve(128, "64KiB");
  const auto with = [&](std::string method, std::string target, std::size_t more = 0) {
    Asked asked{std::move(method), std::move(target), {kHost}};
    if (more > 0) asked.fields.emplace_back("a", std::string(more, 'x'));
    return Same(asked);
  };
  EXPECT_EQ(with("GET", "/open/" + std::string(16384 - 6, 'x')), "ok");
  EXPECT_EQ(with("GET", "/open/" + std::string(16384 - 5, 'x')), "target-too-long");
  EXPECT_EQ(with(std::string(64, 'M'), "/open"), "ok");
  EXPECT_EQ(with(std::string(65, 'M'), "/open"), "not-implemented");
  EXPECT_EQ(with(std::string(70000, 'M'), "/open"), "not-implemented");
  EXPECT_EQ(with("GET", "/open/" + std::string(70000, 'x')), "target-too-long");
  EXPECT_EQ(with("CONNECT", "/open"), "not-implemented");
  // "GET /open HTTP/1.1", "host: gw", "a: ..." and the empty line.
  const std::size_t around = 20 + 10 + 5 + 2;
  EXPECT_EQ(with("GET", "/open", 65536 - around), "ok");
  EXPECT_EQ(with("GET", "/open", 65536 - around + 1), "headers-too-large");
}

TEST_F(Explained, WhatIsDecidedIsAnsweredAlike) {
  Serve(10, "4KiB");
  const auto ask = [&](std::string method, std::string target, Fields fields = {},
                       const std::string& consumer = "") {
    fields.insert(fields.begin(), kHost);
    return Same({std::move(method), std::move(target), std::move(fields)}, consumer);
  };
  EXPECT_EQ(ask("POST", "/small", {{"content-length", "10"}}), "ok");
  EXPECT_EQ(ask("POST", "/small", {{"content-length", "11"}}), "body-too-large");
  EXPECT_EQ(ask("POST", "/own", {{"content-length", "150"}}), "respond");
  EXPECT_EQ(ask("PUT", "/own"), "method");
  EXPECT_EQ(ask("GET", "/nowhere"), "no-route");
  EXPECT_EQ(ask("GET", "/open/%2f"), "bad-request");
  EXPECT_EQ(ask("GET", "/roles", {{"x-role", "bad"}}), "denied");
  EXPECT_EQ(ask("GET", "/roles", {{"x_role", "bad"}}), "ok");
  EXPECT_EQ(ask("GET", "/keyed"), "unauthenticated");
  EXPECT_EQ(ask("GET", "/keyed", {{"x-api-key", "password"}}, "bob"), "ok");
}

TEST_F(Explained, RandomHeadsAreReadAlike) {
  Serve(6, "1KiB");
  const auto seed = static_cast<unsigned>(testing::Seed());
  const int count = static_cast<int>(testing::CasesOr(400));
  std::mt19937 random(seed);
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  int refused = 0;
  for (int i = 0; i < count; ++i) {
    Asked asked{pick({"GET", "GET", "POST", "brew", "a(b", "OPTIONS"}),
                pick({"/open",
                      "/open/x?q=1",
                      "/own",
                      "/small",
                      "/keyed",
                      "/roles",
                      "/a/../open",
                      "/open/%zz",
                      "/open/" + std::string(900, 'y'),
                      "/open;x=1",
                      "/sid",
                      "/sid",
                      "/a/..;/open",
                      "/mode?mode=x",
                      "/mode?mode=x&mode=admin",
                      "/mode?m%6Fde=admin",
                      "/mode?mode[]=admin",
                      "/mode?x;mode=admin",
                      "/inner",
                      "/inner"}),
                {kHost}};
    for (unsigned n = random() % 7; n > 0; --n) {
      asked.fields.emplace_back(
          pick({"a", "x-role", "x_role", "expect", "connection", "content-length",
                "transfer-encoding", "host", "x-api-key", "b c", "cookie", "cookie",
                "x-forwarded-for", "x-forwarded-proto", "x-real-ip"}),
          pick({"1",
                "7",
                "bad",
                "chunked",
                "gzip",
                "100-continue",
                "close",
                "a=b; c=d",
                "",
                "gw",
                "sid=x; sid=bad",
                "sid=bad",
                "Sid=\"bad\"",
                "10.1.2.3",
                "10.1.2.3:80, 127.0.0.1",
                "unknown",
                "https",
                "WS",
                std::string(200, 'z'),
                "\x7f"}));
    }
    SCOPED_TRACE("case " + std::to_string(i));
    // Who sends a key sends one that is not known: no consumer says so.
    bool keyed = false;
    for (const auto& field : asked.fields) keyed = keyed || field.first == "x-api-key";
    if (keyed && asked.target == "/keyed") continue;
    refused += Same(asked) != "ok";
    if (HasFailure()) return;
  }
  if (count >= 400) {
    EXPECT_GT(refused, 100);
    EXPECT_LT(refused, count * 19 / 20);
  }
}

}  // namespace
}  // namespace weir::tests
