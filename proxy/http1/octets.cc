#include "proxy/http1/octets.h"

#include <cstring>

namespace weir::proxy::http1 {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ull;
constexpr std::uint64_t kHighs = 0x8080808080808080ull;

// Whether some octet of the word is below `bound` (at most 128). Exact as a
// yes or no, though not as to which octet.
constexpr bool AnyBelow(std::uint64_t word, std::uint64_t bound) {
  return ((word - kOnes * bound) & ~word & kHighs) != 0;
}
constexpr bool AnyEqual(std::uint64_t word, unsigned char octet) {
  const std::uint64_t difference = word ^ (kOnes * octet);
  return ((difference - kOnes) & ~difference & kHighs) != 0;
}

bool IsFieldOctet(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
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
      if (!IsFieldOctet(at[i])) return false;  // else it was a tab
    }
  }
  for (; left > 0; ++at, --left) {
    if (!IsFieldOctet(*at)) return false;
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
    const auto octet = static_cast<unsigned char>(*at);
    if (octet < 0x21 || octet > 0x7e) return false;
  }
  return !text.empty();
}

bool EqualsLower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

bool EqualsLowerLoosely(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] == '_' ? '-' : Lower(text[i]);
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace weir::proxy::http1
