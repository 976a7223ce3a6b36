#include "dsl/tree/same.h"

#include <algorithm>

namespace weir::dsl::tree {
namespace {

template <class T>
bool SameList(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return Same(x, y); });
}

bool SameComments(const ItemComments* a, const ItemComments* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->open == b->open && a->before == b->before && a->trailing == b->trailing &&
         a->end == b->end;
}

}  // namespace

bool Same(const Condition& a, const Condition& b) {
  return a.kind == b.kind && a.text == b.text && a.breaks_line == b.breaks_line &&
         SameList(a.children, b.children);
}

bool Same(const Item& a, const Item& b) {
  bool conditions = a.condition == nullptr || b.condition == nullptr
                        ? a.condition == b.condition
                        : Same(*a.condition, *b.condition);
  return conditions && a.kind == b.kind && a.text == b.text && a.breaks_line == b.breaks_line &&
         a.wide_gap == b.wide_gap && SameComments(a.comments.get(), b.comments.get()) &&
         SameList(a.items, b.items) && SameList(a.statements, b.statements);
}

bool Same(const Statement& a, const Statement& b) {
  return a.comments == b.comments && a.trailing_comment == b.trailing_comment &&
         a.blank_line_before == b.blank_line_before && SameList(a.items, b.items);
}

bool Same(const File& a, const File& b) {
  return a.end_comments == b.end_comments && SameList(a.statements, b.statements);
}

}  // namespace weir::dsl::tree
