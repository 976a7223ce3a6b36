// A formula's children have smaller ids, so what a change touches is valued anew in
// ascending order, each formula once. The number of true children says what a
// conjunction or disjunction is worth.
#include "compiler/encode/trial.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace weir::compiler {

using Node = Formulas::Node;

Trial::Trial(const Universe& universe, const Classes& classes, const std::vector<Formula>& roots,
             std::vector<Choice> request)
    : universe_(universe), classes_(classes), request_(std::move(request)) {
  const Formulas& f = universe.f;
  const std::vector<Formula> parts = f.Parts(roots);
  place_.assign(f.size(), kUnknown);
  values_.assign(f.size(), 0);
  true_children_.assign(f.size(), 0);
  parents_begin_.assign(parts.size() + 1, 0);
  for (std::uint32_t i = 0; i < parts.size(); ++i) place_[parts[i]] = i;
  for (const Formula part : parts) {
    for (const Formula child : f.node(part).children) ++parents_begin_[place_[child] + 1];
  }
  for (std::size_t i = 0; i < parts.size(); ++i) parents_begin_[i + 1] += parents_begin_[i];
  parents_.resize(parents_begin_.back());
  std::vector<std::uint32_t> next(parents_begin_.begin(), parents_begin_.end() - 1);
  for (const Formula part : parts) {
    for (const Formula child : f.node(part).children) parents_[next[place_[child]]++] = part;
  }
  const auto& dimensions = universe.dimensions();
  atoms_.resize(dimensions.size());
  held_.resize(dimensions.size());
  for (std::uint32_t d = 0; d < dimensions.size(); ++d) {
    atoms_[d].assign(dimensions[d].tests.size(), kFalse);
    if (IsList(d)) held_[d].assign(dimensions[d].tests.size(), 0);
  }
  for (const Formula part : parts) {
    const Node& node = f.node(part);
    if (node.kind != Node::Kind::kAtom) continue;
    const AtomKey key = universe.atom(node.atom);
    atoms_[key.dimension][key.test] = part;
  }
  // From nothing at all to the request, dimension by dimension.
  for (std::uint32_t d = 0; d < dimensions.size(); ++d) {
    if (IsList(d)) {
      Choice choice = std::exchange(request_[d], {0, false, {}});
      request_[d].holds.assign(choice.holds.size(), false);
      SetList(d, choice);
      request_[d] = std::move(choice);
    } else {
      for (const std::uint32_t test : classes_[d][request_[d].of].passes) Turn(d, test);
    }
  }
  open_.clear();
  for (const Formula part : parts) {
    if (f.node(part).kind != Node::Kind::kAtom) values_[part] = ValueOf(part);
    if (values_[part] == 0) continue;
    for (auto i = parents_begin_[place_[part]]; i < parents_begin_[place_[part] + 1]; ++i) {
      ++true_children_[parents_[i]];
    }
  }
}

bool Trial::ValueOf(Formula formula) const {
  const Node& node = universe_.f.node(formula);
  switch (node.kind) {
    case Node::Kind::kConstant:
      return formula == kTrue;
    case Node::Kind::kAtom:
      return values_[formula] != 0;
    case Node::Kind::kNot:
      return true_children_[formula] == 0;
    case Node::Kind::kAnd:
      return true_children_[formula] == node.children.size();
    case Node::Kind::kOr:
      return true_children_[formula] != 0;
  }
  return false;
}

// The atom of a test has the other value; Settle() tells what it is part of.
void Trial::Turn(std::uint32_t dimension, std::uint32_t test) {
  const Formula atom = atoms_[dimension][test];
  if (atom == kFalse) return;
  values_[atom] ^= 1;
  open_.push_back(atom);
}

void Trial::Count(std::uint32_t dimension, std::uint32_t test, int by) {
  std::uint32_t& held = held_[dimension][test];
  const bool before = held != 0;
  held = static_cast<std::uint32_t>(static_cast<int>(held) + by);
  if ((held != 0) != before) Turn(dimension, test);
}

void Trial::SetList(std::uint32_t dimension, const Choice& choice) {
  const Choice& before = request_[dimension];
  const auto& tests = universe_.dimensions()[dimension].tests;
  const auto is_present = [&](std::uint32_t test) {
    return tests[test].kind == Test::Kind::kPresent;
  };
  for (std::uint32_t test = 0; test < tests.size(); ++test) {
    if (is_present(test) && choice.present != before.present) Turn(dimension, test);
  }
  for (std::size_t c = 0; c < choice.holds.size(); ++c) {
    const bool now = choice.present && choice.holds[c];
    if (now == (before.present && before.holds[c])) continue;
    for (const std::uint32_t test : classes_[dimension][c].passes) {
      if (!is_present(test)) Count(dimension, test, now ? 1 : -1);
    }
  }
}

void Trial::Set(std::uint32_t dimension, Choice choice) {
  if (IsList(dimension)) {
    SetList(dimension, choice);
  } else {
    const auto& before = classes_[dimension][request_[dimension].of].passes;
    const auto& after = classes_[dimension][choice.of].passes;
    auto a = before.begin(), b = after.begin();
    while (a != before.end() || b != after.end()) {
      if (b == after.end() || (a != before.end() && *a < *b)) {
        Turn(dimension, *a++);
      } else if (a == before.end() || *b < *a) {
        Turn(dimension, *b++);
      } else {
        ++a, ++b;
      }
    }
  }
  request_[dimension] = std::move(choice);
  Settle();
}

void Trial::Settle() {
  const std::greater<> least_first;
  std::ranges::make_heap(open_, least_first);
  const auto tell = [&](Formula formula, int by) {
    for (auto i = parents_begin_[place_[formula]]; i < parents_begin_[place_[formula] + 1]; ++i) {
      const Formula parent = parents_[i];
      true_children_[parent] =
          static_cast<std::uint32_t>(static_cast<int>(true_children_[parent]) + by);
      open_.push_back(parent);
      std::ranges::push_heap(open_, least_first);
    }
  };
  Formula last = kFalse;
  while (!open_.empty()) {
    std::ranges::pop_heap(open_, least_first);
    const Formula formula = open_.back();
    open_.pop_back();
    if (formula == last) continue;
    last = formula;
    if (universe_.f.node(formula).kind == Node::Kind::kAtom) {
      tell(formula, values_[formula] != 0 ? 1 : -1);
      continue;
    }
    const bool value = ValueOf(formula);
    if (value == (values_[formula] != 0)) continue;
    values_[formula] = value;
    tell(formula, value ? 1 : -1);
  }
}

std::vector<Value> Trial::Values() const {
  std::vector<Value> values;
  for (std::uint32_t d = 0; d < request_.size(); ++d) {
    if (!IsList(d)) {
      values.push_back(classes_[d][request_[d].of].value);
      continue;
    }
    Value value;
    value.absent = !request_[d].present;
    for (std::size_t c = 0; c < classes_[d].size(); ++c) {
      if (request_[d].holds[c]) value.list.push_back(classes_[d][c].value.text);
    }
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace weir::compiler
