// The regular expressions of policies: what is accepted, as RE2 sees it where
// the dialects overlap, and what is matched, by a slow matcher over the tree.
#include "dsl/resolve/regex.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <set>
#include <string>
#include <string_view>

#include "tests/support/random/seed.h"

namespace weir::dsl::resolve {
namespace {

using syntax::RegexNode;
using Places = std::set<std::size_t>;

// Where a match that begins at one of `from` can end.
Places Ends(const RegexNode& node, std::string_view text, const Places& from) {
  switch (node.kind) {
    case RegexNode::Kind::kNothing:
      return {};
    case RegexNode::Kind::kEmpty:
      return from;
    case RegexNode::Kind::kSet: {
      Places ends;
      for (std::size_t i : from) {
        if (i < text.size() && node.set[static_cast<unsigned char>(text[i])]) ends.insert(i + 1);
      }
      return ends;
    }
    case RegexNode::Kind::kConcat: {
      Places at = from;
      for (const RegexNode& child : node.children) at = Ends(child, text, at);
      return at;
    }
    case RegexNode::Kind::kAlternate: {
      Places ends;
      for (const RegexNode& child : node.children) ends.merge(Ends(child, text, from));
      return ends;
    }
    case RegexNode::Kind::kRepeat: {
      Places at = from;
      for (int i = 0; i < node.min; ++i) at = Ends(node.children[0], text, at);
      Places all = at;
      for (int i = node.min; node.max < 0 || i < node.max; ++i) {
        at = Ends(node.children[0], text, at);
        const std::size_t before = all.size();
        all.insert(at.begin(), at.end());
        if (all.size() == before) break;
      }
      return all;
    }
  }
  return {};
}

bool Matches(const syntax::Regex& regex, std::string_view text) {
  return Ends(regex.root, text, {0}).contains(text.size());
}

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // octets
  return options;
}

TEST(RegexTest, Accepts) {
  for (std::string_view good : {"",
                                "a",
                                "a|b",
                                "(a|b)*",
                                "(?:a)",
                                "(?i)a",
                                "(?i:a)b",
                                "(?s).",
                                "[a-z]",
                                "[^a-z]",
                                "[]a]",
                                "[a-]",
                                "[[:alpha:]_]",
                                "\\d+",
                                "a{3}",
                                "a{3,}",
                                "a{3,5}",
                                "a*?",
                                "\\.",
                                "\\x41",
                                "/users/[0-9]+(/.*)?",
                                "[\\d\\-]",
                                "\xC3\xA9*",
                                "(?i-s:a)",
                                "a||b",
                                "()"}) {
    EXPECT_TRUE(ParseRegex(good)) << good;
  }
}

TEST(RegexTest, Refuses) {
  for (
      std::string_view bad :
      {"^a", "a$",   "\\bx",  "(?=a)", "(?!a)", "(?<=a)",     "(?P<n>a)", "\\1",           "(a",
       "a)", "[a",   "[z-a]", "*a",    "a**",   "a{2}{3}",    "a{1001}",  "(a{100}){100}", "a{5,3}",
       "{",  "a{x}", "\\",    "\\pL",  "\\q",   "[\xC3\xA9]", "(?m)a",    "[[:foo:]]",     "\\x4",
       "(?i"}) {
    EXPECT_FALSE(ParseRegex(bad)) << bad;
  }
}

TEST(RegexTest, MatchesOctets) {
  auto regex = ParseRegex("\xC3\xA9+");
  ASSERT_TRUE(regex);
  EXPECT_TRUE(Matches(*regex, "\xC3\xA9\xC3\xA9"));
  EXPECT_FALSE(Matches(*regex, "\xC3\xA9\xA9"));
  auto folded = ParseRegex("(?i)ab[c-d]");
  ASSERT_TRUE(folded);
  EXPECT_TRUE(Matches(*folded, "aBD"));
}

// Random expressions of the dialect's own alphabet: RE2 accepts what we accept,
// and both match the same texts.
TEST(RegexTest, AgreesWithRe2) {
  constexpr std::string_view kPieces[] = {
      "a",     "b",    ".",    "|",   "(",   ")",           "(?:",  "*", "+",  "?", "{2}",
      "{0,2}", "[ab]", "[^a]", "\\d", "\\w", "[[:alpha:]]", "(?i)", "B", "\n", "1"};
  const auto seed = static_cast<unsigned>(testing::Seed());
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const RE2::Options options = Quiet();
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t n = random() % 8; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    auto ours = ParseRegex(text);
    const RE2 theirs(text, options);
    // RE2 lets a repetition reach over "(?i)" to what stands before it, and has "(?)", which
    // sets no flag; the dialect has "(?i)" alone.
    const auto holds = [&](const char* part) { return text.find(part) != std::string::npos; };
    if (theirs.ok() && !holds("(?i)") && !holds("(?)")) {
      EXPECT_TRUE(ours) << text << ": " << (ours ? "" : ours.error().message);
    }
    if (!ours) continue;
    ++accepted;
    ASSERT_TRUE(theirs.ok()) << text << ": " << theirs.error();
    for (std::string_view input :
         {"", "a", "b", "ab", "aa", "ba", "1", "\n", "aab", "AB", "B1", "aaaa"}) {
      EXPECT_EQ(Matches(*ours, input), RE2::FullMatch(input, theirs)) << text << " on " << input;
    }
  }
  EXPECT_GT(accepted, 2000);
}

}  // namespace
}  // namespace weir::dsl::resolve
