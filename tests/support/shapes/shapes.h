// Policies of one shape and any size, on which the checker's cost is measured
// (tests/bench/budgets) and its budgets are tested.
//
//   const std::string text = ShapeNamed("three-tests")->make(213);
#ifndef WEIR_TESTS_SUPPORT_SHAPES_SHAPES_H_
#define WEIR_TESTS_SUPPORT_SHAPES_SHAPES_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weir::tests {

struct Shape {
  std::string_view name;
  std::string_view what;
  std::size_t usual;                 // the size that is measured first
  std::string (*make)(std::size_t);  // a policy that resolves without errors
};

std::span<const Shape> Shapes();
// Null: there is none of that name.
const Shape* ShapeNamed(std::string_view name);

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_SHAPES_SHAPES_H_
