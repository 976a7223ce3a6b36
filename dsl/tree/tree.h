// What a person wrote: the surface tree, comments included.
//
// The language has one general shape. A file is a list of statements; a
// statement is a line of items and ends with its line, or with the brace that
// closes the block it stands in; an item may itself be a list or a block of
// statements, in which lines may break. Which words mean what is the
// resolver's business (dsl/resolve), so a new construct needs no new grammar,
// and a misspelt word gets a name's treatment and not a parser's.
//
//   limit per-user { 100 per 1m  burst 20  by jwt.sub }
//   ^word ^word    ^block of one statement with seven words
//
// Only conditions have a grammar of their own: after the words `when`, `where`
// and `satisfies` comes one Condition.
#ifndef WEIR_DSL_TREE_TREE_H_
#define WEIR_DSL_TREE_TREE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/source/diagnostic.h"

namespace weir::dsl::tree {

struct Statement;

// A condition as written: operators and operands, no types yet.
struct Condition {
  enum class Kind : std::uint8_t {
    kOr,       // children: two or more
    kAnd,      // children: two or more
    kNot,      // children: one
    kCompare,  // children: left, right; `text` is == != < <= > >= in matches starts-with ends-with
    kAny,      // any of X ...: children: the comparison over X
    kAll,
    kPresent,  // present(X): children: X
    kGroup,    // parentheses, kept for the printer; children: one
    kWord,     // a name or a number with its unit: `text`
    kString,   // `text` without quotes and escapes
    kRegex,    // `text` between the quotes of ~"..."
    kList,     // children: the elements
  };
  Kind kind = Kind::kWord;
  std::string text;
  std::vector<Condition> children;
  bool breaks_line = false;  // stood on a new line: inside ( ) or [ ], or beside `and` and `or`
  Span span;
};

// Comments of an item, with their '#'; most items have none.
struct ItemComments {
  std::string open;                 // behind the opening bracket of a block or list
  std::vector<std::string> before;  // on lines of their own before a list's element
  std::string trailing;             // behind a list's element, on its line
  std::vector<std::string> end;     // before the closing bracket
};

struct Item {
  enum class Kind : std::uint8_t {
    kWord,      // names, numbers with units, addresses, percentages: `text`
    kString,    // `text` without quotes and escapes
    kRegex,     // `text` between the quotes of ~"..."
    kOperator,  // `text`: == != < <= > >= ->
    kList,      // `items`
    kBlock,     // `statements`
    kCondition  // `condition`; stands behind `when`, `where` or `satisfies`
  };
  Kind kind = Kind::kWord;
  std::string text;
  std::vector<Item> items;
  std::vector<Statement> statements;
  std::unique_ptr<Condition> condition;
  std::unique_ptr<ItemComments> comments;  // null when there are none
  bool breaks_line = false;  // a list's element on a new line, a block over several lines
  bool wide_gap = false;     // two blanks or more before it: a new clause on the same line
  Span span;
};

// In lists of comments on lines of their own, an empty string is a blank line.
struct Statement {
  std::vector<std::string> comments;  // on lines of their own before it, with their '#'
  std::vector<Item> items;            // never empty
  std::string trailing_comment;       // at the end of its line; with its '#', or empty
  bool blank_line_before = false;
  Span span;
};

struct File {
  std::uint32_t file = 0;  // in the SourceMap
  std::vector<Statement> statements;
  std::vector<std::string> end_comments;
  std::vector<Span> comments;  // every comment of the text, in order
};

}  // namespace weir::dsl::tree

#endif  // WEIR_DSL_TREE_TREE_H_
