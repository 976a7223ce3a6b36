// How many tries a limit lets end within one window.
//
//   auto most = MostTries(limit, 1, {.window = w, .lifetime = t, .attempts = 3});
#ifndef WEIR_COMPILER_CHECKS_TRIES_BOUND_H_
#define WEIR_COMPILER_CHECKS_TRIES_BOUND_H_

#include <algorithm>
#include <cstdint>
#include <limits>

#include "spec/syntax/traffic.h"

namespace weir::compiler {

struct TriesWithin {
  syntax::Duration window;    // closed at both ends
  syntax::Duration lifetime;  // a request is over so long after it was charged
  std::uint32_t attempts = 1;
};

// Under so many keys. A try that ends within the window is of a request charged
// within it or at most a lifetime before, so LIMIT-3 bounds the requests, key by
// key, and each has `attempts` tries. 2^64 - 1 stands for that or more.
inline std::uint64_t MostTries(const syntax::Limit& limit, std::uint64_t keys,
                               const TriesWithin& within) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide kMost = std::numeric_limits<std::uint64_t>::max();
  if (limit.count == 0 || limit.cost > limit.burst) return 0;
  const Wide width =
      static_cast<Wide>(within.window.nanoseconds) + static_cast<Wide>(within.lifetime.nanoseconds);
  const Wide cost = limit.burst + width * limit.count / static_cast<Wide>(limit.period.nanoseconds);
  Wide most = std::min(cost / limit.cost, kMost);
  most = std::min(most * keys, kMost);
  return static_cast<std::uint64_t>(std::min(most * within.attempts, kMost));
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_TRIES_BOUND_H_
