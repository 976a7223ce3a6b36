// SHA-256 (FIPS 180-4), for the hash that ties a table to the text it was
// compiled from. It identifies texts and guards no secret; what does belongs to
// runtime/auth.
#ifndef WEIR_DSL_SOURCE_SHA256_H_
#define WEIR_DSL_SOURCE_SHA256_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::dsl {

class Sha256 {
 public:
  void Update(std::string_view octets);
  // The digest of everything given so far; the object is spent afterwards.
  std::array<std::uint8_t, 32> Finish();

 private:
  void Block(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::uint64_t length_ = 0;  // octets given so far
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_SHA256_H_
