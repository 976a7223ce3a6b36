// Shadowing against brute force: a route said to be alive shows a request that
// the oracle sends to it; of a route said to be dead no request over the
// representatives comes out, and none of its blockers can be spared.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "compiler/automata/path_regex.h"
#include "compiler/shadow/engine.h"
#include "tests/support/random/random_regex.h"
#include "tests/unit/compiler/shadow_oracle.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;
using syntax::Gateway;
using syntax::HostPattern;
using syntax::Match;
using syntax::PathPattern;
using syntax::PathSegment;

syntax::Regex MakeRegex(syntax::RegexNode root) { return {testing::ToRe2(root), std::move(root)}; }

// "/a/*/**", "/a/" and so on.
PathPattern Path(const std::string& text) {
  PathPattern pattern;
  auto segments = testing::Split(text.substr(1), '/');
  if (segments.back() == "**") {
    pattern.rest = true;
    segments.pop_back();
  }
  for (const auto& segment : segments) {
    pattern.segments.push_back(segment == "*"
                                   ? PathSegment{PathSegment::Kind::kWildcard, "", ""}
                                   : PathSegment{PathSegment::Kind::kLiteral, segment, ""});
  }
  pattern.text = text;
  return pattern;
}

PathPattern RegexPath(syntax::RegexNode root) {
  PathPattern pattern;
  pattern.kind = PathPattern::Kind::kRegex;
  pattern.regex = MakeRegex(std::move(root));
  return pattern;
}

HostPattern Host(const std::string& text) {
  if (text.starts_with("*.")) return {HostPattern::Kind::kSuffix, text.substr(2)};
  return {HostPattern::Kind::kExact, text};
}

syntax::Network Net(std::uint8_t last, int bits) {
  syntax::Network network;
  network.base.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last};
  network.prefix = static_cast<std::uint8_t>(96 + bits);
  return network;
}

syntax::Address At(std::uint8_t a, std::uint8_t last) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, 0, 0, last}};
}

Gateway OneListener() {
  Gateway gateway;
  gateway.listeners.emplace_back();
  return gateway;
}

syntax::Route& Add(Gateway& gateway, std::vector<std::string> paths,
                   std::vector<std::string> methods = {}) {
  auto& route = gateway.routes.emplace_back();
  route.name = "r" + std::to_string(gateway.routes.size() - 1);
  for (const auto& path : paths) route.match.paths.push_back(Path(path));
  route.match.methods = std::move(methods);
  return route;
}

using Kind = RouteVerdict::Kind;

