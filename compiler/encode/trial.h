// A request on trial: one class for each dimension, and the values of formulas on
// it, kept while the choices change. A change costs what depends on it, not the
// size of the formulas; that is what makes shrinking and looking nearby cheap.
//
//   Trial trial(universe, classes, {formula}, request);
//   trial.Set(d, {.of = 0});
//   if (!trial.Holds(formula)) trial.Set(d, before);
#ifndef WEIR_COMPILER_ENCODE_TRIAL_H_
#define WEIR_COMPILER_ENCODE_TRIAL_H_

#include <cstdint>
#include <vector>

#include "compiler/encode/classes.h"
#include "compiler/encode/universe.h"

namespace weir::compiler {

// What is chosen of one dimension.
struct Choice {
  std::uint32_t of = 0;     // the class; not for lists
  bool present = true;      // lists
  std::vector<bool> holds;  // lists: by class of items
};

class Trial {
 public:
  // Of these formulas and their parts: no formula that is made later can be asked
  // for. Universe and classes must outlive it.
  Trial(const Universe& universe, const Classes& classes, const std::vector<Formula>& roots,
        std::vector<Choice> request);

  bool Holds(Formula formula) const { return values_[formula] != 0; }
  const std::vector<Choice>& request() const { return request_; }
  void Set(std::uint32_t dimension, Choice choice);

  // Whether the formula is one of the roots or their parts.
  bool Knows(Formula formula) const {
    return formula < place_.size() && place_[formula] != kUnknown;
  }
  // The values of the request's dimensions.
  std::vector<Value> Values() const;

 private:
  static constexpr std::uint32_t kUnknown = 0xffffffff;

  bool IsList(std::uint32_t dimension) const {
    return universe_.dimensions()[dimension].domain == Domain::kList;
  }
  void Turn(std::uint32_t dimension, std::uint32_t test);
  void SetList(std::uint32_t dimension, const Choice& choice);
  void Count(std::uint32_t dimension, std::uint32_t test, int by);
  void Settle();
  bool ValueOf(Formula formula) const;

  const Universe& universe_;
  const Classes& classes_;
  std::vector<Choice> request_;
  std::vector<std::uint32_t> place_;          // by formula: its place among the parts
  std::vector<std::uint8_t> values_;          // by formula
  std::vector<std::uint32_t> true_children_;  // by formula
  std::vector<std::uint32_t> parents_begin_;  // by place, into parents_
  std::vector<Formula> parents_;
  std::vector<std::vector<Formula>> atoms_;       // by dimension and test; kFalse: no part
  std::vector<std::vector<std::uint32_t>> held_;  // lists: by test, the items held that pass it
  std::vector<Formula> open_;                     // a heap, least first: those to be valued anew
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_TRIAL_H_
