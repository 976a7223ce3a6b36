// How far the checker looks before it says "unknown": every limit of `weir lint`,
// `prove` and `diff`, in one place (spec/budgets.md says what each counts).
//
// Steps are counted, not time: a verdict is the same on every machine and under
// any load. The clock and the memory of the solver are bounded as a last resort,
// far beyond what its steps take, and an answer that ends by them says so.
#ifndef WEIR_COMPILER_BUDGET_LIMITS_H_
#define WEIR_COMPILER_BUDGET_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace weir::compiler {

// The kinds of value of one dimension: joint states of the tests' automata, and
// steps of single automata on the way to them.
inline constexpr std::size_t kClassStates = 300'000;
inline constexpr std::size_t kClassSteps = 400'000'000;

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_BUDGET_LIMITS_H_
