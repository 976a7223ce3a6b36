// Where a request goes: one of its route's targets, and what the hosts of that
// service are chosen by.
#ifndef WEIR_PROXY_EXCHANGE_TARGET_H_
#define WEIR_PROXY_EXCHANGE_TARGET_H_

#include <cstdint>
#include <string>

#include "proxy/config/serving.h"
#include "proxy/exchange/random.h"
#include "runtime/decide/attribute.h"

namespace weir::proxy {

class Target {
 public:
  runtime::Index index = runtime::kNoIndex;  // services
  upstream::Service* service = nullptr;
  upstream::SharedBreaker* breaker = nullptr;  // null: none
  std::uint64_t hash = 0;                      // for consistent hashing
  std::string affinity;                        // the token that the client sent

  void Choose(Serving& serving, const runtime::Facts& facts, Random& random);
  void Reset();

 private:
  std::string hashed_;  // the text, so long as it is being hashed
};

// The Set-Cookie value that names `place` to a client which did not name it; false: none is due.
bool WriteAffinityCookie(const runtime::Table& table, const Target& target,
                         const upstream::Service::Endpoint& place, bool secure, std::string& out);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_TARGET_H_
