// The automata against RE2 on random expressions and words, and against each
// other: minimal, equal for equal languages, right in products.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <map>
#include <random>
#include <set>

#include "compiler/automata/dfa.h"
#include "compiler/automata/minimise.h"
#include "compiler/automata/path_regex.h"
#include "compiler/automata/product.h"
#include "tests/support/random/random_regex.h"

namespace weir::compiler {
namespace {

using syntax::RegexNode;

bool Re2Matches(const RE2& oracle, const std::string& word) { return RE2::FullMatch(word, oracle); }

RE2::Options OracleOptions() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_log_errors(false);
  return options;
}

// Every word over `alphabet` of at most `length` octets.
std::vector<std::string> AllWords(const std::string& alphabet, std::size_t length) {
  std::vector<std::string> words{""};
  for (std::size_t i = 0; words[i].size() < length; ++i) {
    for (const char octet : alphabet) words.push_back(words[i] + octet);
  }
  return words;
}

Dfa Compile(const RegexNode& regex) { return CompileRegex(regex).value(); }

TEST(Automata, AgreeWithRe2OnRandomExpressions) {
  std::mt19937 random(20'251'109);
  const auto words = AllWords("ab/", 5);
  int accepted = 0;
  for (int i = 0; i < 400; ++i) {
    const RegexNode regex = testing::RandomRegex(random, "ab/", 3);
    const RE2 oracle(testing::ToRe2(regex), OracleOptions());
    ASSERT_TRUE(oracle.ok()) << testing::ToRe2(regex);
    const auto dfa = CompileRegex(regex);
    ASSERT_TRUE(dfa) << testing::ToRe2(regex);
    for (const auto& word : words) {
      ASSERT_EQ(dfa->Matches(word), Re2Matches(oracle, word))
          << testing::ToRe2(regex) << " on '" << word << "'";
      accepted += dfa->Matches(word);
    }
  }
  EXPECT_GT(accepted, 5'000);
}

// Two words that some continuation tells apart need two states: the number of
// distinct rows over continuations is a lower bound that a minimal automaton meets.
TEST(Automata, AreMinimal) {
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    const Dfa dfa = Compile(testing::RandomRegex(random, "ab", 3));
    const Dfa again = Minimise(dfa);
    ASSERT_EQ(again.state_count(), dfa.state_count());
    std::vector<std::uint32_t> kind(dfa.accepting.begin(), dfa.accepting.end());
    std::set<std::uint32_t> kinds(kind.begin(), kind.end());
    for (std::uint32_t round = 0; round < dfa.state_count(); ++round) {  // Moore's way
      std::map<std::vector<std::uint32_t>, std::uint32_t> rows;
      std::vector<std::uint32_t> finer;
      for (std::uint32_t s = 0; s < dfa.state_count(); ++s) {
        std::vector<std::uint32_t> row{kind[s]};
        for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
          row.push_back(kind[dfa.next[s * dfa.class_count + c]]);
        }
        finer.push_back(
            rows.try_emplace(row, static_cast<std::uint32_t>(rows.size())).first->second);
      }
      kind = finer;
      kinds = {kind.begin(), kind.end()};
    }
    ASSERT_EQ(kinds.size(), dfa.state_count());
  }
}

TEST(Automata, EqualLanguagesGiveEqualAutomata) {
  const RegexNode a = RegexText("a"), b = RegexText("b");
  // (a|b)* and (a*b*)*
  const Dfa left = Compile(RegexRepeat(RegexAlternate({a, b}), 0, -1));
  const Dfa right =
      Compile(RegexRepeat(RegexConcat({RegexRepeat(a, 0, -1), RegexRepeat(b, 0, -1)}), 0, -1));
  EXPECT_EQ(left.next, right.next);
  EXPECT_EQ(left.class_of, right.class_of);
  EXPECT_EQ(left.accepting, right.accepting);
}

TEST(Automata, StopAtTheirBudget) {
  // The n-th octet from the end: 2^n states.
  const RegexNode any = RegexSet(AnyOctet());
  const auto from_end = [&](int n) {
    return RegexConcat({RegexRepeat(any, 0, -1), RegexText("a"), RegexRepeat(any, n, n)});
  };
  EXPECT_EQ(CompileRegex(from_end(8))->state_count(), 512u);
  EXPECT_FALSE(CompileRegex(from_end(20)));
  EXPECT_FALSE(CompileRegex(from_end(8), 100));
  EXPECT_FALSE(CompileRegex(RegexRepeat(RegexRepeat(RegexText("a"), 1000, 1000), 1000, 1000)));
  EXPECT_EQ(CompileRegex(RegexRepeat(RegexText("a"), 1000, 1000))->state_count(), 1002u);
}

