#include "fuzz/generators/tree_generator.h"

#include <memory>
#include <string>
#include <utility>

namespace weir::fuzz {
namespace {

using dsl::tree::Condition;
using dsl::tree::Item;
using dsl::tree::ItemComments;
using dsl::tree::Statement;

ItemComments& CommentsOf(Item& item) {
  if (!item.comments) item.comments = std::make_unique<ItemComments>();
  return *item.comments;
}

// Whether the item takes more than one line, so that no one-line block holds it.
bool Breaks(const Item& item);
bool Breaks(const Condition& condition) {
  if (condition.breaks_line) return true;
  for (const Condition& child : condition.children) {
    if (Breaks(child)) return true;
  }
  return false;
}
bool Breaks(const Item& item) {
  if (item.breaks_line || item.comments) return true;
  if (item.condition && Breaks(*item.condition)) return true;
  for (const Item& one : item.items) {
    if (Breaks(one)) return true;
  }
  for (const Statement& statement : item.statements) {
    for (const Item& one : statement.items) {
      if (Breaks(one)) return true;
    }
  }
  return false;
}

class Generator {
 public:
  explicit Generator(Choices& choices) : choices_(choices) {}

  dsl::tree::File File() {
    dsl::tree::File file;
    file.statements = Statements(4, 3);
    file.end_comments = EndComments(!file.statements.empty());
    return file;
  }

 private:
  std::string Comment() {
    return choices_.Of({"# why", "#", "#!x", "# \"quoted\" { [ (", "# \xC3\xA9", "#> out  in"});
  }

  std::string MaybeComment(std::uint32_t percent) {
    return choices_.Chance(percent) ? Comment() : std::string();
  }

  // On lines of their own; blank lines between them, and behind them if allowed.
  std::vector<std::string> OwnLines(std::uint32_t percent, bool blank_behind) {
    std::vector<std::string> lines;
    while (choices_.Chance(percent) && lines.size() < 4) {
      if (!lines.empty() && choices_.Chance(30)) lines.emplace_back();
      lines.push_back(Comment());
    }
    if (!lines.empty() && blank_behind && choices_.Chance(20)) lines.emplace_back();
    return lines;
  }

  std::vector<std::string> EndComments(bool behind_statements) {
    std::vector<std::string> lines = OwnLines(15, false);
    if (!lines.empty() && behind_statements && choices_.Chance(30)) lines.emplace(lines.begin());
    return lines;
  }

  std::vector<Statement> Statements(std::uint32_t most, int depth) {
    std::vector<Statement> statements;
    for (std::uint32_t n = choices_.Below(most + 1); n > 0; --n) {
      Statement statement;
      statement.items = Items(depth);
      statement.comments = OwnLines(15, true);
      statement.trailing_comment = MaybeComment(15);
      statement.blank_line_before = !statements.empty() && choices_.Chance(20);
      statements.push_back(std::move(statement));
    }
    return statements;
  }

  std::vector<Item> Items(int depth) {
    std::vector<Item> items;
    bool behind_condition = false;
    if (choices_.Chance(5)) items = Assignment();
    for (std::uint32_t n = 1 + choices_.Below(5); n > 0; --n) {
      if (choices_.Chance(20)) {
        Item word;
        word.text = choices_.Of({"when", "where", "satisfies"});
        word.wide_gap = items.size() >= 2 && choices_.Chance(30);
        items.push_back(std::move(word));
        Item item;
        item.kind = Item::Kind::kCondition;
        item.condition = std::make_unique<Condition>(Or(depth));
        item.wide_gap = items.size() >= 2 && choices_.Chance(10);
        items.push_back(std::move(item));
        behind_condition = true;
        continue;
      }
      Item item = AnyItem(depth, behind_condition);
      bool block = item.kind == Item::Kind::kBlock;
      item.wide_gap = items.size() >= 2 && !block && choices_.Chance(30);
      items.push_back(std::move(item));
      behind_condition = false;
    }
    return items;
  }

