// What the resolver makes of texts, and what it says about bad ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/dsl/resolve_support.h"

namespace weir::dsl {
namespace {

using testing::HasSubstr;

// A gateway with one route that holds `clauses`, and what it may refer to.
std::string InRoute(std::string_view clauses) {
  return "service s { endpoints [127.0.0.1:1] }\n"
         "service t { endpoints [127.0.0.1:2] }\n"
         "jwt j { issuer \"i\" keys file \"k\" algorithms [RS256] "
         "claims { scope words  level integer  admin boolean  tenant string } }\n"
         "limit by-user { 1 per 1s by jwt.sub }\n"
         "limit by-ip { 1 per 1s by client.address }\n"
         "gateway g { listen http 127.0.0.1:8080\nroute r {\n" +
         std::string(clauses) + "\n} }\n";
}

TEST(ResolveTest, TheSketchOfTheLanguageResolvesAsWritten) {
  EXPECT_EQ(Said(R"(
service user-service {
  endpoints [127.0.0.1:3001, 127.0.0.1:3002]      # or: endpoints dns "user-service.default.svc.cluster.local:80"
  balance   least-request
  check     "/healthz" { every 5s  unhealthy 3  healthy 2 }
  pool      { connections 100  pending 10  requests-per-connection 1000 }
  eject     { consecutive-5xx 3  every 30s  base 30s  max 50% }
  identity  "spiffe://cluster.local/ns/default/sa/user-service"
  calls     order-service up to 1                  # what the application itself calls: for amplification
}
service order-service { endpoints dns "order-service.default.svc.cluster.local:80" }
service payment-service { endpoints file "payment.json" }
cors storefront  { origins ["https://app.yourapp.com", "https://*.yourapp.com"]  methods [GET, POST]  headers ["authorization"]  credentials  max-age 10m }
jwt auth0        { issuer "https://yourapp.eu.auth0.com/"  audience "api"  keys file "jwks.json"  algorithms [RS256]
                   claims { scope words  roles list from "https://yourapp.com/roles" } }
limit per-ip     { 50 per 1s   burst 100  by client.address  store local }
limit per-user   { 100 per 1m  burst 20   by jwt.sub         store redis  store-down local }
retry transient  { attempts 3  per-try 2s  on [5xx]  budget 20% }
retry once-more  { attempts 2  on [connect-failure] }
breaker steady   { open after 5 failures in 10s  for 30s }

gateway edge {
  listen   http 0.0.0.0:8080
  listen   https 0.0.0.0:8443 { certificate "edge.pem"  key "edge.key" }
  identity "spiffe://cluster.local/ns/default/sa/edge"
  log      json stdout
  limit    per-ip

  route users {
    match        host "api.yourapp.com"  path "/user-service/**"  method [GET, POST, PUT, DELETE]
    cors         storefront
    authenticate auth0
    limit        per-user
    deny         when client.address in [192.0.2.0/24]
    allow        when "users:read" in jwt.scope and method == "GET"
    allow        when "users:write" in jwt.scope
    request      { strip-prefix "/user-service"  set "x-user" jwt.sub }
    retry        transient
    timeout      10s
    breaker      steady
    forward      user-service
  }
  otherwise respond 404
}

sidecar user-service {
  inbound  { listen http 127.0.0.1:15006  forward 127.0.0.1:3001  mtls strict
             allow when peer == "spiffe://cluster.local/ns/default/sa/edge" }
  outbound order-service { listen http 127.0.0.1:15001  retry once-more  timeout 3s }
}

prove "payments need a verified user"  { every request to payment-service satisfies jwt.verified }
prove "nothing public under /admin"    { no request where path matches "/admin/**" and not (client.address in [10.0.0.0/8]) is forwarded }
prove "retries stay bounded"           { amplification of every service <= 6 }

example "a reader reads" { GET "https://api.yourapp.com/user-service/users/123" with jwt { sub "u1" scope "users:read" } -> forward user-service path "/users/123" }
)"),
            "");
}

TEST(ResolveTest, ClausesOfARoute) {
  for (std::string_view clauses : {
           "forward s",
           "respond 200 \"fine\" { header x-a \"b\" }",
           "redirect { scheme https }",
           "match path \"/a/{id}\"  redirect 308 { path \"/b/{id}\" }",
           "match { path [\"/a\", ~\"/b[0-9]+\"]\n host \"*.x.org\" }\nforward s",
           "match header x-a == \"b\"  not header x-c  header x-d in [\"1\", \"2\"]  forward s",
           "match query page matches ~\"[0-9]+\"  query q starts-with \"a\"\nforward s",
           "match client [10.0.0.0/8]  listener 8080\nforward s",
           "forward { s weight 95  t weight 5 }",
           "mirror t 10%\nforward s",
           "authenticate j optional\nforward s",
           "authenticate j\nlimit by-user\nlimit by-ip\nforward s",
           "timeout none  idle-timeout 5m\nmax-body 1MiB\nforward s",
           "fallback respond 503 \"later\"\nforward s",
           "match path \"/a/{id}\"\nrequest { rewrite \"/x/{id}\" set x-id capture.id remove "
           "cookie "
           "set-query page \"1\" remove-query q set-host \"h.org\" }\nresponse { add x-a \"b\" "
           "}\nforward s",
           "allow\nforward s",
           "deny when any of header.accept == \"x\" or all of header.accept starts-with "
           "\"y\"\nforward s",
           "deny when present(header.x) and not present(cookie.c)\nforward s",
           "authenticate j\nallow when jwt.level >= 3 and jwt.admin and jwt.tenant in [\"a\", "
           "\"b\"]\nforward s",
           "allow when client.address == 10.0.0.1 or client.address != 10.0.0.2\nforward s",
           "allow when path matches ~\"/a.*\" and host ends-with \".org\" and listener.port == "
           "8080\nforward s",
           "allow when \"GET\" == method\nforward s",
       }) {
    EXPECT_EQ(Said(InRoute(clauses)), "") << clauses;
  }
}

struct Bad {
  std::string_view text;
  std::string_view said;
};

TEST(ResolveTest, WhatIsWrongWithARoute) {
  for (const Bad& bad : {
           Bad{"retyr x\nforward s",
               "'retyr' is not a clause of route 'r' (did you mean 'retry'?)"},
           {"match hots \"x\"\nforward s",
            "'hots' is not a clause of match (did you mean 'host'?)"},
           {"forward u", "[unknown-name] there is no service 'u'"},
           {"timeout 2\nforward s", "'2' has no unit"},
           {"timeout 2sec\nforward s", "'sec' is not a unit of a duration"},
           {"timeout 2s\ntimeout 3s\nforward s",
            "[duplicate-clause] 'timeout' is written twice in route 'r'"},
           {"forward s\nrespond 404", "[duplicate-clause] route 'r' has two actions"},
           {"timeout 2s", "[missing-clause] route 'r' does not say what to do"},
           {"match path \"/a//b\"\nforward s", "(write \"/a/b\")"},
           {"match path \"a\"\nforward s", "[bad-pattern]"},
           {"match path \"/a/**/b\"\nforward s", "'**' stands at the end only"},
           {"match path \"/a*\"\nforward s", "'*' stands for a whole segment"},
           {"match path \"/{id: [0-9]+}\"\nforward s", "[bad-pattern]"},
           {"match path ~\"(a\"\nforward s", "[bad-regex]"},
           {"match host \"API.x\"\nforward s", "(write \"api.x\")"},
           {"match method get\nforward s", "(write GET)"},
           {"match header x != \"y\"\nforward s", "not header x == \"...\""},
           {"match path \"/a\"  path \"/b\"\nforward s", "[duplicate-clause]"},
           {"match path \"/a\"\nmatch path \"/b\"\nforward s", "'path' is matched twice"},
           {"allow when client.address == \"x\"\nforward s",
            "'client.address' is an address and cannot be compared with the string \"x\""},
           {"allow when method == GET\nforward s", "(write it in quotes: \"GET\")"},
           {"allow when jwt.scope == \"x\"\nforward s",
            "is a list of strings and cannot be compared"},
           {"allow when \"x\" in header.y\nforward s", "(write any of header.y == \"x\")"},
           {"allow when jwt.level == \"3\"\nforward s",
            "is an integer and cannot be compared with the string"},
           {"allow when jwt.lvel == 3\nforward s",
            "[unknown-claim] no jwt declares a claim 'lvel' (did you mean 'level'?)"},
           {"allow when header.x == query.y\nforward s", "are both attributes"},
           {"allow when header.x\nforward s", "(write present(header.x))"},
           {"allow when present(method)\nforward s", "'method' is always present"},
           {"allow when methd == \"GET\"\nforward s",
            "[unknown-attribute] 'methd' is not an attribute"},
           {"allow when capture.id == \"1\"\nforward s", "[unknown-capture]"},
           {"allow when peer == \"spiffe://X/y\"\nforward s", "[bad-identity]"},
           {"allow when header.x < 3\nforward s",
            "is a string and cannot be compared with the integer 3"},
           {"allow when header.x < \"3\"\nforward s", "'<' does not compare a string"},
           {"allow when client.address in [10.0.0.1/8]\nforward s", "write 10.0.0.0/8"},
           {"limit by-user\nforward s", "[limit-key] limit 'by-user' cannot be charged here"},
           {"authenticate j optional\nlimit by-user\nforward s",
            "lets requests without one through"},
           {"forward { s weight 0 }", "add up to nothing"},
           {"forward { s weight 1  s weight 2 }", "'s' is listed twice"},
           {"request { set host \"x\" }\nforward s", "(write set-host \"...\")"},
           {"request { set content-length \"1\" }\nforward s", "is written by the proxy alone"},
           {"request { strip-prefix \"/a/\" }\nforward s", "leave out the '/' at the end"},
           {"request { rewrite \"/a/{id}\" }\nforward s", "[unknown-capture]"},
           {"redirect 200 { scheme https }", "is not between 300 and 399"},
           {"redirect 304 { scheme https }", "is no redirect"},
           {"respond 204 \"x\"", "has no body"},
           {"use nothing\nforward s", "there is no profile 'nothing'"},
           {"mirror s 200%\nforward s", "is not a percentage"},
           {"authenticate jj\nforward s", "(did you mean 'j'?)"},
       }) {
    const std::string said = Said(InRoute(bad.text));
    EXPECT_THAT(said, HasSubstr(std::string(bad.said))) << bad.text;
  }
}

TEST(ResolveTest, WhatIsWrongWithDefinitions) {
  for (const Bad& bad : {
           Bad{"servce a { }", "(did you mean 'service'?)"},
           {"service a { }\nservice a { }", "2 [duplicate-name]"},
           {"service a { endpoints [localhost:80] }", "endpoints file"},
           {"service a { subset x { } }", "[not-supported]"},
           {"service a { check \"x\" }", "[bad-pattern]"},
           {"service a { identity \"x\" }", "[bad-identity]"},
           {"service a { calls b }", "there is no service 'b'"},
           {"retry r { attempts 0 }", "'0' is not between 1 and 100"},
           {"retry r { attempts 101 }", "'101' is not between 1 and 100"},
           {"retry r { on [5xx] }", "retry 'r' has no 'attempts'"},
           {"retry r { attempts 2 on [5x] }", "(did you mean '5xx'?"},
           {"retry r { attempts 2 budget 20 }", "has no unit: write a percentage"},
           {"cors c { origins [\"*\"] credentials }", "[cors-credentials]"},
           {"cors c { origins [\"https://A.b\"] }", "(write \"https://a.b\")"},
           {"cors c { origins [\"https://a.b:443\"] }", "(write \"https://a.b\")"},
           {"cors c { origins [\"https://a.b/\"] }", "is not an origin"},
           {"jwt j { issuer \"i\" keys file \"k\" algorithms [none] }", "without a signature"},
           {"jwt j { issuer \"i\" keys \"secret\" algorithms [HS256] }", "[secret-in-policy]"},
           {"jwt j { keys file \"k\" algorithms [RS256] }", "jwt 'j' has no 'issuer'"},
           {"jwt j { issuer \"i\" keys file \"k\" algorithms [RS256] claims { a words a list } }",
            "declared twice"},
           {"jwt a { issuer \"i\" keys file \"k\" algorithms [RS256] claims { x list } }\n"
            "jwt b { issuer \"i\" keys file \"k\" algorithms [RS256] claims { x integer } }\n"
            "limit l { 1 per 1s by jwt.x }",
            "[conflicting-claim]"},
           {"api-keys k { header x consumer c \"secret\" }", "[secret-in-policy]"},
           {"api-keys k { header x consumer c sha256 \"00\" }", "64 digits"},
           {"api-keys k { header x consumer c sha256 \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\" }",
            "64 digits 0-9 and a-f"},
           {"api-keys k { consumer c sha256 \"00\" }", "needs one of 'header' and 'query'"},
           {"limit l { burst 3 }", "limit 'l' has no rate"},
           {"limit l { 3 per minute }", "'minute' is not a duration"},
           {"limit l { 3 per 1m by jwt.aud }", "is a list of strings and cannot be a key"},
           {"breaker b { open after 5 failures in 10s }", "has no 'for'"},
           {"gateway g { }", "gateway 'g' has no 'listen'"},
           {"gateway g { listen http 127.0.0.1:1 }", "gateway 'g' has no route"},
           {"gateway g { listen http 127.0.0.1:1\nlisten http 127.0.0.1:1\notherwise respond 404 }",
            "[duplicate-listener]"},
           {"gateway g { listen https 127.0.0.1:1\notherwise respond 404 }",
            "an https listener has no 'certificate'"},
           {"limit l { 1 per 1s by jwt.sub missing \"x\" }\n"
            "gateway g { listen http 127.0.0.1:1\nlimit l\notherwise respond 404 }",
            "3 [limit-key]"},
           {"limit l { 1 per 1s by header.x }\n"
            "gateway g { listen http 127.0.0.1:1\nlimit l\notherwise respond 404 }",
            "3 [limit-key]"},
           {"limit l { 1 per 1s by [client.address, query.q] }\n"
            "gateway g { listen http 127.0.0.1:1\nroute r { limit l\nrespond 204 } }",
            "3 [limit-key]"},
           {"limit l { 1 per 1s by cookie.c }\nprofile p { limit l }\n"
            "gateway g { listen http 127.0.0.1:1\nroute r { use p\nrespond 204 } }",
            "2 [limit-key]"},
           {"limit l { 1 per 1s by peer }\n"
            "gateway g { listen http 127.0.0.1:1\nroute r { limit l\nrespond 204 } }",
            "3 [limit-key]"},
           {"limit l { 1 per 1s by consumer }\n"
            "gateway g { listen http 127.0.0.1:1\nroute r { limit l\nrespond 204 } }",
            "3 [limit-key]"},
           {"service a { }\ngateway g { listen http 127.0.0.1:1\nroute r { forward a } }",
            "[no-endpoints]"},
           {"sidecar a { inbound { listen http 127.0.0.1:1 forward 127.0.0.1:2 } }",
            "there is no service 'a'"},
           {"profile p { use p }\nservice s { endpoints [127.0.0.1:1] }\n"
            "gateway g { listen http 127.0.0.1:1\nroute r { use p\nforward s } }",
            "[profile-cycle]"},
           {"let a = b\nlet b = a\nretry r { attempts a }", "[let-cycle]"},
           {"let a b", "write let NAME = VALUE"},
           {"prove \"x\" { every request satisfies 3 }", "a condition is a comparison"},
           {"prove \"x\" { amplification of nothing <= 3 }", "there is no service 'nothing'"},
           {"example \"x\" { GET \"/a\" -> respond 404 }", "is not an absolute URL"},
           {"example \"x\" { GET \"http://a/\" with jtw { } -> respond 404 }",
            "(did you mean 'jwt'?)"},
           {"include \"x.weir\"", "[missing-file]"},
       }) {
    EXPECT_THAT(Said(std::string(bad.text)), HasSubstr(std::string(bad.said))) << bad.text;
  }
}

TEST(ResolveTest, SeveralErrorsInOneRun) {
  LoadResult result = LoadText("t.weir", InRoute("retyr x\ntimeout 2\nforward u"));
  EXPECT_EQ(result.diagnostics.size(), 3u) << Said(result);
  EXPECT_FALSE(result.policy.has_value());
}

TEST(ResolveTest, LetsStandForValues) {
  LoadResult result =
      LoadText("t.weir", "let slow = 7s\nlet home = [10.0.0.0/8]\nlet nets = [home, 127.0.0.1]\n" +
                             InRoute("timeout slow\ndeny when client.address in nets\nforward s"));
  ASSERT_TRUE(result.policy) << Said(result);
  const syntax::Route& route = result.policy->gateways[0].routes[0];
  EXPECT_EQ(route.timeout->nanoseconds, 7'000'000'000);
  EXPECT_EQ(route.rules[0].when.predicate.constants.size(), 2u);
}

TEST(ResolveTest, ProfilesGiveWay) {
  LoadResult result = LoadText("t.weir",
                               "profile p { use q\n timeout 1s\n limit by-ip\n authenticate j "
                               "}\nprofile q { timeout 2s\n idle-timeout 3s }\n" +
                                   InRoute("timeout 9s\nuse p\nauthenticate none\nforward s"));
  ASSERT_TRUE(result.policy) << Said(result);
  const syntax::Route& route = result.policy->gateways[0].routes[0];
  EXPECT_EQ(route.timeout->nanoseconds, 9'000'000'000);
  EXPECT_EQ(route.idle_timeout.nanoseconds, 3'000'000'000);
  EXPECT_EQ(route.limits.size(), 1u);
  EXPECT_FALSE(route.authentication.jwt.has_value());
}

TEST(ResolveTest, AnUnusedProfileIsCheckedToo) {
  EXPECT_THAT(Said(std::string("profile p { timeot 2s }")), HasSubstr("did you mean 'timeout'?"));
}

TEST(ResolveTest, ASidecarIsAGatewayWithBoundRoutes) {
  LoadResult result = LoadText("t.weir", R"(
service a { endpoints [127.0.0.1:1]  identity "spiffe://x/a" }
service b { endpoints [127.0.0.1:2] }
sidecar a {
  inbound { listen http 127.0.0.1:3  forward 127.0.0.1:4  mtls strict }
  outbound b { listen http 127.0.0.1:5  timeout 3s }
})");
  ASSERT_TRUE(result.policy) << Said(result);
  const syntax::Policy& policy = *result.policy;
  const syntax::Gateway& sidecar = policy.gateways[0];
  EXPECT_EQ(sidecar.identity, "spiffe://x/a");
  ASSERT_EQ(sidecar.routes.size(), 2u);
  EXPECT_EQ(sidecar.routes[0].name, "inbound");
  EXPECT_EQ(sidecar.routes[0].match.listeners, std::vector<std::uint32_t>{0});
  EXPECT_EQ(sidecar.routes[1].name, "outbound-b");
  EXPECT_EQ(sidecar.routes[1].match.listeners, std::vector<std::uint32_t>{1});
  EXPECT_EQ(sidecar.listeners[0].mtls, syntax::Listener::Mtls::kStrict);
  EXPECT_EQ(policy.services[2].name, "a.app");
  EXPECT_EQ(policy.services[2].endpoints[0].address.port, 4);
}

TEST(ResolveTest, LoadSaysOnceThatThereIsNoFile) {
  LoadResult missing = Load("/nowhere/at/all.weir");
  ASSERT_EQ(missing.diagnostics.size(), 1u);
  EXPECT_EQ(missing.diagnostics[0].rule, "missing-file");
  LoadResult folder = Load(WEIR_SOURCE_DIR);
  ASSERT_EQ(folder.diagnostics.size(), 1u);
  EXPECT_EQ(folder.diagnostics[0].rule, "not-a-file");
}

}  // namespace
}  // namespace weir::dsl
