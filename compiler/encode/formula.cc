#include "compiler/encode/formula.h"

#include <algorithm>

namespace weir::compiler {

namespace {

std::size_t HashOf(const Formulas::Node& node) {
  std::size_t hash = static_cast<std::size_t>(node.kind) * 0x9e3779b97f4a7c15 + node.atom;
  for (const Formula child : node.children) hash = (hash ^ child) * 0x100000001b3;
  return hash ^ (hash >> 29);
}

}  // namespace

Formulas::Formulas() : places_(64, kFalse) {
  nodes_.resize(2);  // kFalse and kTrue
}

Formula Formulas::Intern(Node node) {
  if (nodes_.size() * 2 > places_.size()) Grow();
  const std::size_t mask = places_.size() - 1;
  std::size_t at = HashOf(node) & mask;
  for (; places_[at] != kFalse; at = (at + 1) & mask) {
    if (nodes_[places_[at]] == node) return places_[at];
  }
  places_[at] = static_cast<Formula>(nodes_.size());
  nodes_.push_back(std::move(node));
  return places_[at];
}

void Formulas::Grow() {
  places_.assign(places_.size() * 2, kFalse);
  const std::size_t mask = places_.size() - 1;
  for (Formula f = kTrue + 1; f < nodes_.size(); ++f) {
    std::size_t at = HashOf(nodes_[f]) & mask;
    while (places_[at] != kFalse) at = (at + 1) & mask;
    places_[at] = f;
  }
}

Formula Formulas::Atom(std::uint32_t atom) { return Intern({Node::Kind::kAtom, atom, {}}); }

Formula Formulas::Not(Formula a) {
  if (a <= kTrue) return a == kTrue ? kFalse : kTrue;
  if (nodes_[a].kind == Node::Kind::kNot) return nodes_[a].children[0];
  return Intern({Node::Kind::kNot, 0, {a}});
}

Formula Formulas::Many(Node::Kind kind, std::vector<Formula> parts, Formula unit, Formula zero) {
  // One shape for one meaning, as far as that is cheap: nested conjunctions are
  // one, so that two ways of building the same formula often meet in one id.
  for (std::size_t i = 0, count = parts.size(); i < count; ++i) {
    const Node& node = nodes_[parts[i]];
    if (node.kind != kind || parts[i] <= kTrue) continue;
    parts.insert(parts.end(), node.children.begin(), node.children.end());
    parts[i] = unit;
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::erase(parts, unit);
  for (Formula part : parts) {
    if (part == zero) return zero;
    if (nodes_[part].kind == Node::Kind::kNot &&
        std::binary_search(parts.begin(), parts.end(), nodes_[part].children[0])) {
      return zero;
    }
  }
  if (parts.empty()) return unit;
  if (parts.size() == 1) return parts[0];
  return Intern({kind, 0, std::move(parts)});
}

Formula Formulas::And(std::vector<Formula> parts) {
  return Many(Node::Kind::kAnd, std::move(parts), kTrue, kFalse);
}

Formula Formulas::Or(std::vector<Formula> parts) {
  return Many(Node::Kind::kOr, std::move(parts), kFalse, kTrue);
}

Formula Formulas::Choose(Formula condition, Formula then, Formula otherwise) {
  return Or(And(condition, then), And(Not(condition), otherwise));
}

std::vector<Formula> Formulas::Parts(const std::vector<Formula>& roots) const {
  // Not recursive: a first match over thousands of routes is a deep formula.
  std::vector<bool> seen(nodes_.size());
  std::vector<Formula> parts, open;
  for (const Formula root : roots) {
    if (!seen[root]) open.push_back(root);
    seen[root] = true;
  }
  while (!open.empty()) {
    const Formula f = open.back();
    open.pop_back();
    parts.push_back(f);
    for (Formula child : nodes_[f].children) {
      if (!seen[child]) open.push_back(child);
      seen[child] = true;
    }
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

template <class Holds>
bool Formulas::NodeHolds(Formula f, const Holds& holds,
                         const std::function<bool(std::uint32_t atom)>& value) const {
  const Node& node = nodes_[f];
  const auto is_true = [&](Formula child) { return static_cast<bool>(holds[child]); };
  switch (node.kind) {
    case Node::Kind::kConstant:
      return f == kTrue;
    case Node::Kind::kAtom:
      return value(node.atom);
    case Node::Kind::kNot:
      return !is_true(node.children[0]);
    case Node::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), is_true);
    case Node::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), is_true);
  }
  return false;
}

std::vector<bool> Formulas::EvaluateAll(
    const std::function<bool(std::uint32_t atom)>& value) const {
  std::vector<bool> holds(nodes_.size());
  // A node's children come before it.
  for (Formula f = 0; f < holds.size(); ++f) holds[f] = NodeHolds(f, holds, value);
  return holds;
}

bool Formulas::Evaluate(Formula root, const std::function<bool(std::uint32_t atom)>& value) const {
  return Evaluate(Parts(root), value);
}

bool Formulas::Evaluate(const std::vector<Formula>& parts,
                        const std::function<bool(std::uint32_t atom)>& value) const {
  std::vector<std::uint8_t> holds(parts.back() + 1);
  for (Formula f : parts) holds[f] = NodeHolds(f, holds, value);
  return holds[parts.back()] != 0;
}

}  // namespace weir::compiler
