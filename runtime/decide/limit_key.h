// The key of a charge: the parts in written order, each four bytes of length
// (little endian) and its text, so no value can pose as a separator. The length of
// a part that is absent has kAbsentPart set; its text is the limit's fallback.
#ifndef WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_
#define WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/decide/attribute.h"

namespace weir::runtime {

inline constexpr std::uint32_t kAbsentPart = 0x80000000;

// Writes the key to the start of `buffer` and gives a view of it; none where it does not fit.
std::optional<std::string_view> WriteLimitKey(const Facts& facts, const LimitRecord& limit,
                                              std::span<char> buffer);
// Writes the key's SHA-256 (32 bytes), which stands for one that is too long.
std::string_view DigestLimitKey(const Facts& facts, const LimitRecord& limit,
                                std::span<char> buffer);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_
