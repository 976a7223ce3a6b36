// SHA-256 (FIPS 180-4) of what is fed piece by piece. For keys that outgrow a
// decision's buffer: they must stay apart even when a client chooses them, and
// the decision neither allocates nor links a crypto library.
#ifndef WEIR_RUNTIME_DECIDE_DIGEST_H_
#define WEIR_RUNTIME_DECIDE_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::runtime {

class Digest {
 public:
  Digest();
  void Add(std::string_view octets);
  std::array<std::uint8_t, 32> Finish();

 private:
  void Block(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_DIGEST_H_
