// SplitMix64 (Steele, Lea, Flood 2014): all that is left open in a simulated run is
// decided by one of these.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_CHANCE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_CHANCE_H_

#include <cstddef>
#include <cstdint>

namespace weir::simulator {

inline std::uint64_t Mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15); }
  // 0 to n - 1; n at least 1.
  std::size_t Below(std::size_t n) { return n <= 1 ? 0 : (Next() >> 32) % n; }

 private:
  std::uint64_t state_;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_CHANCE_H_
