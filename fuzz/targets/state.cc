// Breaker, ejection, checked health, pool and balancer do step by step what their
// models do, and keep what the rules promise.
//
// The first octet says which machine; the others are its settings and history
// (fuzz/harness/state.h).
#include "fuzz/harness/state.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::fuzz;
  constexpr Difference (*kHistories[])(Choices&, Seen&) = {
      BreakerHistory, EjectionHistory, HealthHistory, PoolHistory, BalanceHistory};
  if (size == 0) return 0;
  Choices choices(std::span(data + 1, size - 1));
  Seen seen;
  if (const Difference difference = kHistories[data[0] % std::size(kHistories)](choices, seen)) {
    std::fprintf(stderr, "machine %d: %s\n", data[0] % 5, difference->c_str());
    std::abort();
  }
  return 0;
}
