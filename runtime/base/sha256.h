// SHA-256 (FIPS 180-4) of what is fed piece by piece: for the hash that ties a table to
// its text, and for keys of limits that outgrow a decision's buffer. It allocates
// nothing and needs no library. runtime/auth hashes credentials, which come with every
// request, by OpenSSL, some five times faster.
//
//   Sha256 hash;
//   hash.Add(name);
//   const Sha256Digest digest = hash.Finish();
#ifndef WEIR_RUNTIME_BASE_SHA256_H_
#define WEIR_RUNTIME_BASE_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

using Sha256Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  void Add(std::string_view bytes);
  // The digest of everything given so far; the object is spent afterwards.
  Sha256Digest Finish();

 private:
  void Block(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;  // bytes given so far
};

}  // namespace weir

#endif  // WEIR_RUNTIME_BASE_SHA256_H_
