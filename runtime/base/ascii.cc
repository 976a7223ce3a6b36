#include "runtime/base/ascii.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weir {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ull;
constexpr std::uint64_t kHighs = 0x8080808080808080ull;

// Whether some byte of the word is below `bound` (at most 128). Exact as a
// yes or no, though not as to which byte.
constexpr bool AnyBelow(std::uint64_t word, std::uint64_t bound) {
  return ((word - kOnes * bound) & ~word & kHighs) != 0;
}
constexpr bool AnyEqual(std::uint64_t word, unsigned char byte) {
  const std::uint64_t difference = word ^ (kOnes * byte);
  return ((difference - kOnes) & ~difference & kHighs) != 0;
}

bool IsFieldByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

bool IsFieldText(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    if (!AnyBelow(word, 0x20) && !AnyEqual(word, 0x7f)) continue;
    for (int i = 0; i < 8; ++i) {
      if (!IsFieldByte(at[i])) return false;  // else it was a tab
    }
  }
  for (; left > 0; ++at, --left) {
    if (!IsFieldByte(*at)) return false;
  }
  return true;
}

bool IsTargetText(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    if ((word & kHighs) != 0 || AnyBelow(word, 0x21) || AnyEqual(word, 0x7f)) return false;
  }
  for (; left > 0; ++at, --left) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return !text.empty();
}

std::string Lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), ToLower);
  return lower;
}

std::string Uppered(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), ToUpper);
  return upper;
}

}  // namespace weir
