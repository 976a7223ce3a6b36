// Brzozowski's derivatives: the derivative of a language by an octet holds what
// may follow that octet, and a string is in a language when the derivative by
// all its octets in turn holds the empty string. The constructors below drop
// what is empty and what is said twice, so that the trees stay small.
#include "spec/model/regex.h"

#include <algorithm>

namespace weir::model {
namespace {

using syntax::RegexNode;
using Kind = RegexNode::Kind;

RegexNode Nothing() { return {.kind = Kind::kNothing}; }
RegexNode Empty() { return {.kind = Kind::kEmpty}; }

bool Same(const RegexNode& a, const RegexNode& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kSet) return a.set == b.set;
  if (a.kind == Kind::kRepeat && (a.min != b.min || a.max != b.max)) return false;
  return std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    Same);
}

RegexNode Concat(RegexNode first, RegexNode second) {
  if (first.kind == Kind::kNothing || second.kind == Kind::kNothing) return Nothing();
  if (first.kind == Kind::kEmpty) return second;
  if (second.kind == Kind::kEmpty) return first;
  return {.kind = Kind::kConcat, .children = {std::move(first), std::move(second)}};
}

void AddAlternative(RegexNode node, std::vector<RegexNode>& alternatives) {
  if (node.kind == Kind::kNothing) return;
  if (node.kind == Kind::kAlternate) {
    for (RegexNode& child : node.children) AddAlternative(std::move(child), alternatives);
    return;
  }
  for (const RegexNode& known : alternatives) {
    if (Same(known, node)) return;
  }
  alternatives.push_back(std::move(node));
}

RegexNode Alternate(RegexNode first, RegexNode second) {
  RegexNode node{.kind = Kind::kAlternate};
  AddAlternative(std::move(first), node.children);
  AddAlternative(std::move(second), node.children);
  if (node.children.empty()) return Nothing();
  if (node.children.size() == 1) {
    RegexNode only = std::move(node.children[0]);
    return only;
  }
  return node;
}

RegexNode Repeat(const RegexNode& part, int min, int max) {
  if (max == 0) return Empty();
  return {.kind = Kind::kRepeat, .children = {part}, .min = min, .max = max};
}

bool HoldsEmpty(const RegexNode& node) {
  switch (node.kind) {
    case Kind::kNothing:
    case Kind::kSet:
      return false;
    case Kind::kEmpty:
      return true;
    case Kind::kConcat:
      return std::all_of(node.children.begin(), node.children.end(), HoldsEmpty);
    case Kind::kAlternate:
      return std::any_of(node.children.begin(), node.children.end(), HoldsEmpty);
    case Kind::kRepeat:
      return node.min == 0 || HoldsEmpty(node.children[0]);
  }
  return false;
}

RegexNode Derivative(const RegexNode& node, unsigned char octet);

// Over children[from] and all after it, in turn.
RegexNode DerivativeOfTail(const RegexNode& node, std::size_t from, unsigned char octet) {
  if (from == node.children.size()) return Nothing();
  RegexNode rest = Empty();
  for (std::size_t i = node.children.size(); i > from + 1; --i) {
    rest = Concat(node.children[i - 1], std::move(rest));
  }
  RegexNode through_first = Concat(Derivative(node.children[from], octet), std::move(rest));
  if (!HoldsEmpty(node.children[from])) return through_first;
  return Alternate(std::move(through_first), DerivativeOfTail(node, from + 1, octet));
}

RegexNode Derivative(const RegexNode& node, unsigned char octet) {
  switch (node.kind) {
    case Kind::kNothing:
    case Kind::kEmpty:
      return Nothing();
    case Kind::kSet:
      return node.set[octet] ? Empty() : Nothing();
    case Kind::kConcat:
      return DerivativeOfTail(node, 0, octet);
    case Kind::kAlternate: {
      RegexNode all = Nothing();
      for (const RegexNode& child : node.children) {
        all = Alternate(std::move(all), Derivative(child, octet));
      }
      return all;
    }
    case Kind::kRepeat: {
      // The octet falls into the first pass that takes one; passes before it
      // were empty, which the part then allows of every later pass as well.
      if (node.max == 0) return Nothing();
      const int min = std::max(node.min - 1, 0);
      const int max = node.max < 0 ? -1 : node.max - 1;
      return Concat(Derivative(node.children[0], octet), Repeat(node.children[0], min, max));
    }
  }
  return Nothing();
}

}  // namespace

bool Matches(const RegexNode& regex, const std::string& text) {
  RegexNode left = regex;
  for (char c : text) {
    if (left.kind == Kind::kNothing) return false;
    left = Derivative(left, static_cast<unsigned char>(c));
  }
  return HoldsEmpty(left);
}

}  // namespace weir::model
