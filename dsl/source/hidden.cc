#include "dsl/source/hidden.h"

namespace weir::dsl {

unsigned HiddenCodePoint(std::string_view sequence) {
  if (sequence.size() < 3 || sequence[0] != '\xE2') return 0;
  unsigned code = 0x2000u + ((static_cast<unsigned char>(sequence[1]) & 0x3Fu) << 6) +
                  (static_cast<unsigned char>(sequence[2]) & 0x3Fu);
  bool hidden = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return hidden ? code : 0;
}

}  // namespace weir::dsl
