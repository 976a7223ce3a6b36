// The finitely many kinds of value that a dimension has: two values are of one
// class when they pass the same tests. Each class comes with a value, so every
// answer of the solver can be turned back into a request.
#ifndef WEIR_COMPILER_ENCODE_CLASSES_H_
#define WEIR_COMPILER_ENCODE_CLASSES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "compiler/budget/limits.h"
#include "compiler/encode/universe.h"

namespace weir::compiler {

struct ValueClass {
  Value value;
  std::vector<std::uint32_t> passes;  // places of the tests that it passes, ascending
  std::uint32_t tier = 0;             // how unusual the value has to be

  bool Passes(std::uint32_t test) const { return std::ranges::binary_search(passes, test); }
};

// By dimension. A list's classes are those of its items; whether a list is
// there at all is apart. Ordered from plain to unusual, absence first.
using Classes = std::vector<std::vector<ValueClass>>;

// By test of a dimension, the places of the classes that pass it.
using ClassesByTest = std::vector<std::vector<std::uint32_t>>;
ClassesByTest ByTest(const Dimension& dimension, const std::vector<ValueClass>& classes);

// For each dimension.
struct ClassBudget {
  std::size_t joint_states = kClassStates;
  std::size_t steps = kClassSteps;    // of single automata
  std::size_t places = kClassPlaces;  // in joint states
};

// Relates the dimensions first (derived.h): nothing may be encoded afterwards. The
// error is the reason for Unknown: which dimension has too many.
std::expected<Classes, std::string> ClassesOf(Universe& universe, const ClassBudget& budget = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CLASSES_H_
