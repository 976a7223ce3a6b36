#include "proxy/exchange/request_id.h"

#include <algorithm>

namespace weir::proxy {

bool IsWellFormedRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::array<char, 32> NewRequestId(Random& random) {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, 32> id;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = random.Next();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) id[half * 16 + i] = kHex[bits & 15];
  }
  return id;
}

}  // namespace weir::proxy
