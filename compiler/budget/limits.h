// How far the searches of `weir lint`, `prove` and `diff` look before they say
// "unknown". spec/budgets.md says what each limit counts, and where the others stand.
//
// Steps are counted, not time: a verdict is the same on every machine and under
// any load.
#ifndef WEIR_COMPILER_BUDGET_LIMITS_H_
#define WEIR_COMPILER_BUDGET_LIMITS_H_

#include <cstddef>

namespace weir::compiler {

// The kinds of value of one dimension: joint states of the tests' automata, and
// steps of single automata on the way to them.
inline constexpr std::size_t kClassStates = 300'000;
inline constexpr std::size_t kClassSteps = 400'000'000;
// What is kept of them: places in joint states; classes in the sets that formulas about
// one dimension become.
inline constexpr std::size_t kClassPlaces = 20'000'000;
inline constexpr std::size_t kClassSetEntries = 8'000'000;

// One question of shadowing: joint states of a search for a path, or for the values
// of a field that expressions tell apart; paths that are tried, earlier routes that
// are added one by one before all of them are looked at, and branches of a search
// over the classes of what they test.
inline constexpr std::size_t kProductStates = 20'000;
inline constexpr std::size_t kPathsTried = 500;
inline constexpr std::size_t kLazyRounds = 24;
inline constexpr std::size_t kResidueNodes = 2'000;
// All such searches of one check over one gateway: words of candidate sets that are
// looked at, and what one question to the solver counts for among them.
inline constexpr std::size_t kShadowSteps = 200'000'000;
inline constexpr std::size_t kFallbackSteps = 2'000'000;

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_BUDGET_LIMITS_H_
