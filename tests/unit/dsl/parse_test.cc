// Tokens, spans, comments, conditions and limits of the parser; what it says
// to wrong text stands in tests/golden/text.
#include "dsl/parse/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsl/format/format.h"
#include "dsl/source/read_file.h"

namespace weir::dsl {
namespace {

using ::testing::ElementsAre;
using tree::Condition;
using tree::Item;

struct Parsed {
  SourceMap sources;
  ParseResult result;
  const tree::Statement& statement(std::size_t i = 0) const { return result.tree.statements.at(i); }
};

Parsed ParseText(const std::string& text) {
  Parsed parsed;
  parsed.result = Parse(parsed.sources, parsed.sources.Add("t.weir", text));
  return parsed;
}

Parsed Good(const std::string& text) {
  Parsed parsed = ParseText(text);
  for (const Diagnostic& d : parsed.result.diagnostics)
    ADD_FAILURE() << d.message << " in " << text;
  return parsed;
}

std::vector<std::string> Texts(const tree::Statement& statement) {
  std::vector<std::string> texts;
  for (const Item& item : statement.items) texts.push_back(item.text);
  return texts;
}

std::vector<std::string> Rules(const std::string& text) {
  std::vector<std::string> rules;
  for (const Diagnostic& d : ParseText(text).result.diagnostics) rules.push_back(d.rule);
  return rules;
}

std::string ConditionOf(const std::string& text) {
  Parsed parsed = Good("x when " + text);
  return parsed.statement().items.size() == 3 ? Format(*parsed.statement().items[2].condition) : "";
}

TEST(Words, AreRunsOfTheirCharacters) {
  Parsed p = Good("a user-service 64KiB 20% 5xx 10.0.0.0/8 2001:db8::/32 jwt.scope [::1]:80 * -1");
  EXPECT_THAT(Texts(p.statement()),
              ElementsAre("a", "user-service", "64KiB", "20%", "5xx", "10.0.0.0/8", "2001:db8::/32",
                          "jwt.scope", "[::1]:80", "*", "-1"));
}

TEST(Words, DoNotEndInADash) {
  Parsed p = Good("a->b");
  EXPECT_THAT(Texts(p.statement()), ElementsAre("a", "->", "b"));
  EXPECT_EQ(p.statement().items[1].kind, Item::Kind::kOperator);
}

TEST(Words, OfConditionsAreOrdinaryElsewhere) {
  Parsed p = Good("any of all in present not matches");
  EXPECT_EQ(p.statement().items.size(), 7u);
}

TEST(Strings, AreUnescaped) {
  Parsed p = Good(R"(x "a\"b\\c\n\t\x07\u{e9}" ~"\d\"\\")");
  EXPECT_EQ(p.statement().items[1].text, "a\"b\\c\n\t\x07\xC3\xA9");
  EXPECT_EQ(p.statement().items[2].text, "\\d\"\\\\");
}

TEST(Strings, RefuseOtherEscapes) {
  for (const char* text : {R"(x "\q")", R"(x "\x80")", R"(x "\x00")", R"(x "\x0")", R"(x "\u{}")",
                           R"(x "\u{D800}")", R"(x "\u{110000}")", R"(x "\u{0}")", "x \"\x01\""}) {
    EXPECT_THAT(Rules(text), ElementsAre("syntax")) << text;
  }
}

TEST(Spans, CoverWhatWasWritten) {
  Parsed p = Good("# c\nroute \"\xC3\xA9\" { forward [a, b] } # d\n");
  const tree::Statement& route = p.statement();
  EXPECT_EQ(p.sources.text(route.span), "route \"\xC3\xA9\" { forward [a, b] }");
  EXPECT_EQ(p.sources.text(route.items[1].span), "\"\xC3\xA9\"");
  EXPECT_EQ(p.sources.text(route.items[2].span), "{ forward [a, b] }");
  EXPECT_EQ(p.sources.text(route.items[2].statements[0].items[1].items[1].span), "b");
  EXPECT_EQ(p.sources.Begin(route.items[2].span).column, 11u);
  EXPECT_EQ(p.sources.Begin(route.span).line, 2u);
}

TEST(Conditions, BindFromOrToComparison) {
  Parsed p = Good("allow when a or not b == 1 and c");
  const Condition& root = *p.statement().items[2].condition;
  ASSERT_EQ(root.kind, Condition::Kind::kOr);
  ASSERT_EQ(root.children[1].kind, Condition::Kind::kAnd);
  ASSERT_EQ(root.children[1].children[0].kind, Condition::Kind::kNot);
  EXPECT_EQ(root.children[1].children[0].children[0].kind, Condition::Kind::kCompare);
  EXPECT_EQ(p.sources.text(root.children[1].span), "not b == 1 and c");
}

TEST(Conditions, EndBeforeWhatCannotContinueThem) {
  Parsed p = Good("no request where path matches \"/a/**\" and not (x in [1]) is forwarded");
  ASSERT_EQ(p.statement().items.size(), 6u);
  EXPECT_EQ(p.statement().items[4].text, "is");
  Parsed q = Good("every request where a satisfies b == 1 -> c any of d");
  EXPECT_THAT(Texts(q.statement()), ElementsAre("every", "request", "where", "", "satisfies", "",
                                                "->", "c", "any", "of", "d"));
}

TEST(Conditions, ReadEveryForm) {
  for (const char* text :
       {"a", "present(header.x)", "any of header.x in [\"a\", \"b\"]", "all of jwt.roles == \"a\"",
        "\"a\" in jwt.scope", "path matches ~\"/v[0-9]+\"", "host ends-with \".org\"",
        "((a or b) and not not c)", "x in []", "x >= 5 and y < 3 and z != -1"}) {
    EXPECT_EQ(ConditionOf(text), text);
  }
}

TEST(Blocks, HoldStatementsOnOneLineOrMany) {
  Parsed p = Good("a { b\n  c { d } }\ne {}");
  EXPECT_EQ(p.statement(0).items[1].statements.size(), 2u);
  EXPECT_TRUE(p.statement(0).items[1].breaks_line);
  EXPECT_FALSE(p.statement(0).items[1].statements[1].items[1].breaks_line);
  EXPECT_TRUE(p.statement(1).items[1].statements.empty());
}

TEST(Lines, MayEndInCarriageReturnAndBreakInsideBrackets) {
  Parsed p = Good("a b\r\nc [1,\r\n 2,\r\n]\r\nd when (x\r\n and y)\r\n");
  EXPECT_EQ(p.result.tree.statements.size(), 3u);
  EXPECT_EQ(p.statement(1).items[1].items.size(), 2u);
}

TEST(Lines, MayBreakBesideAndAndOr) {
  std::string text = "x {\n  allow when a\n      and (b or c)\n    or d\n  deny\n}\n";
  Parsed p = Good(text);
  EXPECT_EQ(Format(p.result.tree), text);
  EXPECT_EQ(Format(Good("allow when a and\n b or # why\n\n c\n").result.tree),
            "# why\nallow when a\n    and b\n  or c\n");
}

TEST(Comments, BelongToWhatTheyStandBy) {
  Parsed p = Good("# head\n\n# on a\na { # open\n  b # on b\n\n  # end\n}\n# last\n");
  EXPECT_THAT(p.statement().comments, ElementsAre("# head", "", "# on a"));
  const Item& block = p.statement().items[1];
  EXPECT_EQ(block.comments->open, "# open");
  EXPECT_EQ(block.statements[0].trailing_comment, "# on b");
  EXPECT_THAT(block.comments->end, ElementsAre("", "# end"));
  EXPECT_THAT(p.result.tree.end_comments, ElementsAre("# last"));
}

TEST(Errors, CostTheirOwnStatementOnly) {
  Parsed p = ParseText("a {\n  b [1 2]\n  c ok\n  d when\n}\ne ok\n");
  EXPECT_EQ(p.result.diagnostics.size(), 2u);
  ASSERT_EQ(p.result.tree.statements.size(), 2u);
  EXPECT_EQ(p.statement(0).items[1].statements.size(), 1u);
}

TEST(Errors, OfAnUnclosedListDoNotSpread) {
  Parsed p = ParseText("a {\n  b [1, 2\n  c ok\n  d (\n}\n");
  EXPECT_THAT(Rules("a {\n  b [1, 2\n  c ok\n}\n"), ElementsAre("unclosed"));
  EXPECT_EQ(p.statement(0).items[1].statements.size(), 1u);
}

TEST(Errors, AreFewAtMost) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a , b\n";
  EXPECT_EQ(Rules(text).size(), 20u);
}

TEST(Limits, OnNesting) {
  auto nested = [](int n) { return "x when " + std::string(n, '(') + "a" + std::string(n, ')'); };
  EXPECT_TRUE(Rules(nested(256)).empty());
  EXPECT_THAT(Rules(nested(257)), ElementsAre("nesting-too-deep"));
  EXPECT_THAT(Rules(std::string(100000, '[')), ElementsAre("nesting-too-deep"));
  std::string alternating = "x when ";
  for (int i = 0; i < 129; ++i) alternating += "not (";
  EXPECT_THAT(Rules(alternating), ElementsAre("nesting-too-deep"));
}

TEST(Limits, LetLongFlatTextPass) {
  std::string text = "x when a";
  for (int i = 0; i < 2000; ++i) text += " or not a";
  EXPECT_TRUE(Rules(text).empty());
}

TEST(Limits, OnAStatement) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "a ";
  EXPECT_THAT(Rules(text), ElementsAre("statement-too-long"));
}

TEST(Limits, OnSizeAndOctets) {
  EXPECT_THAT(Rules(std::string(kMaxFileOctets + 1, ' ')), ElementsAre("file-too-large"));
  EXPECT_THAT(Rules(std::string("a\0b", 3)), ElementsAre("nul-octet"));
  for (const char* text :
       {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_THAT(Rules(text), ElementsAre("malformed-utf8"));
  }
  EXPECT_THAT(Rules("# \xE2\x81\xA6"), ElementsAre("hidden-character"));
  EXPECT_TRUE(Rules("\xEF\xBB\xBF# a\na \"\xF0\x9F\x8C\x8A\"").empty());
  EXPECT_TRUE(Rules("").empty());
}

}  // namespace
}  // namespace weir::dsl
