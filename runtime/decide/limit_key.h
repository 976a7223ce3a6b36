// The key of a charge: the parts in written order, each four octets of length
// (little endian) and its text, so no value can pose as a separator.
#ifndef WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_
#define WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_

#include <span>
#include <string_view>

#include "runtime/decide/attribute.h"

namespace weir::runtime {

// Writes the key into `buffer` (at least 32 octets) and gives a view of it. A key
// that does not fit becomes its SHA-256. An absent part is the limit's fallback, or empty.
std::string_view WriteLimitKey(const Facts& facts, const LimitRecord& limit,
                               std::span<char> buffer);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_LIMIT_KEY_H_
