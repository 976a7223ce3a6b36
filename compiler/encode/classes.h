// The finitely many kinds of value that a dimension has: two values are of one
// class when they pass the same tests. Each class comes with a value, so every
// answer of the solver can be turned back into a request.
#ifndef WEIR_COMPILER_ENCODE_CLASSES_H_
#define WEIR_COMPILER_ENCODE_CLASSES_H_

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "compiler/encode/universe.h"

namespace weir::compiler {

struct ValueClass {
  Value value;
  std::vector<bool> passes;  // by test
  std::uint32_t tier = 0;    // how unusual the value has to be
};

// By dimension. A list's classes are those of its items; whether a list is
// there at all is apart. Ordered from plain to unusual, absence first.
using Classes = std::vector<std::vector<ValueClass>>;

struct ClassBudget {
  std::size_t joint_states = 300'000;  // for each dimension
};

// Relates the dimensions first (derived.h): nothing may be encoded afterwards. The
// error is the reason for Unknown: which dimension has too many.
std::expected<Classes, std::string> ClassesOf(Universe& universe, const ClassBudget& budget = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CLASSES_H_
