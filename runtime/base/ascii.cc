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

// Eight bytes of a text at a time, the last ones again where its length is no multiple
// of eight; `holds` says whether the eight that begin at `at` are as they should be.
template <class Holds, class HoldsOne>
bool EachWord(std::string_view text, Holds holds, HoldsOne holds_one) {
  if (text.size() < 8) return std::ranges::all_of(text, holds_one);
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) {
    if (!holds(at)) return false;
  }
  return holds(last);
}

std::uint64_t WordAt(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

bool IsTargetByte(char c) { return c > 0x20 && c < 0x7f; }

}  // namespace

bool IsFieldText(std::string_view text) {
  const auto eight = [](const char* at) {
    const std::uint64_t word = WordAt(at);
    if (!AnyBelow(word, 0x20) && !AnyEqual(word, 0x7f)) return true;
    return std::all_of(at, at + 8, IsFieldByte);  // perhaps it was a tab
  };
  return EachWord(text, eight, IsFieldByte);
}

bool IsTargetText(std::string_view text) {
  const auto eight = [](const char* at) {
    const std::uint64_t word = WordAt(at);
    return (word & kHighs) == 0 && !AnyBelow(word, 0x21) && !AnyEqual(word, 0x7f);
  };
  return !text.empty() && EachWord(text, eight, IsTargetByte);
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
