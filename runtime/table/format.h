// The head of a table file (FORMAT.md).
#ifndef WEIR_RUNTIME_TABLE_FORMAT_H_
#define WEIR_RUNTIME_TABLE_FORMAT_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace weir::runtime {

static_assert(std::endian::native == std::endian::little, "tables are little endian");

// 0x89 keeps text tools away; the line ends show a transfer that changed them.
inline constexpr std::array<char, 8> kTableMagic = {'\x89', 'W', 'E', 'I', 'R', '\r', '\n', '\x1a'};
inline constexpr std::size_t kMaxTableOctets = std::size_t{1} << 30;

struct TableHeader {
  std::array<char, 8> magic = kTableMagic;
  std::uint32_t version = 0;
  std::uint32_t section_count = 0;
  std::uint64_t size = 0;      // of the whole file
  std::uint64_t checksum = 0;  // Checksum of the file with this word zero
  std::array<std::uint8_t, 32> source_hash{};
};

// The name is in the file, so that a reader can say which section it does not know.
struct SectionHeader {
  std::array<char, 16> name{};  // padded with zeros
  std::uint32_t version = 0;    // of the records
  std::uint32_t record_size = 0;
  std::uint64_t offset = 0;  // from the beginning of the file; a multiple of 8
  std::uint64_t size = 0;    // octets
};

inline std::string_view SectionName(const SectionHeader& section) {
  const auto end = std::find(section.name.begin(), section.name.end(), '\0');
  return {section.name.data(), static_cast<std::size_t>(end - section.name.begin())};
}

inline constexpr std::size_t kChecksumOffset = offsetof(TableHeader, checksum);

// Over whole 64-bit words. Each step is one to one in the state and in the word,
// so any change within one word changes the result. No cryptographic hash: it
// finds damage, not forgery; whoever can write tables can write policies.
inline std::uint64_t TableChecksum(std::span<const std::byte> octets) {
  std::uint64_t hash = 0x57454952;
  for (std::size_t i = 0; i + 8 <= octets.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, octets.data() + i, 8);
    if (i == kChecksumOffset) word = 0;
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_FORMAT_H_
