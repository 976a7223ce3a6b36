// SipHash-1-3, a keyed hash: who chooses the keys of a hash table cannot choose
// its collisions. Not a MAC.
#ifndef WEIR_RUNTIME_STATE_SIPHASH_H_
#define WEIR_RUNTIME_STATE_SIPHASH_H_

#include <cstdint>
#include <string_view>

namespace weir::runtime {

struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

// A key from the system's randomness.
SipKey RandomSipKey();

std::uint64_t SipHash(const SipKey& key, std::string_view text);

// With a key that never changes: the same in every process and release, for what
// proxies must agree on (consistent hashing). Its collisions can be chosen.
std::uint64_t StableHash(std::string_view text);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_SIPHASH_H_
