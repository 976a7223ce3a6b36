// The general reader of the language's one shape: a block or a line is a
// sequence of clauses, and a clause is a keyword with its arguments.
//
// A construct hands over a table of its clauses; the reader finds keywords,
// names the unknown ones with what is near, and reports a clause that is
// written twice with both places. Arguments are read from a Cursor.
#ifndef WEIR_DSL_RESOLVE_CLAUSES_H_
#define WEIR_DSL_RESOLVE_CLAUSES_H_

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/resolve/context.h"

namespace weir::dsl::resolve {

// A place among the items of one statement or list.
class Cursor {
 public:
  Cursor(Context& context, const std::vector<tree::Item>& items, Span whole)
      : context_(&context), whole_(whole) {
    items_.reserve(items.size());
    for (const tree::Item& item : items) items_.push_back(&item);
  }
  // Items of several lines as one.
  Cursor(Context& context, std::vector<const tree::Item*> items, Span whole)
      : context_(&context), items_(std::move(items)), whole_(whole) {}

  bool AtEnd() const { return next_ >= items_.size(); }
  const tree::Item* Peek(std::size_t ahead = 0) const {
    return next_ + ahead < items_.size() ? items_[next_ + ahead] : nullptr;
  }
  const tree::Item& Take() { return *items_[next_++]; }
  // The item taken last; the statement's first before any was.
  const tree::Item& Last() const { return *items_[next_ > 0 ? next_ - 1 : 0]; }
  // The next item, or the last one when there is none.
  Span Here() const;

  bool NextIsWord(std::string_view word) const;
  bool TakeWord(std::string_view word);
  bool TakeOperator(std::string_view text);
  // A block or nothing; the block's statements.
  const tree::Item* TakeBlock();
  // The next item with `let` followed; an error naming `what` when there is
  // none. Blocks, operators and conditions are no values.
  std::optional<Value> TakeValue(std::string_view what);
  // A name as it stands (no `let`).
  const tree::Item* TakeName(std::string_view what);
  // "expected WHAT, and found 'x'" at the next item.
  Diagnostic& Expected(std::string_view what);

  Context& context() const { return *context_; }

  // A construct whose clauses go on along the line (a `match`), until a clause of the
  // construct around it is read: an unknown word may have been meant for it.
  struct Inner {
    std::string owner;
    std::vector<std::string> keywords;
  };
  const Inner& inner() const { return inner_; }
  void set_inner(Inner inner) { inner_ = std::move(inner); }

 private:
  Context* context_;
  std::vector<const tree::Item*> items_;
  Span whole_;
  std::size_t next_ = 0;
  Inner inner_;
};

// Reads the arguments behind `keyword`; false after an error, which ends the
// reading of this statement.
using ClauseReader = std::function<bool(Cursor& cursor, const tree::Item& keyword)>;

struct Clause {
  std::string_view keyword;  // kNumber: a clause that begins with its figure
  ClauseReader read;
  bool many = false;  // may be written more than once
};
inline constexpr std::string_view kNumber = "<number>";

using ClauseTable = std::vector<Clause>;

// Which clauses were found, and where: for what is required and what excludes what.
// Those that stand, or seem to be meant, behind an error of their statement are among
// them, as they are not missing.
using Found = std::map<std::string_view, Span>;

// `owner` is how messages call the construct: "route 'users'".
Found ReadClauses(Context& context, const std::vector<tree::Statement>& statements,
                  const std::string& owner, const ClauseTable& table);

// Reads clauses of `table` from the cursor for as long as keywords of it come
// (a `match` inside a line). False after an error.
bool ReadWhileKnown(Cursor& cursor, const std::string& owner, const ClauseTable& table,
                    Found& found);

// An error for each of `keywords` that was not found.
void Require(Context& context, const Found& found, std::initializer_list<std::string_view> keywords,
             const std::string& owner, Span at);

// Calls `each` with every element of a list, or with the one value that stands
// in its place; a `let` that is a list is spliced in. False after any error.
bool ReadList(Cursor& cursor, std::string_view what, const std::function<bool(const Value&)>& each);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_CLAUSES_H_
