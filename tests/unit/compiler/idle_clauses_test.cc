// Clauses that can never act, each beside one that just can.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/checks/checks.h"
#include "dsl/resolve/load.h"

namespace weir::compiler {
namespace {

// The messages of unreachable-policy about a gateway with this body.
std::vector<std::string> Idle(const std::string& body, const std::string& before = "") {
  const std::string text = "service a { endpoints [127.0.0.1:3001] }\n" + before +
                           "\ngateway edge {\n  listen http 127.0.0.1:8080\n" + body + "\n}\n";
  const auto loaded = dsl::LoadText("edge.weir", text);
  EXPECT_TRUE(loaded.policy) << text;
  if (!loaded.policy) return {};
  const CheckResult result = CheckUnreachablePolicies(*loaded.policy);
  EXPECT_TRUE(result.unknown.empty()) << text;
  std::vector<std::string> messages;
  for (const Finding& finding : result.findings) messages.push_back(finding.diagnostic.message);
  return messages;
}

using Messages = std::vector<std::string>;
const std::string kForward = "  route a { match path \"/a/**\"  forward a }\n";

TEST(IdleClauses, WhatNeedsAnUpstream) {
  const std::string before =
      "retry twice { attempts 2 }\nbreaker fuse { open after 5 failures in 1s  for 1s }";
  for (const char* clause : {"retry twice", "breaker fuse", "timeout 1s", "idle-timeout 1s",
                             "mirror a", "request { set \"x-a\" \"1\" }",
                             "response { set \"x-a\" \"1\" }", "fallback respond 503"}) {
    const std::string word = std::string(clause).substr(0, std::string(clause).find(' '));
    const auto route = [&](const char* action) {
      return std::string("  route r { match path \"/r\"  ") + clause + "  " + action + " }\n";
    };
    const Messages idle{"this " + word + " never acts: route 'r' answers by itself"};
    EXPECT_EQ(Idle(route("respond 200"), before), idle);
    EXPECT_EQ(Idle(route("redirect { host \"b.example\" }"), before), idle);
    EXPECT_EQ(Idle(route("forward a"), before), Messages{});
    // Of the gateway, it acts at one of the routes.
    if (word == "mirror") continue;
    const std::string all = std::string("  ") + clause + "\n";
    const std::string answers = "  route r { match path \"/r\"  respond 200 }\n";
    EXPECT_EQ(Idle(all + answers + kForward, before), Messages{});
    EXPECT_EQ(Idle(all + answers, before), idle);
    EXPECT_EQ(Idle(all + answers + "  route s { match path \"/s\"  respond 200 }\n", before),
              Messages{"this " + word +
                       " never acts: each route where it is in force answers by itself"});
  }
}

TEST(IdleClauses, WhatActsOnOwnAnswers) {
  EXPECT_EQ(
      Idle("  route r { match path \"/r\"  limit few  cors web  max-body 1KiB  authenticate keys  "
           "respond 200 }\n",
           "limit few { 1 per 1s }\ncors web { origins [\"https://a.example\"] }\n"
           "api-keys keys { header x-key  consumer one sha256 \"" +
               std::string(64, 'a') + "\" }"),
      Messages{});
}

TEST(IdleClauses, NoneUndoesAndIsNoClauseByItself) {
  EXPECT_EQ(Idle("  route r { match path \"/r\"  retry none  timeout none  respond 200 }\n"),
            Messages{});
  EXPECT_EQ(Idle("  timeout 5s\n  route r { match path \"/r\"  timeout none  forward a }\n"),
            Messages{"this timeout is in force on no route: the only route here says otherwise"});
  EXPECT_EQ(
      Idle("  timeout 5s\n  route r { match path \"/r\"  timeout none  forward a }\n" + kForward),
      Messages{});
}

TEST(IdleClauses, TheProfileThatEveryRouteOverrides) {
  const std::string before = "profile slow { timeout 9s }";
  EXPECT_EQ(Idle("  route r { match path \"/r\"  use slow  timeout 1s  forward a }\n"
                 "  route s { match path \"/s\"  use slow  timeout 2s  forward a }\n",
                 before),
            Messages{"this timeout is in force on no route: each route here says otherwise"});
  EXPECT_EQ(Idle("  route r { match path \"/r\"  use slow  timeout 1s  forward a }\n"
                 "  route s { match path \"/s\"  use slow  forward a }\n",
                 before),
            Messages{});
}

TEST(IdleClauses, ARetryThatTriesOnce) {
  const std::string route = "  route r { match path \"/r\"  retry one  forward a }\n";
  EXPECT_EQ(Idle(route, "retry one { attempts 1 }"),
            Messages{"retry 'one' never tries again: its one attempt is the first try"});
  EXPECT_EQ(Idle(route, "retry one { attempts 1  per-try 1s }"), Messages{});
}

TEST(IdleClauses, AMirrorOfNothing) {
  EXPECT_EQ(Idle("  route r { match path \"/r\"  mirror a 0%  forward a }\n"),
            Messages{"this mirror never acts: it copies 0% of the requests"});
  EXPECT_EQ(Idle("  route r { match path \"/r\"  mirror a 1%  forward a }\n"), Messages{});
}

TEST(IdleClauses, CorsThatListsNoneOfTheMethods) {
  const std::string web = "cors web { origins [\"https://a.example\"]  methods [GET, PUT] }";
  const auto route = [](const char* methods) {
    return std::string("  route r { match path \"/r\" method ") + methods +
           "  cors web  forward a }\n";
  };
  EXPECT_EQ(Idle(route("[DELETE, PATCH]"), web).size(), 1u);
  EXPECT_EQ(Idle(route("[DELETE, PUT]"), web), Messages{});
  EXPECT_EQ(Idle(route("[DELETE, POST]"), web), Messages{});  // a form needs no preflight
}

TEST(IdleClauses, StripPrefixByEveryKindOfPath) {
  const auto strips = [](const std::string& paths, const std::string& prefix) {
    const auto found = Idle("  route r { match path " + paths + "  request { strip-prefix \"" +
                            prefix + "\" }  forward a }\n");
    return found.empty();
  };
  EXPECT_TRUE(strips("\"/a/b\"", "/a"));
  EXPECT_TRUE(strips("\"/a\"", "/a"));
  EXPECT_TRUE(strips("\"/**\"", "/a/b"));
  EXPECT_TRUE(strips("\"/*/b\"", "/a/b"));
  EXPECT_TRUE(strips("[\"/c\", \"/a/**\"]", "/a/b/c"));
  EXPECT_TRUE(strips("~\"/(a|b)(/.*)?\"", "/b"));
  EXPECT_FALSE(strips("\"/ab/**\"", "/a"));
  EXPECT_FALSE(strips("\"/a\"", "/a/b"));
  EXPECT_FALSE(strips("\"/a/*\"", "/a/b/c"));
  EXPECT_FALSE(strips("[\"/c\", \"/d/**\"]", "/a"));
  EXPECT_FALSE(strips("~\"/ab+\"", "/a"));
}

TEST(IdleClauses, TransformsThatLaterOnesUndo) {
  const auto idle = [](const std::string& transforms) {
    return Idle("  route r { match path \"/r/{id}\"  " + transforms + "  forward a }\n").size();
  };
  EXPECT_EQ(idle("request { set \"x-a\" \"1\" }  response { remove \"x-a\" }"), 0u);
  EXPECT_EQ(idle("request { set \"x-a\" \"1\"  set \"x_a\" \"2\" }"), 1u);
  EXPECT_EQ(idle("response { set \"x-a\" \"1\"  set \"x_a\" \"2\" }"), 0u);
  EXPECT_EQ(idle("response { add \"x-a\" \"1\"  remove \"x-a\" }"), 1u);
  EXPECT_EQ(idle("response { remove \"x-a\"  add \"x-a\" \"1\" }"), 0u);
  EXPECT_EQ(idle("request { set-query \"q\" \"1\"  remove-query \"q\" }"), 1u);
  EXPECT_EQ(idle("request { set-query \"q\" \"1\"  remove-query \"p\" }"), 0u);
  EXPECT_EQ(idle("request { strip-prefix \"/r\"  rewrite \"/{id}\" }"), 1u);
  EXPECT_EQ(idle("request { rewrite \"/a/{id}\"  strip-prefix \"/a\" }"), 0u);
  // What the gateway sets for all routes is kept by one of them.
  const std::string frame = "  response { set \"x-frame\" \"deny\" }\n";
  const std::string own =
      "  route r { match path \"/r\"  response { set \"x-frame\" \"self\" }  forward a }\n";
  EXPECT_EQ(Idle(frame + own).size(), 1u);
  EXPECT_EQ(Idle(frame + own + kForward).size(), 0u);
}

TEST(IdleClauses, OtherwiseBehindEverything) {
  const std::string some = "  route r { match path \"/r/**\"  respond 200 }\n";
  EXPECT_EQ(Idle(some + "  otherwise respond 404\n"), Messages{});
  EXPECT_EQ(Idle(some + "  route s { match path \"/**\" method GET  respond 200 }\n"
                        "  route t { match not header \"x\"  respond 200 }\n"
                        "  route u { match header \"x\"  respond 200 }\n  otherwise respond 404\n"),
            Messages{"the otherwise of gateway 'edge' never answers: routes 't' and 'u' together "
                     "take every request"});
}

TEST(ClosedRoutes, DeniesThatLeaveNothing) {
  const std::string half = "  route r { match path \"/r\"  deny when method == \"GET\"  ";
  EXPECT_EQ(Idle(half + "deny when method != \"GET\"  forward a }\n"),
            Messages{"the rules of route 'r' refuse every request between them: what the route "
                     "does is never done"});
  EXPECT_EQ(Idle(half + "deny when method == \"PUT\"  forward a }\n"), Messages{});
  // A plain deny is meant.
  EXPECT_EQ(Idle("  route r { match path \"/r\"  deny  forward a }\n"), Messages{});
}

TEST(ClosedRoutes, EarlierRoutesAreLookedAt) {
  // What both allows let through goes to the first route.
  const std::string rules =
      "  route r { match path \"/r\"  allow when method != \"GET\"  forward b }\n";
  const std::string service =
      "service b { endpoints [127.0.0.1:3002]  allow when method != \"PUT\" }";
  const std::string first = "  route f { match path \"/r\" not header \"x\"  respond 200 }\n";
  const std::string second = "  route g { match header \"x\" not header \"y\"  respond 200 }\n";
  EXPECT_EQ(Idle(rules, service), Messages{});
  EXPECT_EQ(Idle(first + second + rules, service), Messages{});
}

}  // namespace
}  // namespace weir::compiler
