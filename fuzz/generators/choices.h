// Where a generator's choices come from: a seed, or a fuzzer's octets.
//
// From octets, every choice takes one octet (more for wide ranges), so that a
// fuzzer's small changes are small changes of what is generated; when they run
// out, every choice is the first, which the generators make the plainest.
#ifndef WEIR_FUZZ_GENERATORS_CHOICES_H_
#define WEIR_FUZZ_GENERATORS_CHOICES_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace weir::fuzz {

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : seeded_(true), state_(seed) {}
  explicit Choices(std::span<const std::uint8_t> octets) : octets_(octets) {}

  // 0 to n - 1; n at least 1.
  std::uint32_t Below(std::uint32_t n) {
    if (n <= 1) return 0;
    if (seeded_) return static_cast<std::uint32_t>((NextWord() >> 32) % n);
    std::uint32_t value = NextOctet();
    if (n > 256) value = value << 8 | NextOctet();
    return value % n;
  }

  // True in `percent` of 100 cases; false when the octets have run out.
  bool Chance(std::uint32_t percent) { return Below(100) >= 100 - percent; }

  template <class T>
  const T& Of(const std::vector<T>& options) {
    return options[Below(static_cast<std::uint32_t>(options.size()))];
  }
  std::string Of(std::initializer_list<const char*> options) {
    return *(options.begin() + Below(static_cast<std::uint32_t>(options.size())));
  }

  // Whether the octets have run out; never from a seed.
  bool Exhausted() const { return !seeded_ && used_ >= octets_.size(); }

 private:
  std::uint8_t NextOctet() { return used_ < octets_.size() ? octets_[used_++] : 0; }

  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t NextWord() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  bool seeded_ = false;
  std::uint64_t state_ = 0;
  std::span<const std::uint8_t> octets_;
  std::size_t used_ = 0;
};

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_CHOICES_H_