TEST(Shadow, ThreeRoutesTogether) {
  Gateway gateway = OneListener();
  Add(gateway, {"/a/**"}, {"GET", "POST"});
  Add(gateway, {"/b"});
  Add(gateway, {"/a/x"}, {"PUT"});
  Add(gateway, {"/a/*"}, {"DELETE"});
  Add(gateway, {"/a/x"}, {"GET", "PUT", "DELETE"}).action = syntax::Response{.status = 418};
  ShadowEngine engine(gateway);
  const RouteVerdict verdict = engine.Explain(4);
  ASSERT_EQ(verdict.kind, Kind::kDead);
  EXPECT_EQ(verdict.blockers, (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_TRUE(verdict.outcome_differs);
  EXPECT_EQ(testing::OracleFirst(gateway, *verdict.witness), verdict.taken_by);
  EXPECT_EQ(engine.Decide(3).kind, Kind::kAlive);
}

TEST(Shadow, AnyMethodIncludesUnknownOnes) {
  Gateway gateway = OneListener();
  Add(gateway, {"/a"}, {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"});
  Add(gateway, {"/a"});
  ShadowEngine engine(gateway);
  EXPECT_EQ(engine.Decide(1).kind, Kind::kAlive);
}

TEST(Shadow, TheEmptyLastSegmentAndTheMiddleOnes) {
  Gateway gateway = OneListener();
  Add(gateway, {"/a"});
  Add(gateway, {"/a/*/**"});
  Add(gateway, {"/a/**"});
  EXPECT_EQ(ShadowEngine(gateway).Decide(2).witness->path, "/a/");
  gateway.routes[0].match.paths.push_back(Path("/a/"));
  EXPECT_EQ(ShadowEngine(gateway).Decide(2).kind, Kind::kDead);
  gateway.listeners[0].slashes = syntax::Listener::Slashes::kKeep;
  const auto verdict = ShadowEngine(gateway).Decide(2);
  ASSERT_EQ(verdict.kind, Kind::kAlive);  // "/a//"
  EXPECT_EQ(testing::OracleFirst(gateway, *verdict.witness), 2u);
}

TEST(Shadow, NegatedTestsHoldOnAbsentFields) {
  Gateway gateway = OneListener();
  FieldMatch present;
  present.name = "h";
  FieldMatch not_u{FieldMatch::Source::kHeader, "h", FieldMatch::Test::kOneOf, true, {"u"}};
  Add(gateway, {"/a"}).match.fields = {present};
  Add(gateway, {"/a"}).match.fields = {not_u};
  Add(gateway, {"/a"});
  ShadowEngine engine(gateway);
  EXPECT_EQ(engine.Decide(1).kind, Kind::kAlive);
  EXPECT_TRUE(engine.Decide(1).witness->headers.empty());
  EXPECT_EQ(engine.Decide(2).blockers, (std::vector<std::uint32_t>{0, 1}));
}

TEST(Shadow, FieldsThatNoRequestBears) {
  Gateway gateway = OneListener();
  FieldMatch hop{FieldMatch::Source::kHeader, "connection", FieldMatch::Test::kPresent, false, {}};
  Add(gateway, {"/a"}).match.fields = {hop};
  const auto verdict = ShadowEngine(gateway).Decide(0);
  EXPECT_EQ(verdict.kind, Kind::kDead);
  EXPECT_TRUE(verdict.blockers.empty());
}

TEST(Shadow, ExpressionsOutsideCanonicalPathsMatchNothing) {
  Gateway gateway = OneListener();
  gateway.routes.emplace_back().match.paths = {RegexPath(RegexText("/a//b"))};
  gateway.routes.emplace_back().match.paths = {RegexPath(RegexText("/a/../b"))};
  gateway.routes.emplace_back().match.paths = {RegexPath(RegexText("/a/b"))};
  ShadowEngine engine(gateway);
  EXPECT_EQ(engine.Decide(0).kind, Kind::kDead);
  EXPECT_EQ(engine.Decide(1).kind, Kind::kDead);
  EXPECT_EQ(engine.Decide(2).kind, Kind::kAlive);
}

class RandomTables {
 public:
  explicit RandomTables(unsigned seed) : random_(seed) {}

  Gateway Table() {
    Gateway gateway = OneListener();
    if (Chance(3)) gateway.listeners.emplace_back();
    for (auto& listener : gateway.listeners) {
      if (Chance(4)) listener.slashes = syntax::Listener::Slashes::kKeep;
    }
    const bool expressions = Chance(2), fields = Chance(2);
    const int routes = 3 + Below(12);
    const bool hosts = Chance(2);
    for (int i = 0; i < routes; ++i) {
      auto& match = gateway.routes.emplace_back().match;
      if (hosts) Hosts(match);
      for (int p = 1 + Below(3) - Below(6) / 4; p > 0; --p) {
        match.paths.push_back(expressions && Chance(3) ? Expression() : Segments());
      }
      for (const char* method : {"GET", "POST"}) {
        if (Chance(4)) match.methods.emplace_back(method);
      }
      if (fields && Chance(2)) match.fields.push_back(Field(FieldMatch::Source::kHeader, "h"));
      if (fields && Chance(3)) match.fields.push_back(Field(FieldMatch::Source::kHeader, "h"));
      if (fields && Chance(4)) match.fields.push_back(Field(FieldMatch::Source::kQuery, "q"));
      if (Chance(6)) match.clients = {Chance(2) ? Net(0, 24) : Net(128, 25)};
      if (Chance(8)) match.clients.push_back(Net(1, 32));
      if (gateway.listeners.size() > 1 && Chance(3)) {
        match.listeners = {static_cast<std::uint32_t>(Below(2))};
      }
    }
    return gateway;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Chance(int n) { return Below(n) == 0; }

  void Hosts(Match& match) {
    for (int i = 1 + Below(3); i > 0; --i) {
      const char* hosts[] = {"a.x", "b.x", "*.x", "*.a.x", "x"};
      match.hosts.push_back(Host(hosts[Below(5)]));
    }
  }

  PathPattern Segments() {
    PathPattern pattern;
    for (int i = Below(3); i > 0; --i) {
      const int choice = Below(3);
      pattern.segments.push_back(
          choice == 2 ? PathSegment{PathSegment::Kind::kWildcard, "", ""}
                      : PathSegment{PathSegment::Kind::kLiteral, choice ? "a" : "b", ""});
    }
    pattern.rest = Chance(2);
    const bool slash = pattern.segments.empty() || Chance(4);
    if (!pattern.rest && slash) pattern.segments.push_back({PathSegment::Kind::kLiteral, "", ""});
    return pattern;
  }

  PathPattern Expression() {
    return RegexPath(
        RegexConcat({RegexText(Chance(2) ? "/a" : "/"), testing::RandomRegex(random_, "ab/", 2)}));
  }

  FieldMatch Field(FieldMatch::Source source, const char* name) {
    FieldMatch field{source, name, static_cast<FieldMatch::Test>(Below(4)), Chance(3), {}};
    const char* values[] = {"u", "ua", "v", ""};
    if (field.test == FieldMatch::Test::kOneOf || field.test == FieldMatch::Test::kPrefix) {
      field.values.emplace_back(values[Below(4)]);
    }
    if (field.test == FieldMatch::Test::kOneOf && Chance(2)) field.values.emplace_back("v");
    if (field.test == FieldMatch::Test::kRegex) {
      field.regex = MakeRegex(testing::RandomRegex(random_, "uav", 2));
    }
    return field;
  }

  std::mt19937 random_;
};

testing::Universe Representatives() {
  testing::Universe universe;
  universe.hosts = {"a.x", "b.x", "c.x", "d.a.x", "x", "other"};
  universe.methods = {"GET", "POST", "PUT"};
  for (const char* value :
       {"", "u", "a", "v", "ua", "ub", "uu", "uv", "va", "vu", "av", "aa", "z", "uau", "uav"}) {
    universe.headers.emplace_back(value);
    universe.queries.emplace_back(value);
  }
  universe.headers.emplace_back(std::nullopt);
  universe.queries.emplace_back(std::nullopt);
  universe.clients = {At(10, 0), At(10, 1), At(10, 130), At(11, 0)};
  universe.paths = {"/"};
  const char* tokens[] = {"a", "b", "c", "", "ab", "aa"};
  std::vector<std::string> layer{""};
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<std::string> next;
    for (const auto& path : layer) {
      for (int t = 0; t < 6; ++t) next.push_back(path + "/" + tokens[t]);
    }
    universe.paths.insert(universe.paths.end(), next.begin(), next.end());
    layer = next;
  }
  return universe;
}

Gateway Only(const Gateway& gateway, const std::vector<std::uint32_t>& blockers,
             std::uint32_t route) {
  Gateway part = gateway;
  part.routes.clear();
  for (const std::uint32_t blocker : blockers) part.routes.push_back(gateway.routes[blocker]);
  part.routes.push_back(gateway.routes[route]);
  return part;
}

struct Tally {
  int alive = 0, dead = 0, unions = 0, empty = 0, parts = 0;
};

void CheckDead(const Gateway& gateway, std::uint32_t route, const RouteVerdict& verdict,
               Tally& tally) {
  ++tally.dead;
  tally.unions += verdict.blockers.size() > 1;
  tally.empty += verdict.blockers.empty();
  const auto last = static_cast<std::uint32_t>(verdict.blockers.size());
  ASSERT_EQ(ShadowEngine(Only(gateway, verdict.blockers, route)).Decide(last).kind, Kind::kDead);
  for (std::size_t i = 0; i < verdict.blockers.size(); ++i) {
    auto fewer = verdict.blockers;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const Gateway part = Only(gateway, fewer, route);
    const auto open = ShadowEngine(part).Decide(last - 1);
    ASSERT_EQ(open.kind, Kind::kAlive);
    ASSERT_EQ(testing::OracleFirst(part, *open.witness), last - 1);
  }
  if (verdict.blockers.empty()) return;
  ASSERT_TRUE(verdict.witness);
  ASSERT_TRUE(testing::OracleMatches(gateway, route, *verdict.witness));
  ASSERT_EQ(testing::OracleFirst(gateway, *verdict.witness), verdict.taken_by);
}

// For messages.
std::string Show(const Gateway& gateway) {
  std::string text;
  for (const auto& listener : gateway.listeners) {
    text += listener.slashes == syntax::Listener::Slashes::kKeep ? "keep " : "merge ";
  }
  for (const auto& route : gateway.routes) {
    text += "\n";
    const auto& match = route.match;
    for (const auto& host : match.hosts) {
      text += (host.kind == HostPattern::Kind::kSuffix ? "*." : "") + host.name + " ";
    }
    text += "| ";
    for (const auto& path : match.paths) {
      text += path.kind == PathPattern::Kind::kRegex ? "~" + path.regex.text : "";
      for (const auto& segment : path.segments) {
        text += "/" + (segment.kind == PathSegment::Kind::kLiteral ? segment.literal : "*");
      }
      text += path.rest ? "/** " : " ";
    }
    text += "|";
    for (const auto& method : match.methods) text += " " + method;
    for (const auto& field : match.fields) {
      text += (field.negated ? " | not " : " | ") + field.name + " " +
              std::to_string(static_cast<int>(field.test)) + field.regex.text;
      for (const auto& value : field.values) text += " '" + value + "'";
    }
    for (const auto& client : match.clients) {
      text += " | net " + std::to_string(client.base.octets[15]) + "/" +
              std::to_string(client.prefix - 96);
    }
    for (const auto listener : match.listeners) text += " | listener " + std::to_string(listener);
  }
  return text;
}

// An alternative is taken exactly if the route with it alone is.
void CheckParts(const Gateway& gateway, std::uint32_t route, ShadowEngine& engine, Tally& tally) {
  const auto check = [&](MatchPart part, auto member) {
    Gateway alone = gateway;
    auto& list = alone.routes[route].match.*member;
    if (list.size() < 2) return;
    list = {list[part.place]};
    const RouteVerdict verdict = engine.ExplainPart(route, part);
    ASSERT_EQ(verdict.kind, ShadowEngine(alone).Decide(route).kind) << Show(gateway);
    if (verdict.kind != Kind::kDead || verdict.blockers.empty()) return;
    ++tally.parts;
    ASSERT_TRUE(verdict.witness);
    ASSERT_TRUE(testing::OracleMatches(alone, route, *verdict.witness)) << Show(gateway);
    ASSERT_EQ(testing::OracleFirst(gateway, *verdict.witness), verdict.taken_by);
  };
  const auto& match = gateway.routes[route].match;
  for (std::uint32_t i = 0; i < match.hosts.size(); ++i) {
    check({MatchPart::Kind::kHost, i}, &syntax::Match::hosts);
  }
  for (std::uint32_t i = 0; i < match.paths.size(); ++i) {
    check({MatchPart::Kind::kPath, i}, &syntax::Match::paths);
  }
  for (std::uint32_t i = 0; i < match.methods.size(); ++i) {
    check({MatchPart::Kind::kMethod, i}, &syntax::Match::methods);
  }
}

void CheckTables(unsigned seed, int tables, Tally& tally) {
  const testing::Universe universe = Representatives();
  RandomTables random(seed);
  for (int table = 0; table < tables; ++table) {
    const Gateway gateway = random.Table();
    const std::uint64_t reached = testing::OracleReached(gateway, universe);
    ShadowEngine engine(gateway);
    for (std::uint32_t route = 0; route < gateway.routes.size(); ++route) {
      SCOPED_TRACE("table " + std::to_string(table) + ", route " + std::to_string(route));
      const RouteVerdict verdict = engine.Explain(route);
      ASSERT_NE(verdict.kind, Kind::kUnknown) << verdict.reason;
      if (verdict.kind == Kind::kAlive) {
        ++tally.alive;
        ASSERT_EQ(testing::OracleFirst(gateway, *verdict.witness), route)
            << verdict.witness->method << " " << verdict.witness->host << verdict.witness->path;
        if (table % 4 == 0) CheckParts(gateway, route, engine, tally);
      } else {
        ASSERT_EQ((reached >> route) & 1, 0u) << "a request reaches it: " << Show(gateway);
        CheckDead(gateway, route, verdict, tally);
      }
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Shadow, AgreesWithBruteForceOnRandomTables) {
  const unsigned seed = 20'251'123;
  std::cout << "seed " << seed << "\n";
  Tally tally;
  CheckTables(seed, 200, tally);
  std::cout << tally.alive << " alive, " << tally.dead << " dead, " << tally.unions
            << " by unions, " << tally.empty << " without any request, " << tally.parts
            << " dead alternatives\n";
  EXPECT_GT(tally.alive, 1'000);
  EXPECT_GT(tally.dead, 400);
  EXPECT_GT(tally.unions, 10);
  EXPECT_GT(tally.parts, 20);
}

}  // namespace
}  // namespace weir::compiler
