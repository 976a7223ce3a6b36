// The model's matching, rule by rule (spec/rules/match.md).
#include "spec/model/match.h"

#include <gtest/gtest.h>

#include "spec/model/query.h"

namespace weir::model {
namespace {

using syntax::PathSegment;

syntax::PathPattern Pattern(std::initializer_list<const char*> segments, bool rest) {
  syntax::PathPattern pattern{.rest = rest};
  for (const char* text : segments) {
    const std::string segment = text;
    if (segment == "*") {
      pattern.segments.push_back({PathSegment::Kind::kWildcard, "", ""});
    } else if (segment.starts_with("{")) {
      pattern.segments.push_back(
          {PathSegment::Kind::kWildcard, "", segment.substr(1, segment.size() - 2)});
    } else {
      pattern.segments.push_back({PathSegment::Kind::kLiteral, segment, ""});
    }
  }
  return pattern;
}

TEST(Match, Paths) {
  const struct {
    syntax::PathPattern pattern;
    const char* path;
    bool matches;
  } rows[] = {
      {Pattern({"a"}, true), "/a", true},       {Pattern({"a"}, true), "/a/", true},
      {Pattern({"a"}, true), "/a/b/c", true},   {Pattern({"a"}, true), "/ab", false},
      {Pattern({"a"}, true), "/", false},       {Pattern({}, true), "/", true},
      {Pattern({}, true), "/x/", true},         {Pattern({"a"}, false), "/a", true},
      {Pattern({"a"}, false), "/a/", false},    {Pattern({"a", ""}, false), "/a/", true},
      {Pattern({"a", ""}, false), "/a", false}, {Pattern({"*"}, false), "/x", true},
      {Pattern({"*"}, false), "/", false},      {Pattern({"*", "b"}, false), "//b", false},
      {Pattern({"*"}, true), "/x/", true},      {Pattern({"*"}, true), "/", false},
      {Pattern({""}, false), "/", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(MatchesPath(row.pattern, row.path).has_value(), row.matches)
        << row.pattern.segments.size() << (row.pattern.rest ? "**" : "") << " on " << row.path;
  }
  EXPECT_EQ(MatchesPath(Pattern({"users", "{id}"}, true), "/users/a%20b/x")->at("id"), "a%20b");
}

TEST(Match, Hosts) {
  const syntax::HostPattern suffix{syntax::HostPattern::Kind::kSuffix, "shop.test"};
  EXPECT_TRUE(MatchesHost(suffix, "a.shop.test"));
  EXPECT_TRUE(MatchesHost(suffix, "x.y.shop.test"));
  EXPECT_FALSE(MatchesHost(suffix, "shop.test"));
  EXPECT_FALSE(MatchesHost(suffix, "eshop.test"));
  EXPECT_TRUE(MatchesHost({.name = "shop.test"}, "shop.test"));
}

TEST(Match, NegatedTestsHoldOnAbsentFields) {
  using Kind = syntax::FieldMatch::Test;
  CanonicalRequest absent;
  CanonicalRequest present;
  present.headers = {{"x-a", "one", 1}};
  for (const Kind test : {Kind::kPresent, Kind::kOneOf, Kind::kPrefix}) {
    syntax::FieldMatch field{.name = "x-a", .test = test, .values = {"one"}};
    EXPECT_TRUE(MatchesField(field, present));
    EXPECT_FALSE(MatchesField(field, absent));
    field.negated = true;
    EXPECT_FALSE(MatchesField(field, present));
    EXPECT_TRUE(MatchesField(field, absent));
  }
}

TEST(Match, QueryParametersAndCookies) {
  EXPECT_EQ(QueryParameter("q=1&q=2", "q"), "1");
  EXPECT_EQ(QueryParameter("a&q", "q"), "");
  EXPECT_EQ(QueryParameter("%71=a+b%2B", "q"), "a b+");
  EXPECT_EQ(QueryParameter("q=%zz%4", "q"), "%zz%4");
  EXPECT_EQ(QueryParameter("&&p=1", "q"), std::nullopt);
  EXPECT_EQ(QueryParameter("q=a=b", "q"), "a=b");
  EXPECT_EQ(WithoutParameter("a=1&%71=2&b&q", "q"), "a=1&b");
  EXPECT_EQ(EncodedParameter("a b", "c&d"), "a%20b=c%26d");
  EXPECT_EQ(Cookie("a=1; sid = x ;sid=y", "sid"), "x");
  EXPECT_EQ(Cookie("a=%41", "a"), "%41");
  EXPECT_EQ(Cookie("sid", "sid"), std::nullopt);
}

}  // namespace
}  // namespace weir::model
