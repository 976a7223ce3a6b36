#include "dsl/resolve/clauses.h"

#include <utility>

#include "dsl/source/did_you_mean.h"

namespace weir::dsl::resolve {
namespace {

using Kind = tree::Item::Kind;

bool IsNumber(const tree::Item& item) {
  return item.kind == Kind::kWord && !item.text.empty() && item.text[0] >= '0' &&
         item.text[0] <= '9';
}

const Clause* FindClause(const ClauseTable& table, const tree::Item& item) {
  if (item.kind != Kind::kWord) return nullptr;
  for (const Clause& clause : table) {
    if (clause.keyword == item.text) return &clause;
    if (clause.keyword == kNumber && IsNumber(item)) return &clause;
  }
  return nullptr;
}

std::vector<std::string> KeywordsOf(const ClauseTable& table) {
  std::vector<std::string> keywords;
  for (const Clause& clause : table) {
    if (clause.keyword != kNumber) keywords.emplace_back(clause.keyword);
  }
  return keywords;
}

// Behind the clauses of an inner construct on its line, such as `match path "/a"`, the
// word may have been meant for either.
void UnknownClause(const Cursor& cursor, const std::string& owner, const ClauseTable& table) {
  const tree::Item& item = *cursor.Peek();
  const Cursor::Inner& inner = cursor.inner();
  const std::string nor = inner.owner.empty() ? "" : inner.owner + ", nor of ";
  Diagnostic& error = cursor.context().Error(
      "unknown-clause", Quote(item) + " is not a clause of " + nor + owner, item.span);
  const std::vector<std::string> keywords = KeywordsOf(table);
  if (inner.owner.empty()) {
    error.help = Suggest(item.text, keywords);
    return;
  }
  std::vector<std::string> both = inner.keywords;
  both.insert(both.end(), keywords.begin(), keywords.end());
  error.help = Suggest(item.text, both);
  if (error.help.starts_with("did you mean")) return;
  const auto may = [](const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
  };
  error.help = "what may stand here: of " + inner.owner + " " + may(inner.keywords) + "; of " +
               owner + " " + may(keywords);
}

// What the rest of a statement that was given up would have said: it is not missing.
void FindUnread(Cursor cursor, const ClauseTable& table, Found& found) {
  while (!cursor.AtEnd()) {
    const tree::Item& item = cursor.Take();
    if (item.kind != Kind::kWord) continue;
    for (const Clause& clause : table) {
      if (clause.keyword == kNumber) continue;
      const std::string_view keyword[] = {clause.keyword};
      const bool meant = clause.keyword == item.text || !DidYouMean(item.text, keyword).empty();
      if (meant) found.emplace(clause.keyword, item.span);
    }
  }
}

bool ReadOne(Cursor& cursor, const Clause& clause, const std::string& owner, Found& found) {
  const tree::Item keyword_only = [&] {
    tree::Item copy;
    copy.kind = Kind::kWord;
    copy.text = cursor.Peek()->text;
    copy.span = cursor.Peek()->span;
    return copy;
  }();
  auto [place, fresh] = found.emplace(clause.keyword, keyword_only.span);
  if (!fresh && !clause.many) {
    const std::string what =
        clause.keyword == kNumber ? std::string("the figure") : "'" + keyword_only.text + "'";
    Diagnostic& error = cursor.context().Error(
        "duplicate-clause", what + " is written twice in " + owner, keyword_only.span);
    error.labels.push_back({place->second, "first written here"});
    error.help = "keep one of the two";
    return false;
  }
  // The figure is the clause's first argument, a keyword is not.
  if (clause.keyword != kNumber) cursor.Take();
  cursor.set_inner({});
  return clause.read(cursor, keyword_only);
}

}  // namespace

Span Cursor::Here() const {
  if (!AtEnd()) return items_[next_]->span;
  if (!items_.empty()) return items_.back()->span;
  return whole_;
}

bool Cursor::NextIsWord(std::string_view word) const {
  return !AtEnd() && Peek()->kind == Kind::kWord && Peek()->text == word;
}

bool Cursor::TakeWord(std::string_view word) {
  if (!NextIsWord(word)) return false;
  Take();
  return true;
}

bool Cursor::TakeOperator(std::string_view text) {
  if (AtEnd() || Peek()->text != text) return false;
  if (Peek()->kind != Kind::kOperator && Peek()->kind != Kind::kWord) return false;
  Take();
  return true;
}

const tree::Item* Cursor::TakeBlock() {
  if (AtEnd() || Peek()->kind != Kind::kBlock) return nullptr;
  return &Take();
}

std::optional<Value> Cursor::TakeValue(std::string_view what) {
  if (AtEnd() || Peek()->kind == Kind::kBlock || Peek()->kind == Kind::kOperator ||
      Peek()->kind == Kind::kCondition) {
    Expected(what);
    return std::nullopt;
  }
  const tree::Item& item = Take();
  const tree::Item* followed = context_->FollowLet(item);
  if (followed == nullptr) return std::nullopt;
  return Value{followed, item.span};
}

const tree::Item* Cursor::TakeName(std::string_view what) {
  if (AtEnd() || Peek()->kind != Kind::kWord) {
    Expected(what);
    return nullptr;
  }
  return &Take();
}

Diagnostic& Cursor::Expected(std::string_view what) {
  if (!AtEnd()) {
    return context_->Error(
        "expected", "expected " + std::string(what) + " and found " + Quote(*Peek()), Peek()->span);
  }
  std::string message = "expected " + std::string(what);
  if (!items_.empty()) message += " after " + Quote(Last());
  return context_->Error("expected", std::move(message), Here());
}

Found ReadClauses(Context& context, const std::vector<tree::Statement>& statements,
                  const std::string& owner, const ClauseTable& table) {
  Found found;
  for (const tree::Statement& statement : statements) {
    Cursor cursor(context, statement.items, statement.span);
    if (ReadWhileKnown(cursor, owner, table, found)) {
      if (cursor.AtEnd()) continue;
      UnknownClause(cursor, owner, table);
    }
    FindUnread(cursor, table, found);
  }
  return found;
}

bool ReadWhileKnown(Cursor& cursor, const std::string& owner, const ClauseTable& table,
                    Found& found) {
  while (!cursor.AtEnd()) {
    const Clause* clause = FindClause(table, *cursor.Peek());
    if (clause == nullptr) return true;
    if (!ReadOne(cursor, *clause, owner, found)) return false;
  }
  return true;
}

void Require(Context& context, const Found& found, std::initializer_list<std::string_view> keywords,
             const std::string& owner, Span at) {
  for (std::string_view keyword : keywords) {
    if (found.contains(keyword)) continue;
    const std::string what =
        keyword == kNumber ? std::string("figure") : "'" + std::string(keyword) + "'";
    context.Error("missing-clause", owner + " has no " + what, at);
  }
}

namespace {

bool ReadElements(Context& context, const std::vector<tree::Item>& items, const Value& list,
                  const std::function<bool(const Value&)>& each, int depth) {
  bool good = true;
  for (const tree::Item& item : items) {
    const tree::Item* followed = context.FollowLet(item);
    if (followed == nullptr || (depth > 0 && !context.Spend(list.at))) return false;
    // Elements of a list behind a `let` are reported where the list is used.
    const bool here =
        list.at.file == list.item->span.file && list.at.begin == list.item->span.begin;
    const Value element{followed, here ? item.span : list.at};
    if (followed->kind == Kind::kList) {
      if (followed == &item || depth > 16) {
        context.Error("wrong-value", "a list cannot hold a list", element);
        return false;
      }
      good =
          ReadElements(context, followed->items, {followed, element.at}, each, depth + 1) && good;
      continue;
    }
    good = each(element) && good;
  }
  return good;
}

}  // namespace

bool ReadList(Cursor& cursor, std::string_view what,
              const std::function<bool(const Value&)>& each) {
  std::optional<Value> value = cursor.TakeValue(what);
  if (!value) return false;
  if (value->item->kind != Kind::kList) return each(*value);
  if (value->item->items.empty()) {
    cursor.context().Error("wrong-value", "the list is empty: expected " + std::string(what),
                           *value);
    return false;
  }
  return ReadElements(cursor.context(), value->item->items, *value, each, 0);
}

}  // namespace weir::dsl::resolve
