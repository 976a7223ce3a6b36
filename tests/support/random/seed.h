// How many cases the random tests run, and from which seed: WEIR_CASES and
// WEIR_SEED. The seed is printed, so that a failure can be run again.
#ifndef WEIR_TESTS_SUPPORT_RANDOM_SEED_H_
#define WEIR_TESTS_SUPPORT_RANDOM_SEED_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace weir::testing {

inline std::uint64_t CasesOr(std::uint64_t otherwise) {
  const char* text = std::getenv("WEIR_CASES");
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

inline std::uint64_t Seed() {
  static const std::uint64_t seed = [] {
    const char* text = std::getenv("WEIR_SEED");
    const std::uint64_t chosen = text ? std::strtoull(text, nullptr, 10) : std::random_device()();
    std::printf("WEIR_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    std::fflush(stdout);
    return chosen;
  }();
  return seed;
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_SUPPORT_RANDOM_SEED_H_
