// SipHash with one compression round and three at the end, from the description
// in Aumasson and Bernstein, "SipHash: a fast short-input PRF", section 2.
#include <array>
#include <string>

#include "spec/model/balance.h"

namespace weir::model {
namespace {

std::uint64_t RotateLeft(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

void SipRound(std::array<std::uint64_t, 4>& v) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = RotateLeft(v[1], 13);
  v[3] = RotateLeft(v[3], 16);
  v[1] ^= v[0];
  v[3] ^= v[2];
  v[0] = RotateLeft(v[0], 32);
  v[2] += v[1];
  v[0] += v[3];
  v[1] = RotateLeft(v[1], 17);
  v[3] = RotateLeft(v[3], 21);
  v[1] ^= v[2];
  v[3] ^= v[0];
  v[2] = RotateLeft(v[2], 32);
}

std::uint64_t LowFirst(const std::string& eight) {
  std::uint64_t word = 0;
  for (int i = 7; i >= 0; --i) {
    word = word * 256 + static_cast<unsigned char>(eight[static_cast<std::size_t>(i)]);
  }
  return word;
}

std::uint64_t SipHash13(const std::string& key, std::string octets) {
  const std::string constants = "uespemosmodnarodarenegylsetybdet";
  std::array<std::uint64_t, 4> v;
  for (std::size_t i = 0; i < 4; ++i) {
    v[i] = LowFirst(constants.substr(8 * i, 8)) ^ LowFirst(key.substr(8 * (i % 2), 8));
  }
  const auto size = static_cast<char>(octets.size() % 256);
  while (octets.size() % 8 != 7) octets += '\0';
  octets += size;
  for (std::size_t i = 0; i < octets.size(); i += 8) {
    const std::uint64_t word = LowFirst(octets.substr(i, 8));
    v[3] ^= word;
    SipRound(v);
    v[0] ^= word;
  }
  v[2] ^= 255;
  for (int i = 0; i < 3; ++i) SipRound(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace

std::uint64_t StableHash(const std::string& octets) {
  return SipHash13(std::string("weir consistent\0", 16), octets);
}

}  // namespace weir::model
