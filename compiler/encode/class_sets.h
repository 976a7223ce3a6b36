// One shape for one meaning, as far as one dimension goes: whatever a formula says about
// a single dimension is a set of its classes, and equal sets are one formula. A line of
// thousands of comparisons joined by `or` becomes one part, and a route and its record
// in the table, which say the same in other words, become one formula.
//
//   ClassSets sets(universe, classes);
//   if (sets.Plain(a) == sets.Plain(b)) ...  // equal on every request
//
// What is about a list, or about several dimensions, keeps its structure. Universe and
// classes must outlive it.
#ifndef WEIR_COMPILER_ENCODE_CLASS_SETS_H_
#define WEIR_COMPILER_ENCODE_CLASS_SETS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "compiler/encode/classes.h"
#include "compiler/encode/universe.h"

namespace weir::compiler {

// Classes of one dimension: those listed, or all but those.
struct ClassSet {
  std::uint32_t dimension = 0;
  bool all_but = false;
  std::shared_ptr<const std::vector<std::uint32_t>> listed;  // ascending; never the longer side
};

class ClassSets {
 public:
  ClassSets(Universe& universe, const Classes& classes);

  // A formula of the same value on every request.
  Formula Plain(Formula formula);
  // Of a plain formula about one dimension; null: it is about more, a list, or nothing.
  const ClassSet* Of(Formula plain) const;

 private:
  using Listed = std::vector<std::uint32_t>;

  Formula PlainNode(Formula formula);
  Formula PlainMany(const Formulas::Node& node);
  Formula PlainAtom(Formula formula, AtomKey key);
  // The formula that stands for this set; `made` if it is the first.
  Formula Standing(ClassSet set, Formula made);
  ClassSet Union(std::uint32_t dimension, const std::vector<ClassSet>& sets) const;

  Universe& universe_;
  const Classes& classes_;
  std::vector<ClassesByTest> passing_;  // by dimension, once it is asked for
  std::vector<Formula> plain_;          // by formula; kUnknown: not yet
  std::unordered_map<Formula, ClassSet> sets_;
  std::unordered_map<std::size_t, std::vector<Formula>> standing_;  // by hash of the set
  std::size_t entries_left_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CLASS_SETS_H_
