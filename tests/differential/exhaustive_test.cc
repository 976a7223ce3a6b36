// model = table on every small policy and request of a family, so that no
// combination is left to luck: matching, and every operator on absent, empty
// and present values.
#include <gtest/gtest.h>

#include "fuzz/harness/decision.h"
#include "spec/model/address.h"

namespace weir::testing {
namespace {

using syntax::Operator;
using syntax::PathSegment;
using syntax::Quantifier;

syntax::Policy PolicyOf(std::vector<syntax::Route> routes) {
  syntax::Policy policy;
  policy.files = {"small.weir"};
  policy.services.push_back(
      {.name = "s", .endpoints = {{.address = {*model::ParseAddress("127.0.0.1"), 3000}}}});
  syntax::Gateway gateway;
  gateway.name = "edge";
  gateway.listeners.push_back({.address = {*model::ParseAddress("127.0.0.1"), 8080}});
  gateway.routes = std::move(routes);
  policy.gateways.push_back(std::move(gateway));
  return policy;
}

syntax::PathPattern Pattern(std::vector<PathSegment> segments, bool rest, const char* text) {
  return {.segments = std::move(segments), .rest = rest, .text = text};
}

std::vector<syntax::PathPattern> Patterns() {
  const PathSegment a{PathSegment::Kind::kLiteral, "a", ""};
  const PathSegment b{PathSegment::Kind::kLiteral, "b", ""};
  const PathSegment empty{PathSegment::Kind::kLiteral, "", ""};
  const PathSegment any{PathSegment::Kind::kWildcard, "", ""};
  return {Pattern({}, true, "/**"),
          Pattern({a}, true, "/a/**"),
          Pattern({a}, false, "/a"),
          Pattern({a, empty}, false, "/a/"),
          Pattern({any}, false, "/*"),
          Pattern({any, b}, false, "/*/b"),
          Pattern({any, any}, true, "/*/*/**")};
}

// Every match of a path, a method or none, a host or none, a header test or none.
std::vector<syntax::Match> Matches() {
  std::vector<syntax::Match> matches;
  for (const syntax::PathPattern& path : Patterns()) {
    for (int rest = 0; rest < 12; ++rest) {
      syntax::Match match;
      match.paths = {path};
      if (rest % 2 == 1) match.methods = {"GET"};
      if (rest / 2 % 2 == 1) match.hosts = {{syntax::HostPattern::Kind::kSuffix, "test"}};
      if (rest / 4 > 0) match.fields = {{.name = "x-a", .negated = rest / 4 == 2}};
      matches.push_back(match);
    }
  }
  return matches;
}

std::vector<fuzz::RandomRequest> Requests() {
  std::vector<fuzz::RandomRequest> requests;
  for (const char* path : {"/", "/a", "/a/", "/a/b", "/ab", "/b", "/a//b", "/c/b/../b"}) {
    for (const char* method : {"GET", "HEAD"}) {
      for (const char* host : {"api.test", "test:80"}) {
        for (const bool header : {false, true}) {
          fuzz::RandomRequest request;
          request.raw.method = method;
          request.raw.target = path;
          request.raw.fields = {{"Host", host}};
          if (header) request.raw.fields.emplace_back("X-A", "");
          requests.push_back(request);
        }
      }
    }
  }
  return requests;
}

TEST(Exhaustive, EveryPairOfSmallRoutes) {
  const std::vector<syntax::Match> matches = Matches();
  const std::vector<fuzz::RandomRequest> requests = Requests();
  const fuzz::RandomWorld world;
  // A third of all pairs: each pair of paths is met, with every other part.
  std::size_t cases = 0;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    for (std::size_t k = i % 3; k < matches.size(); k += 3) {
      syntax::Route first{.name = "first", .match = matches[i]};
      syntax::Route second{.name = "second", .match = matches[k]};
      first.action = syntax::Forward{{{.service = {0}}}};
      second.action = syntax::Response{.status = 200};
      const syntax::Policy policy = PolicyOf({first, second});
      const auto table = fuzz::Compile(policy);
      ASSERT_TRUE(table) << table.error();
      for (const fuzz::RandomRequest& request : requests) {
        const auto difference = fuzz::CompareDecision(*table, policy, request, world);
        ASSERT_FALSE(difference) << *difference;
        ++cases;
      }
    }
  }
  std::printf("%zu cases\n", cases);
}

std::vector<syntax::Predicate> Predicates() {
  std::vector<syntax::Predicate> predicates;
  const syntax::Attribute header{syntax::Subject::kHeader, "x-a", syntax::Type::kString};
  const syntax::Attribute query{syntax::Subject::kQuery, "q", syntax::Type::kString};
  for (const syntax::Attribute& attribute : {header, query}) {
    for (const Quantifier quantifier : {Quantifier::kScalar, Quantifier::kAny, Quantifier::kAll}) {
      if (quantifier != Quantifier::kScalar && attribute == query) continue;
      for (const char* constant : {"", "one", "two", "one, two"}) {
        for (const Operator op : {Operator::kEqual, Operator::kNotEqual, Operator::kIn,
                                  Operator::kStartsWith, Operator::kEndsWith}) {
          predicates.push_back({quantifier, attribute, op, {std::string(constant)}});
        }
      }
    }
    predicates.push_back({Quantifier::kScalar, attribute, Operator::kPresent, {}});
  }
  return predicates;
}

std::vector<fuzz::RandomRequest> ValueRequests() {
  std::vector<fuzz::RandomRequest> requests;
  for (const char* target : {"/", "/?q", "/?q=", "/?q=one", "/?q=%6Fne&q=two", "/?Q=one"}) {
    for (const char* value : {"-", "", "one", "one,two", " , ", "two ,, one", "onetwo"}) {
      fuzz::RandomRequest request;
      request.raw.method = "GET";
      request.raw.target = target;
      request.raw.fields = {{"Host", "api.test"}};
      if (std::string(value) != "-") request.raw.fields.emplace_back("X-A", value);
      requests.push_back(request);
    }
  }
  // The same header on two lines.
  fuzz::RandomRequest twice = requests.back();
  twice.raw.fields.emplace_back("x-a", "two");
  requests.push_back(twice);
  return requests;
}

TEST(Exhaustive, EveryOperatorOnAbsentEmptyAndPresent) {
  const fuzz::RandomWorld world;
  for (const syntax::Predicate& predicate : Predicates()) {
    for (const bool negated : {false, true}) {
      syntax::Expression condition{.kind = syntax::Expression::Kind::kPredicate,
                                   .predicate = predicate};
      if (negated) {
        condition = {.kind = syntax::Expression::Kind::kNot, .children = {condition}};
      }
      syntax::Route route{.name = "only"};
      route.rules.push_back({.allow = true, .when = condition, .node = 0});
      route.action = syntax::Forward{{{.service = {0}}}};
      syntax::Policy policy = PolicyOf({route});
      policy.origins.resize(1);
      const auto table = fuzz::Compile(policy);
      ASSERT_TRUE(table) << table.error();
      for (const fuzz::RandomRequest& request : ValueRequests()) {
        const auto difference = fuzz::CompareDecision(*table, policy, request, world);
        ASSERT_FALSE(difference) << *difference;
      }
    }
  }
}

}  // namespace
}  // namespace weir::testing
