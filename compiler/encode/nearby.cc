#include "compiler/encode/nearby.h"

#include <algorithm>

namespace weir::compiler {
namespace {

using Node = Formulas::Node;

std::vector<Formula> With(std::vector<Formula> formulas, Formula one) {
  formulas.push_back(one);
  return formulas;
}

}  // namespace

Nearby::Nearby(Universe& universe, const Classes& classes, std::vector<Formula> formulas,
               std::vector<Choice> request)
    : universe_(universe),
      classes_(classes),
      well_formed_(universe.f.And(universe.constraints)),
      trial_(universe, classes, With(std::move(formulas), well_formed_), std::move(request)),
      passing_(classes.size()) {}

bool Nearby::Turn(Formula formula) {
  // What one part turns can turn back another: twice, then it is given up.
  for (int round = 0; round < 2 && !trial_.Holds(formula); ++round) {
    if (!Make(formula, true, 0)) break;
  }
  if (trial_.Holds(formula) && trial_.Holds(well_formed_)) return true;
  Back();
  return false;
}

void Nearby::Back() {
  while (!turned_.empty()) {
    trial_.Set(turned_.back().first, std::move(turned_.back().second));
    turned_.pop_back();
  }
}

bool Nearby::Make(Formula formula, bool value, int depth) {
  if (trial_.Holds(formula) == value) return true;
  if (depth == kDepth) return false;
  const Node& node = universe_.f.node(formula);
  switch (node.kind) {
    case Node::Kind::kConstant:
      return false;
    case Node::Kind::kAtom:
      return MakeAtom(node.atom, value);
    case Node::Kind::kNot:
      return Make(node.children[0], !value, depth + 1);
    case Node::Kind::kAnd:
    case Node::Kind::kOr:
      break;
  }
  const auto make = [&](Formula child) { return Make(child, value, depth + 1); };
  const bool all = (node.kind == Node::Kind::kAnd) == value;
  return all ? std::ranges::all_of(node.children, make) : std::ranges::any_of(node.children, make);
}

bool Nearby::MakeAtom(std::uint32_t atom, bool value) {
  const auto [d, test] = universe_.atom(atom);
  const Dimension& dimension = universe_.dimensions()[d];
  if (dimension.domain == Domain::kList) return false;
  ClassesByTest& passing = passing_[d];
  if (passing.empty()) passing = ByTest(dimension, classes_[d]);
  std::uint32_t wanted = 0;
  if (value) {
    if (passing[test].empty()) return false;
    wanted = passing[test].front();
  } else {
    const auto count = std::min(static_cast<std::uint32_t>(classes_[d].size()), kClassesTried);
    while (wanted < count && classes_[d][wanted].Passes(test)) ++wanted;
    if (wanted == count) return false;
  }
  turned_.emplace_back(d, trial_.request()[d]);
  trial_.Set(d, {wanted, true, {}});
  return true;
}

}  // namespace weir::compiler
