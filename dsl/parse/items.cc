#include "dsl/parse/items.h"

#include <antlr4-runtime.h>

#include <memory>
#include <utility>

#include "WeirParser.h"
#include "dsl/parse/literals.h"

namespace weir::dsl {
namespace {

using antlr4::ParserRuleContext;
using antlr4::tree::ParseTree;
using grammar::WeirParser;
using tree::Item;

const antlr4::Token* Terminal(ParseTree* node) {
  auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(node);
  return terminal == nullptr ? nullptr : terminal->getSymbol();
}

ParserRuleContext& Rule(ParseTree* node) { return static_cast<ParserRuleContext&>(*node); }

tree::ItemComments& CommentsOf(Item& item) {
  if (!item.comments) item.comments = std::make_unique<tree::ItemComments>();
  return *item.comments;
}

}  // namespace

Span ItemBuilder::SpanOf(const antlr4::Token& token) const {
  return {file_, static_cast<std::uint32_t>(token.getStartIndex()),
          static_cast<std::uint32_t>(token.getStopIndex() + 1)};
}

Span ItemBuilder::SpanOf(const ParserRuleContext& node) const {
  auto& rule = const_cast<ParserRuleContext&>(node);
  return {file_, SpanOf(*rule.getStart()).begin, SpanOf(*rule.getStop()).end};
}

bool ItemBuilder::LineBreak(std::uint32_t from, std::uint32_t to) const {
  return sources_.text({file_, from, to}).find('\n') != std::string_view::npos;
}

bool ItemBuilder::WideGap(std::uint32_t from, std::uint32_t to) const {
  return to >= from + 2 || sources_.text({file_, from, to}) == "\t";
}

bool ItemBuilder::Build(ParserRuleContext& statement, std::vector<Item>& blocks,
                        std::vector<Item>& out) {
  next_block_ = 0;
  good_ = true;
  Walk(statement, blocks, out);
  // A gap behind the first word or before a block is mere alignment.
  for (std::size_t i = 2; i < out.size(); ++i) {
    out[i].wide_gap =
        out[i].kind != Item::Kind::kBlock && WideGap(out[i - 1].span.end, out[i].span.begin);
  }
  return good_;
}

void ItemBuilder::Walk(ParseTree& node, std::vector<Item>& blocks, std::vector<Item>& out) {
  if (const antlr4::Token* token = Terminal(&node)) return out.push_back(Leaf(*token));
  ParserRuleContext& rule = Rule(&node);
  switch (rule.getRuleIndex()) {
    case WeirParser::RuleBlock:
      return out.push_back(std::move(blocks[next_block_++]));
    case WeirParser::RuleList:
      return out.push_back(List(rule));
    case WeirParser::RuleCondition: {
      Item item;
      item.kind = Item::Kind::kCondition;
      item.span = SpanOf(rule);
      item.condition = std::make_unique<tree::Condition>(Condition(rule));
      return out.push_back(std::move(item));
    }
    default:
      for (ParseTree* child : rule.children) Walk(*child, blocks, out);
  }
}

std::string ItemBuilder::Literal(const antlr4::Token& token) {
  Span span = SpanOf(token);
  std::string_view text = sources_.text(span);
  if (token.getType() == WeirParser::REGEX) return RegexText(text);
  if (token.getType() != WeirParser::STRING) return std::string(text);
  std::optional<std::string> literal = Unescape(text, span, diagnostics_);
  good_ = good_ && literal.has_value();
  return literal.value_or("");
}

Item ItemBuilder::Leaf(const antlr4::Token& token) {
  Item item;
  item.span = SpanOf(token);
  item.text = Literal(token);
  std::size_t type = token.getType();
  if (type == WeirParser::STRING) item.kind = Item::Kind::kString;
  if (type == WeirParser::REGEX) item.kind = Item::Kind::kRegex;
  const bool sign = type >= WeirParser::EQUAL && type <= WeirParser::ARROW;
  if (sign || type == WeirParser::ASSIGN) item.kind = Item::Kind::kOperator;
  return item;
}

Item ItemBuilder::List(ParserRuleContext& list) {
  Item item;
  item.kind = Item::Kind::kList;
  item.span = SpanOf(list);
  std::uint32_t previous = item.span.begin + 1;
  if (auto comment = comments_.TakeBehind(previous)) CommentsOf(item).open = *comment;
  for (ParseTree* child : list.children) {
    if (const antlr4::Token* token = Terminal(child)) {
      if (token->getType() == WeirParser::COMMA) previous = SpanOf(*token).end;
      continue;
    }
    ParserRuleContext& element = Rule(child);
    std::uint32_t begin = SpanOf(element).begin;
    std::vector<std::string> before = comments_.Take(previous, begin);
    std::vector<Item> made, no_blocks;
    Walk(element, no_blocks, made);
    Item& one = item.items.emplace_back(std::move(made.front()));
    one.breaks_line = LineBreak(previous, begin);
    if (!before.empty()) CommentsOf(one).before = std::move(before);
    previous = one.span.end;
    if (auto comment = comments_.TakeBehind(previous, true)) CommentsOf(one).trailing = *comment;
  }
  std::vector<std::string> end = comments_.Take(previous, item.span.end);
  if (!end.empty()) CommentsOf(item).end = std::move(end);
  // A list is written in one way: once one element breaks, the first does too.
  bool breaks = item.comments != nullptr;
  for (const Item& one : item.items) breaks = breaks || one.breaks_line || one.comments;
  for (std::size_t i = 0; i < item.items.size(); ++i) {
    bool behind_comment =
        i > 0 && item.items[i - 1].comments && !item.items[i - 1].comments->trailing.empty();
    if (breaks && (i == 0 || behind_comment)) item.items[i].breaks_line = true;
  }
  return item;
}

tree::Condition ItemBuilder::Condition(ParserRuleContext& node) {
  switch (node.getRuleIndex()) {
    case WeirParser::RuleCondition:
      return Joined(node, tree::Condition::Kind::kOr);
    case WeirParser::RuleConjunction:
      return Joined(node, tree::Condition::Kind::kAnd);
    case WeirParser::RuleNegation:
      return Negation(node);
    case WeirParser::RuleComparison:
      return Comparison(node);
    default:
      return Operand(node);
  }
}

tree::Condition ItemBuilder::Joined(ParserRuleContext& node, tree::Condition::Kind kind) {
  if (node.children.size() == 1) return Condition(Rule(node.children[0]));
  tree::Condition joined;
  joined.kind = kind;
  joined.span = SpanOf(node);
  for (ParseTree* child : node.children) {
    if (Terminal(child) != nullptr) continue;
    tree::Condition operand = Condition(Rule(child));
    if (!joined.children.empty()) {
      operand.breaks_line = LineBreak(joined.children.back().span.end, operand.span.begin);
    }
    joined.children.push_back(std::move(operand));
  }
  return joined;
}

tree::Condition ItemBuilder::Negation(ParserRuleContext& node) {
  tree::Condition inner = Condition(Rule(node.children.back()));
  for (std::size_t i = node.children.size() - 1; i-- > 0;) {
    tree::Condition outer;
    outer.kind = tree::Condition::Kind::kNot;
    outer.span = {file_, SpanOf(*Terminal(node.children[i])).begin, inner.span.end};
    outer.children.push_back(std::move(inner));
    inner = std::move(outer);
  }
  return inner;
}

tree::Condition ItemBuilder::Comparison(ParserRuleContext& node) {
  using Kind = tree::Condition::Kind;
  const std::vector<ParseTree*>& parts = node.children;
  if (parts.size() == 1) return Operand(Rule(parts[0]));
  const antlr4::Token* first = Terminal(parts[0]);
  if (first != nullptr && first->getType() == WeirParser::OPEN_GROUP) return Group(node);
  tree::Condition made;
  made.span = SpanOf(node);
  if (first != nullptr && first->getType() == WeirParser::PRESENT) {
    made.kind = Kind::kPresent;
    made.children.push_back(ConditionLeaf(*Terminal(parts[2])));
    return made;
  }
  std::size_t left = first != nullptr ? 2 : 0;  // behind `any of`
  tree::Condition compare;
  compare.kind = Kind::kCompare;
  compare.text = std::string(sources_.text(SpanOf(Rule(parts[left + 1]))));
  const antlr4::Token* word = Terminal(parts[left]);
  compare.children.push_back(word != nullptr ? ConditionLeaf(*word) : Operand(Rule(parts[left])));
  compare.children.push_back(Operand(Rule(parts[left + 2])));
  compare.span = {file_, compare.children[0].span.begin, made.span.end};
  if (first == nullptr) return compare;
  made.kind = first->getType() == WeirParser::ANY ? Kind::kAny : Kind::kAll;
  made.children.push_back(std::move(compare));
  return made;
}

tree::Condition ItemBuilder::Group(ParserRuleContext& node) {
  tree::Condition group;
  group.kind = tree::Condition::Kind::kGroup;
  group.span = SpanOf(node);
  tree::Condition inner = Condition(Rule(node.children[1]));
  inner.breaks_line = LineBreak(group.span.begin, inner.span.begin);
  group.children.push_back(std::move(inner));
  return group;
}

tree::Condition ItemBuilder::Operand(ParserRuleContext& node) {
  if (const antlr4::Token* token = Terminal(node.children[0])) return ConditionLeaf(*token);
  return Constants(Rule(node.children[0]));
}

tree::Condition ItemBuilder::Constants(ParserRuleContext& node) {
  tree::Condition list;
  list.kind = tree::Condition::Kind::kList;
  list.span = SpanOf(node);
  std::uint32_t previous = list.span.begin;
  bool breaks = false;
  for (ParseTree* child : node.children) {
    if (Terminal(child) != nullptr) continue;
    tree::Condition& one = list.children.emplace_back(Operand(Rule(child)));
    one.breaks_line = LineBreak(previous, one.span.begin);
    breaks = breaks || one.breaks_line;
    previous = one.span.end;
  }
  if (breaks) list.children.front().breaks_line = true;
  return list;
}

tree::Condition ItemBuilder::ConditionLeaf(const antlr4::Token& token) {
  tree::Condition leaf;
  leaf.span = SpanOf(token);
  leaf.text = Literal(token);
  if (token.getType() == WeirParser::STRING) leaf.kind = tree::Condition::Kind::kString;
  if (token.getType() == WeirParser::REGEX) leaf.kind = tree::Condition::Kind::kRegex;
  return leaf;
}

}  // namespace weir::dsl
