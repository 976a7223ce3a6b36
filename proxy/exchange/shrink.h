// Strings that an exchange uses again for its next request.
#ifndef WEIR_PROXY_EXCHANGE_SHRINK_H_
#define WEIR_PROXY_EXCHANGE_SHRINK_H_

#include <cstddef>
#include <string>

namespace weir::proxy {

// Empties it, and keeps its memory unless that is much: over all exchanges it would add up.
inline void Shrink(std::string& text, std::size_t keep = 4096) {
  text.clear();
  if (text.capacity() > keep) text = std::string();
}

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_SHRINK_H_
