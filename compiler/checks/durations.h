// Durations as a policy writes them: "2s", "1500ms".
#ifndef WEIR_COMPILER_CHECKS_DURATIONS_H_
#define WEIR_COMPILER_CHECKS_DURATIONS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "spec/syntax/value.h"

namespace weir::compiler {

// In the largest unit that it is a whole number of.
inline std::string InWords(const syntax::Duration& duration) {
  constexpr std::pair<std::int64_t, const char*> kUnits[] = {{3'600'000'000'000, "h"},
                                                             {60'000'000'000, "m"},
                                                             {1'000'000'000, "s"},
                                                             {1'000'000, "ms"},
                                                             {1'000, "us"}};
  for (const auto& [unit, name] : kUnits) {
    if (duration.nanoseconds >= unit && duration.nanoseconds % unit == 0) {
      return std::to_string(duration.nanoseconds / unit) + name;
    }
  }
  return std::to_string(duration.nanoseconds) + "ns";
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_DURATIONS_H_
