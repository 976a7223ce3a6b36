// The generator is xoshiro256**: for ids and back-off, where speed counts and
// secrecy does not.
#include "proxy/exchange/request_id.h"

#include <sys/random.h>

#include <algorithm>
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

bool IsWellFormedRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::array<char, 32> NewRequestId(Random& random) {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, 32> id;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = random.Next();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) id[half * 16 + i] = kHex[bits & 15];
  }
  return id;
}

}  // namespace weir::proxy
