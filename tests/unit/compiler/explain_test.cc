#include "compiler/explain/explain.h"

#include <gtest/gtest.h>

#include "tests/support/sample/decide.h"
#include "tests/support/sample/sample_policy.h"

namespace weir::compiler {
namespace {

std::string Text(const Question& question) {
  static const auto table = tests::LowerAndLoad(tests::SamplePolicy());
  const auto explanation = Explain(*table, question);
  return explanation ? ToText(*explanation) : explanation.error();
}

TEST(Explain, TellsWhatIsForwardedAndWhy) {
  EXPECT_EQ(Text({.method = "GET",
                  .url = "http://api.example/users/7?a=b#top",
                  .claims = R"({"sub": "u1", "scope": "write read", "aud": "api"})"}),
            "gateway    edge, listener 127.0.0.1:8080 (http)\n"
            "decision   forward to users (weight 9) or canary (weight 1)\n"
            "route      users\n"
            "request    GET /users/7?a=b\n"
            "           host api.example, client 127.0.0.1\n"
            "routes     users: taken\n"
            "limits     per-ip: charged to [127.0.0.1], taken as admitted\n"
            "           per-user: charged to [users, u1], taken as admitted\n"
            "caller     a verified token of auth\n"
            "rules      fails: deny, of service users\n"
            "           fails: deny, of route users\n"
            "           holds: allow, of route users: decides\n"
            "upstream   GET /7?a=b&from=a%20b\n"
            "           host: api.example\n"
            "           x-forwarded-for: 127.0.0.1\n"
            "           x-forwarded-proto: http\n"
            "           x-forwarded-host: api.example\n"
            "           x-request-id: (a new id)\n"
            "           x-user: u1\n"
            "           via: 1.1 edge-000000000000\n"
            "response   ratelimit-limit: 5\n"
            "           ratelimit-remaining: 5\n"
            "           ratelimit-reset: 0\n"
            "           ratelimit: \"per-user\";r=5;t=0\n"
            "           ratelimit-policy: \"per-user\";q=5;w=60\n"
            "           vary: Origin\n");
}

TEST(Explain, TellsWhyNoRouteFits) {
  const std::string text =
      Text({.method = "POST", .url = "http://x/partner/1", .client = "192.0.2.1"});
  EXPECT_NE(text.find("decision   answer 404, reason no-route\n"), std::string::npos);
  EXPECT_NE(text.find("routes     partner: not its header x-kind, query q\n"), std::string::npos)
      << text;
}

TEST(Explain, TellsWhatIsNotCanonical) {
  const std::string text = Text({.method = "GET", .url = "http://x/a%2fb"});
  EXPECT_NE(text.find("because    the path holds an escaped slash\n"), std::string::npos) << text;
}

TEST(Explain, RefusesQuestionsThatMakeNoSense) {
  EXPECT_EQ(Text({.method = "GET", .url = "x/y"}),
            "'x/y' is neither a URL (http://host/path) nor a path");
  EXPECT_EQ(Text({.method = "GET", .url = "http://x/", .client = "me"}),
            "'me' is not an IP address");
  EXPECT_EQ(Text({.method = "GET", .url = "http://api.example/users/1", .claims = "{"}),
            "the claims are not JSON");
}

TEST(Explain, JsonHoldsTheSame) {
  const auto table = tests::LowerAndLoad(tests::SamplePolicy());
  const auto explanation = Explain(*table, {.method = "GET", .url = "http://api.example/old/9"});
  ASSERT_TRUE(explanation);
  EXPECT_EQ(ToJson(*explanation), R"({
  "version": 1,
  "gateway": "edge",
  "listener": "127.0.0.1:8080",
  "request": {
    "method": "GET",
    "scheme": "http",
    "host": "api.example",
    "path": "/old/9",
    "client": "127.0.0.1"
  },
  "decision": "answer",
  "reason": "redirect",
  "status": 301,
  "body": "redirect\n",
  "route": {
    "name": "old"
  },
  "routes": [
    {
      "name": "old",
      "taken": true,
      "failing": []
    }
  ],
  "limits": [
    {
      "name": "per-ip",
      "key": [
        "127.0.0.1"
      ]
    }
  ],
  "rules": [],
  "response_headers": [
    [
      "location",
      "http://api.example/users/9"
    ],
    [
      "ratelimit-limit",
      "100"
    ],
    [
      "ratelimit-remaining",
      "100"
    ],
    [
      "ratelimit-reset",
      "0"
    ],
    [
      "ratelimit",
      "\"per-ip\";r=100;t=0"
    ],
    [
      "ratelimit-policy",
      "\"per-ip\";q=100;w=2"
    ]
  ]
}
)");
}

}  // namespace
}  // namespace weir::compiler
