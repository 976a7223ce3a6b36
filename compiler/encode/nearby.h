// Requests near one that is known: the same but for what a condition turns on. Of
// thousands of conditions on one route most are satisfied so, without a question to
// the solver; where that fails nothing is said.
//
//   Nearby nearby(universe, classes, {decides...}, found.choices);
//   if (nearby.Turn(decides)) Show(nearby.Request());
#ifndef WEIR_COMPILER_ENCODE_NEARBY_H_
#define WEIR_COMPILER_ENCODE_NEARBY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/encode/trial.h"

namespace weir::compiler {

class Nearby {
 public:
  // The formulas that will be asked for. Universe and classes must outlive it.
  Nearby(Universe& universe, const Classes& classes, std::vector<Formula> formulas,
         std::vector<Choice> request);

  // Turns the request into one of which the formula and the universe's constraints
  // hold; false: it is as it was. What is turned stays so until Back().
  bool Turn(Formula formula);
  void Back();

  const std::vector<std::pair<std::uint32_t, Choice>>& turned() const { return turned_; }
  std::vector<Value> Request() const { return trial_.Values(); }
  bool Knows(Formula formula) const { return trial_.Knows(formula); }

 private:
  static constexpr int kDepth = 64;
  static constexpr std::uint32_t kClassesTried = 8;

  bool Make(Formula formula, bool value, int depth);
  bool MakeAtom(std::uint32_t atom, bool value);

  const Universe& universe_;
  const Classes& classes_;
  Formula well_formed_;
  Trial trial_;
  std::vector<ClassesByTest> passing_;                    // by dimension, once it is asked for
  std::vector<std::pair<std::uint32_t, Choice>> turned_;  // dimension, and what it was
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_NEARBY_H_
