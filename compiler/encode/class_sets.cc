// Bottom up: an atom is the classes that pass its test; of a conjunction or disjunction
// the parts about one dimension become one set. A set is kept by its shorter side, so
// that to negate it costs nothing, and `not one of 10,000` is as short as `one of them`.
#include "compiler/encode/class_sets.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "compiler/budget/limits.h"

namespace weir::compiler {
namespace {

using Node = Formulas::Node;
using Listed = std::vector<std::uint32_t>;

constexpr Formula kUnknown = 0xffffffff;

ClassSet Not(ClassSet set) {
  set.all_but = !set.all_but;
  return set;
}

std::size_t HashOf(const ClassSet& set) {
  std::size_t hash = set.dimension * 2 + (set.all_but ? 1 : 0) + 0x9e3779b97f4a7c15;
  for (const std::uint32_t c : *set.listed) hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

bool Same(const ClassSet& a, const ClassSet& b) {
  return a.dimension == b.dimension && a.all_but == b.all_but && *a.listed == *b.listed;
}

}  // namespace

ClassSets::ClassSets(Universe& universe, const Classes& classes)
    : universe_(universe),
      classes_(classes),
      passing_(classes.size()),
      entries_left_(kClassSetEntries) {}

const ClassSet* ClassSets::Of(Formula plain) const {
  const auto set = sets_.find(plain);
  return set == sets_.end() ? nullptr : &set->second;
}

Formula ClassSets::Plain(Formula formula) {
  plain_.resize(std::max<std::size_t>(plain_.size(), universe_.f.size()), kUnknown);
  if (plain_[formula] != kUnknown) return plain_[formula];
  for (const Formula part : universe_.f.Parts(formula)) {
    if (plain_[part] != kUnknown) continue;
    const Formula plain = PlainNode(part);
    plain_.resize(std::max<std::size_t>(plain_.size(), universe_.f.size()), kUnknown);
    plain_[part] = plain;
  }
  return plain_[formula];
}

Formula ClassSets::PlainNode(Formula formula) {
  const Node node = universe_.f.node(formula);
  switch (node.kind) {
    case Node::Kind::kConstant:
      return formula;
    case Node::Kind::kAtom:
      return PlainAtom(formula, universe_.atom(node.atom));
    case Node::Kind::kNot: {
      const Formula child = plain_[node.children[0]];
      const Formula made = universe_.f.Not(child);
      const ClassSet* set = Of(child);
      return set == nullptr ? made : Standing(Not(*set), made);
    }
    case Node::Kind::kAnd:
    case Node::Kind::kOr:
      return PlainMany(node);
  }
  return formula;
}

Formula ClassSets::PlainAtom(Formula formula, AtomKey key) {
  const Dimension& dimension = universe_.dimensions()[key.dimension];
  if (dimension.domain == Domain::kList) return formula;
  ClassesByTest& passing = passing_[key.dimension];
  if (passing.empty()) passing = ByTest(dimension, classes_[key.dimension]);
  ClassSet set{key.dimension, false, std::make_shared<const Listed>(passing[key.test])};
  return Standing(std::move(set), formula);
}

Formula ClassSets::PlainMany(const Node& node) {
  const bool all = node.kind == Node::Kind::kAnd;
  std::vector<Formula> parts;
  std::map<std::uint32_t, std::pair<std::vector<ClassSet>, std::vector<Formula>>> by_dimension;
  const auto take = [&](Formula part) {
    if (const ClassSet* set = Of(part)) {
      auto& [sets, formulas] = by_dimension[set->dimension];
      sets.push_back(all ? Not(*set) : *set);
      formulas.push_back(part);
    } else {
      parts.push_back(part);
    }
  };
  for (const Formula child : node.children) {
    const Formula plain = plain_[child];
    const Node& inner = universe_.f.node(plain);
    if (Of(plain) != nullptr || inner.kind != node.kind) {
      take(plain);
    } else {
      for (const Formula part : inner.children) take(part);
    }
  }
  const auto join = [&](std::vector<Formula> of) {
    return all ? universe_.f.And(std::move(of)) : universe_.f.Or(std::move(of));
  };
  for (auto& [dimension, of] : by_dimension) {
    auto& [sets, formulas] = of;
    std::size_t entries = 0;
    for (const ClassSet& set : sets) entries += set.listed->size();
    if (sets.size() == 1 || entries > entries_left_) {
      parts.insert(parts.end(), formulas.begin(), formulas.end());
      continue;
    }
    const ClassSet any = Union(dimension, sets);
    parts.push_back(Standing(all ? Not(any) : any, join(std::move(formulas))));
  }
  return join(std::move(parts));
}

ClassSet ClassSets::Union(std::uint32_t dimension, const std::vector<ClassSet>& sets) const {
  Listed some;                  // in one of the sets
  std::optional<Listed> lacks;  // in none of those that are "all but"
  for (const ClassSet& set : sets) {
    if (!set.all_but) {
      some.insert(some.end(), set.listed->begin(), set.listed->end());
    } else if (!lacks) {
      lacks = *set.listed;
    } else {
      Listed both;
      std::ranges::set_intersection(*lacks, *set.listed, std::back_inserter(both));
      lacks = std::move(both);
    }
  }
  std::ranges::sort(some);
  some.erase(std::ranges::unique(some).begin(), some.end());
  if (!lacks) return {dimension, false, std::make_shared<const Listed>(std::move(some))};
  Listed rest;
  std::ranges::set_difference(*lacks, some, std::back_inserter(rest));
  return {dimension, true, std::make_shared<const Listed>(std::move(rest))};
}

Formula ClassSets::Standing(ClassSet set, Formula made) {
  const std::size_t count = classes_[set.dimension].size();
  if (set.listed->size() * 2 > count || (set.listed->size() * 2 == count && set.all_but)) {
    Listed rest;
    auto next = set.listed->begin();
    for (std::uint32_t c = 0; c < count; ++c) {
      if (next != set.listed->end() && *next == c) {
        ++next;
      } else {
        rest.push_back(c);
      }
    }
    set = {set.dimension, !set.all_but, std::make_shared<const Listed>(std::move(rest))};
  }
  if (set.listed->empty()) return set.all_but ? kTrue : kFalse;
  auto& alike = standing_[HashOf(set)];
  for (const Formula formula : alike) {
    if (Same(sets_.at(formula), set)) return formula;
  }
  entries_left_ -= std::min(entries_left_, set.listed->size());
  alike.push_back(made);
  sets_.emplace(made, std::move(set));
  return made;
}

}  // namespace weir::compiler