syntax::PathPattern Pattern(std::vector<std::string> segments, bool rest) {
  syntax::PathPattern pattern;
  for (auto& segment : segments) {
    const bool wildcard = segment == "*";
    pattern.segments.push_back(
        {wildcard ? syntax::PathSegment::Kind::kWildcard : syntax::PathSegment::Kind::kLiteral,
         wildcard ? "" : segment, ""});
  }
  pattern.rest = rest;
  return pattern;
}

TEST(Automata, PathPatternsMatchWholeSegments) {
  struct Case {
    syntax::PathPattern pattern;
    std::vector<std::string> yes, no;
  };
  const Case cases[] = {
      {Pattern({"a"}, true), {"/a", "/a/", "/a/b/c"}, {"/ab", "/", "/b/a"}},
      {Pattern({"a"}, false), {"/a"}, {"/a/", "/"}},
      {Pattern({"a", ""}, false), {"/a/"}, {"/a", "/a//"}},
      {Pattern({"a", "*"}, false), {"/a/b"}, {"/a/", "/a/b/", "/a/b/c"}},
      {Pattern({"a", "*"}, true), {"/a/b", "/a/b/", "/a/b/c"}, {"/a/", "/a"}},
      {Pattern({}, true), {"/", "/a", "/a/"}, {""}},
      {Pattern({""}, false), {"/"}, {"/a", ""}},
  };
  for (const auto& [pattern, yes, no] : cases) {
    const auto dfa = CompilePath(pattern);
    for (const auto& path : yes) EXPECT_TRUE(dfa->Matches(path)) << path;
    for (const auto& path : no) EXPECT_FALSE(dfa->Matches(path)) << path;
  }
}

TEST(Product, FindsAShortestWordOrNone) {
  std::mt19937 random(99);
  const auto words = AllWords("ab", 6);
  int found = 0, none = 0;
  for (int i = 0; i < 300; ++i) {
    const Dfa a = Compile(testing::RandomRegex(random, "ab", 2));
    const Dfa b = Compile(testing::RandomRegex(random, "ab", 2));
    const Dfa* dfas[] = {&a, &b};
    const auto search = ShortestWord(dfas, [](Accepts accepts) { return !accepts[1]; }, 20'000, 1);
    ASSERT_NE(search.kind, WordSearch::Kind::kOverBudget);
    EXPECT_EQ(Subset(a, b), search.kind == WordSearch::Kind::kNone);
    (search.kind == WordSearch::Kind::kNone ? none : found) += 1;
    if (search.kind == WordSearch::Kind::kFound) {
      EXPECT_TRUE(a.Matches(search.word) && !b.Matches(search.word));
    }
    for (const auto& word : words) {  // shortest first
      if (!a.Matches(word) || b.Matches(word)) continue;
      ASSERT_EQ(search.kind, WordSearch::Kind::kFound);
      EXPECT_LE(search.word.size(), word.size());
      break;
    }
    const auto both = Intersect(a, b);
    const Dfa not_a = Complement(a);
    for (const auto& word : words) {
      EXPECT_EQ(both->Matches(word), a.Matches(word) && b.Matches(word));
      EXPECT_NE(not_a.Matches(word), a.Matches(word));
    }
  }
  EXPECT_GT(found, 50);
  EXPECT_GT(none, 20);
}

TEST(Product, SignVectorsAreExactlyTheOnesThatWordsHave) {
  std::mt19937 random(5);
  const auto words = AllWords("ab", 7);
  for (int i = 0; i < 60; ++i) {
    std::vector<Dfa> dfas;
    for (int d = 0; d < 3; ++d) dfas.push_back(Compile(testing::RandomRegex(random, "ab", 2)));
    const Dfa* pointers[] = {&dfas[0], &dfas[1], &dfas[2]};
    const auto vectors = SignVectors(pointers);
    ASSERT_TRUE(vectors);
    std::set<std::vector<std::uint8_t>> signs;
    for (const auto& [accepts, word] : *vectors) {
      signs.insert(accepts);
      for (int d = 0; d < 3; ++d) EXPECT_EQ(dfas[d].Matches(word), accepts[d] != 0);
    }
    for (const auto& word : words) {
      EXPECT_TRUE(
          signs.contains({dfas[0].Matches(word), dfas[1].Matches(word), dfas[2].Matches(word)}));
    }
  }
}

TEST(Product, EndsOverBudget) {
  const RegexNode any = RegexSet(AnyOctet());
  const Dfa a = Compile(RegexRepeat(RegexRepeat(any, 97, 97), 0, -1));
  const Dfa b = Compile(RegexConcat({any, RegexRepeat(RegexRepeat(any, 89, 89), 0, -1)}));
  const Dfa* dfas[] = {&a, &b};
  const auto all = [](Accepts) { return true; };
  EXPECT_EQ(ShortestWord(dfas, all, 500, 2).kind, WordSearch::Kind::kOverBudget);
  EXPECT_EQ(ShortestWord(dfas, all, 20'000, 2).kind, WordSearch::Kind::kFound);
}

}  // namespace
}  // namespace weir::compiler
