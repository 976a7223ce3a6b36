#include "dsl/format/format.h"

#include <string>
#include <utility>

namespace weir::dsl {
namespace {

using tree::Condition;
using tree::Item;
using tree::Statement;

class Printer {
 public:
  std::string out;

  void Statements(const std::vector<Statement>& statements, int level) {
    for (const Statement& statement : statements) {
      if (statement.blank_line_before) out += '\n';
      OwnLines(statement.comments, level);
      Indent(level);
      Items(statement.items, level);
      if (!statement.trailing_comment.empty()) out += "  " + statement.trailing_comment;
      out += '\n';
    }
  }

  // Comments on lines of their own; an empty one is a blank line.
  void OwnLines(const std::vector<std::string>& comments, int level) {
    for (const std::string& comment : comments) {
      if (!comment.empty()) Indent(level);
      out += comment;
      out += '\n';
    }
  }

  void PrintCondition(const Condition& condition, int level) {
    switch (condition.kind) {
      case Condition::Kind::kOr:
        return Joined(condition, "or ", level);
      case Condition::Kind::kAnd:
        return Joined(condition, "and ", level);
      case Condition::Kind::kNot:
        out += "not ";
        return PrintCondition(condition.children[0], level);
      case Condition::Kind::kCompare:
        PrintCondition(condition.children[0], level);
        out += " " + condition.text + " ";
        return PrintCondition(condition.children[1], level);
      case Condition::Kind::kAny:
      case Condition::Kind::kAll:
        out += condition.kind == Condition::Kind::kAny ? "any of " : "all of ";
        return PrintCondition(condition.children[0], level);
      case Condition::Kind::kPresent:
        out += "present(" + condition.children[0].text + ")";
        return;
      case Condition::Kind::kGroup:
        return Group(condition, level);
      case Condition::Kind::kWord:
        out += condition.text;
        return;
      case Condition::Kind::kString:
        out += QuotedString(condition.text);
        return;
      case Condition::Kind::kRegex:
        out += QuotedRegex(condition.text);
        return;
      case Condition::Kind::kList:
        return Constants(condition, level);
    }
  }

 private:
  void Indent(int level) { out.append(static_cast<std::size_t>(level) * 2, ' '); }

  void NewLine(int level) {
    out += '\n';
    Indent(level);
  }

  void Items(const std::vector<Item>& items, int level) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += items[i].wide_gap ? "  " : " ";
      PrintItem(items[i], level);
    }
  }

  void PrintItem(const Item& item, int level) {
    switch (item.kind) {
      case Item::Kind::kWord:
      case Item::Kind::kOperator:
        out += item.text;
        return;
      case Item::Kind::kString:
        out += QuotedString(item.text);
        return;
      case Item::Kind::kRegex:
        out += QuotedRegex(item.text);
        return;
      case Item::Kind::kList:
        return List(item, level);
      case Item::Kind::kBlock:
        return Block(item, level);
      case Item::Kind::kCondition:
        return PrintCondition(*item.condition, level);
    }
  }

  void Block(const Item& block, int level) {
    if (block.statements.empty() && !block.comments) {
      out += "{}";
      return;
    }
    if (!block.breaks_line && block.statements.size() == 1) {
      out += "{ ";
      Items(block.statements[0].items, level);
      out += " }";
      return;
    }
    out += '{';
    if (block.comments && !block.comments->open.empty()) out += "  " + block.comments->open;
    out += '\n';
    Statements(block.statements, level + 1);
    if (block.comments) OwnLines(block.comments->end, level + 1);
    Indent(level);
    out += '}';
  }

  void List(const Item& list, int level) {
    bool breaks = list.comments != nullptr;
    for (const Item& one : list.items) breaks = breaks || one.breaks_line;
    out += '[';
    if (list.comments && !list.comments->open.empty()) out += "  " + list.comments->open;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const Item& one = list.items[i];
      if (one.breaks_line)
        out += '\n';
      else if (i > 0)
        out += ' ';
      if (one.breaks_line && one.comments) OwnLines(one.comments->before, level + 1);
      if (one.breaks_line) Indent(level + 1);
      PrintItem(one, level + 1);
      if (i + 1 < list.items.size()) out += ',';
      if (one.comments && !one.comments->trailing.empty()) out += "  " + one.comments->trailing;
    }
    if (breaks) {
      out += '\n';
      if (list.comments) OwnLines(list.comments->end, level + 1);
      Indent(level);
    }
    out += ']';
  }

  // Operands on new lines are indented once more than what they belong to, so
  // an `and` over several lines within such an `or` shows that it binds tighter.
  void Joined(const Condition& joined, const char* sign, int level) {
    bool breaks = false;
    for (const Condition& child : joined.children) breaks = breaks || child.breaks_line;
    if (breaks && !first_in_group_) ++level;
    first_in_group_ = false;
    PrintCondition(joined.children[0], level);
    for (std::size_t i = 1; i < joined.children.size(); ++i) {
      if (joined.children[i].breaks_line) {
        NewLine(level);
      } else {
        out += ' ';
      }
      out += sign;
      PrintCondition(joined.children[i], level);
    }
  }

  void Group(const Condition& group, int level) {
    const Condition& inner = group.children[0];
    out += '(';
    if (inner.breaks_line) NewLine(level + 1);
    first_in_group_ = true;  // the group has indented it already
    PrintCondition(inner, level + 1);
    first_in_group_ = false;
    if (inner.breaks_line) NewLine(level);
    out += ')';
  }

  void Constants(const Condition& list, int level) {
    bool breaks = false;
    out += '[';
    for (std::size_t i = 0; i < list.children.size(); ++i) {
      if (list.children[i].breaks_line)
        NewLine(level + 1);
      else if (i > 0)
        out += ' ';
      breaks = breaks || list.children[i].breaks_line;
      PrintCondition(list.children[i], level + 1);
      if (i + 1 < list.children.size()) out += ',';
    }
    if (breaks) NewLine(level);
    out += ']';
  }

  bool first_in_group_ = false;
};

}  // namespace

std::string Format(const tree::File& file) {
  Printer printer;
  printer.Statements(file.statements, 0);
  printer.OwnLines(file.end_comments, 0);
  return std::move(printer.out);
}

std::string Format(const Condition& condition) {
  Printer printer;
  printer.PrintCondition(condition, 0);
  return std::move(printer.out);
}

}  // namespace weir::dsl