  // let NAME =
  std::vector<Item> Assignment() {
    std::vector<Item> items(3);
    items[0].text = "let";
    items[1].text = Word();
    items[2].kind = Item::Kind::kOperator;
    items[2].text = "=";
    return items;
  }

  Item AnyItem(int depth, bool behind_condition) {
    switch (choices_.Below(depth > 0 ? 8 : 5)) {
      case 3:
        return Literal();
      case 4: {
        Item item;
        item.kind = Item::Kind::kOperator;
        item.text = behind_condition ? "->" : choices_.Of({"->", "==", "!=", "<=", "<", ">=", ">"});
        return item;
      }
      case 5:
        return List(depth - 1);
      case 6:
      case 7:
        return Block(depth - 1);
      default: {
        Item item;
        bool plain = behind_condition || choices_.Chance(80);
        item.text = plain ? Word()
                          : choices_.Of({"not", "in", "matches", "any", "all", "of", "present",
                                         "starts-with", "ends-with"});
        return item;
      }
    }
  }

  Item Literal() {
    Item item;
    bool regex = choices_.Chance(30);
    item.kind = regex ? Item::Kind::kRegex : Item::Kind::kString;
    item.text = regex ? Regex() : String();
    return item;
  }

  Item Element(int depth) {
    if (depth > 0 && choices_.Chance(20)) return List(depth - 1);
    if (choices_.Chance(40)) return Literal();
    Item item;
    item.text = Word();
    return item;
  }

  Item List(int depth) {
    Item list;
    list.kind = Item::Kind::kList;
    if (std::string open = MaybeComment(5); !open.empty()) CommentsOf(list).open = open;
    bool breaks = list.comments != nullptr;
    for (std::uint32_t n = choices_.Below(4); n > 0; --n) {
      Item one = Element(depth);
      one.breaks_line = choices_.Chance(15);
      if (std::vector<std::string> before = PlainLines(4); !before.empty()) {
        CommentsOf(one).before = std::move(before);
        one.breaks_line = true;
      }
      if (std::string behind = MaybeComment(5); !behind.empty()) CommentsOf(one).trailing = behind;
      if (!list.items.empty() && list.items.back().comments) {
        one.breaks_line |= !list.items.back().comments->trailing.empty();
      }
      breaks = breaks || one.breaks_line || one.comments;
      list.items.push_back(std::move(one));
    }
    if (std::vector<std::string> end = PlainLines(4); !end.empty()) {
      CommentsOf(list).end = std::move(end);
      breaks = true;
    }
    if (breaks && !list.items.empty()) list.items.front().breaks_line = true;
    return list;
  }

  std::vector<std::string> PlainLines(std::uint32_t percent) {
    std::vector<std::string> lines;
    if (choices_.Chance(percent)) lines.push_back(Comment());
    return lines;
  }

  Item Block(int depth) {
    Item block;
    block.kind = Item::Kind::kBlock;
    block.statements = Statements(3, depth);
    if (std::string open = MaybeComment(10); !open.empty()) CommentsOf(block).open = open;
    std::vector<std::string> end = EndComments(!block.statements.empty());
    if (!end.empty()) CommentsOf(block).end = std::move(end);
    bool one_line = !block.comments && block.statements.size() <= 1;
    for (const Statement& statement : block.statements) {
      one_line = one_line && statement.comments.empty() && statement.trailing_comment.empty();
      for (const Item& item : statement.items) one_line = one_line && !Breaks(item);
    }
    bool empty = block.statements.empty() && !block.comments;
    block.breaks_line = !empty && (!one_line || choices_.Chance(30));
    return block;
  }

  Condition Or(int depth) { return Joined(Condition::Kind::kOr, depth); }

