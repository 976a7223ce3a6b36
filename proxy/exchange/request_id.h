// Request ids: 32 hexadecimal digits, not to be guessed from one another.
#ifndef WEIR_PROXY_EXCHANGE_REQUEST_ID_H_
#define WEIR_PROXY_EXCHANGE_REQUEST_ID_H_

#include <array>
#include <string_view>

#include "proxy/exchange/random.h"

namespace weir::proxy {

// 1 to 128 of [A-Za-z0-9._-]: a client's own id that is kept.
bool IsWellFormedRequestId(std::string_view id);
std::array<char, 32> NewRequestId(Random& random);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_REQUEST_ID_H_
