// Random numbers for back-off, balancing, mirrors and request ids.
#ifndef WEIR_PROXY_EXCHANGE_RANDOM_H_
#define WEIR_PROXY_EXCHANGE_RANDOM_H_

#include <array>
#include <cstdint>

namespace weir::proxy {

// A small generator, seeded by the kernel; one for each worker.
class Random {
 public:
  Random();
  explicit Random(std::uint64_t seed) { state_ = {seed, ~seed, seed * 3 + 1, 7}; }
  std::uint64_t Next();
  // Uniform in [0, bound); 0 for 0.
  std::uint64_t Below(std::uint64_t bound);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_RANDOM_H_
