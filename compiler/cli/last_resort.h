// The memory that a command may take at most: past it the answer is "unknown".
#ifndef WEIR_COMPILER_CLI_LAST_RESORT_H_
#define WEIR_COMPILER_CLI_LAST_RESORT_H_

#include <functional>

namespace weir::cli {

inline constexpr unsigned kMostMegabytes = 4000;

// Runs a command whose answer may be "undecided". Where memory runs out, be it the
// process's limit or kMostMegabytes, it says so and the status is kUndecided.
int WithinMemory(const std::function<int()>& run);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_LAST_RESORT_H_
