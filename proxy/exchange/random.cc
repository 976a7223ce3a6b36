// The generator is xoshiro256**: for ids and back-off, where speed counts and
// secrecy does not.
#include "proxy/exchange/random.h"

#include <sys/random.h>

#include <bit>

namespace weir::proxy {

Random::Random() {
  // Cannot fail for so few octets once the system is up; zeros would be a fixed point.
  if (::getrandom(state_.data(), sizeof state_, 0) != static_cast<ssize_t>(sizeof state_)) {
    state_ = {1, 2, 3, 4};
  }
}

std::uint64_t Random::Next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(Next()) * bound >> 64);
}

}  // namespace weir::proxy