  Condition Joined(Condition::Kind kind, int depth) {
    auto operand = [&] {
      return kind == Condition::Kind::kOr ? Joined(Condition::Kind::kAnd, depth) : Not(depth);
    };
    if (!choices_.Chance(30)) return operand();
    Condition joined;
    joined.kind = kind;
    for (std::uint32_t n = 2 + choices_.Below(2); n > 0; --n) {
      Condition one = operand();
      one.breaks_line = !joined.children.empty() && choices_.Chance(20);
      joined.children.push_back(std::move(one));
    }
    return joined;
  }

  Condition Not(int depth) {
    if (!choices_.Chance(20)) return Comparison(depth);
    Condition negation;
    negation.kind = Condition::Kind::kNot;
    negation.children.push_back(choices_.Chance(30) ? Not(depth) : Comparison(depth));
    return negation;
  }

  Condition Comparison(int depth) {
    Condition made;
    switch (choices_.Below(depth > 0 ? 6 : 5)) {
      case 0:
        return Operand(depth);
      case 1:
        made.kind = Condition::Kind::kPresent;
        made.children.push_back(WordOperand());
        return made;
      case 2:
        made.kind = choices_.Chance(50) ? Condition::Kind::kAny : Condition::Kind::kAll;
        made.children.push_back(Compare(WordOperand(), depth));
        return made;
      case 5:
        made.kind = Condition::Kind::kGroup;
        made.children.push_back(Or(depth - 1));
        made.children[0].breaks_line = choices_.Chance(20);
        return made;
      default:
        return Compare(Operand(depth), depth);
    }
  }

  Condition Compare(Condition left, int depth) {
    Condition compare;
    compare.kind = Condition::Kind::kCompare;
    compare.text = choices_.Of(
        {"==", "!=", "<", "<=", ">", ">=", "in", "matches", "starts-with", "ends-with"});
    compare.children.push_back(std::move(left));
    compare.children.push_back(Operand(depth));
    return compare;
  }

  Condition WordOperand() {
    Condition word;
    word.text = Word();
    return word;
  }

  Condition Operand(int depth) {
    Condition operand;
    switch (choices_.Below(depth > 0 ? 5 : 4)) {
      case 2:
        operand.kind = Condition::Kind::kString;
        operand.text = String();
        return operand;
      case 3:
        operand.kind = Condition::Kind::kRegex;
        operand.text = Regex();
        return operand;
      case 4:
        break;
      default:
        return WordOperand();
    }
    operand.kind = Condition::Kind::kList;
    bool breaks = false;
    for (std::uint32_t n = choices_.Below(4); n > 0; --n) {
      Condition one = Operand(depth - 1);
      one.breaks_line = choices_.Chance(20);
      breaks = breaks || one.breaks_line;
      operand.children.push_back(std::move(one));
    }
    if (breaks) operand.children.front().breaks_line = true;
    return operand;
  }

  std::string Word() {
    return choices_.Of({"users", "10.0.0.0/8", "2001:db8::/32", "::1",       "[::1]:8080", "64KiB",
                        "20%",   "5xx",        "header.x-foo",  "jwt.scope", "-1",         "--x",
                        "a--b",  "*",          "$HOME",         "@",         "whenever",   "not-in",
                        "anyof", "+5",         "a/b",           "/",         "1_000"});
  }

  std::string String() {
    std::string text;
    for (std::uint32_t n = choices_.Below(5); n > 0; --n) {
      text += choices_.Of({"a", " ", "\"", "\\", "\n", "\r", "\t", "\x01", "\x7F", "#", "{",
                           "\xC3\xA9", "\xE2\x80\xAE", "\xF0\x9F\x8C\x8A", "\\n", "/**", "~\""});
    }
    return text;
  }

  std::string Regex() {
    std::string text;
    for (std::uint32_t n = choices_.Below(5); n > 0; --n) {
      text += choices_.Of(
          {"a", " ", "\"", "\\\\", "\\d", "[^/]+", "#", "{2}", "\xC3\xA9", "\\.", "\t"});
    }
    return text;
  }

  Choices& choices_;
};

}  // namespace

dsl::tree::File GenerateTree(Choices& choices) { return Generator(choices).File(); }

}  // namespace weir::fuzz
