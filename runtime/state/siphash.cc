// After Aumasson and Bernstein, "SipHash: a fast short-input PRF", with one
// round a word and three at the end.
#include "runtime/state/siphash.h"

#include <sys/random.h>
#include <sys/types.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace weir::runtime {
namespace {

struct Sip {
  std::uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void Word(std::uint64_t word) {
    v3 ^= word;
    Round();
    v0 ^= word;
  }
};

}  // namespace

SipKey RandomSipKey() {
  SipKey key;
  // Cannot fail for so few bytes once the system is up, nor give fewer.
  if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key)) std::abort();
  return key;
}

std::uint64_t SipHash(const SipKey& key, std::string_view text) {
  Sip sip{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d, key.k0 ^ 0x6c7967656e657261,
          key.k1 ^ 0x7465646279746573};
  const std::uint64_t size = text.size();
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    sip.Word(word);
    text.remove_prefix(8);
  }
  std::uint64_t last = 0;
  if (!text.empty()) std::memcpy(&last, text.data(), text.size());
  sip.Word(last | size << 56);
  sip.v2 ^= 0xff;
  sip.Round();
  sip.Round();
  sip.Round();
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

// The key's octets read "weir consistent", padded with a zero.
std::uint64_t StableHash(std::string_view text) {
  return SipHash({0x6e6f632072696577, 0x00746e6574736973}, text);
}

}  // namespace weir::runtime
