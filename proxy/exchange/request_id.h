// Request ids: 32 hexadecimal digits, not to be guessed from one another.
#ifndef WEIR_PROXY_EXCHANGE_REQUEST_ID_H_
#define WEIR_PROXY_EXCHANGE_REQUEST_ID_H_

#include <array>
#include <cstdint>
#include <string_view>

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

// 1 to 128 of [A-Za-z0-9._-]: a client's own id that is kept.
bool IsWellFormedRequestId(std::string_view id);
std::array<char, 32> NewRequestId(Random& random);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_REQUEST_ID_H_
