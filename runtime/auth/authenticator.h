// Verifies the credentials of a request with the keys of a table.
//
// Verified tokens are remembered (bounded, by the SHA-256 of the token, until
// `exp`), so a token seen before costs a look-up. One Authenticator a worker: it is
// not for two threads at once; the keys are shared. Verify() says kKeysUnavailable
// to every token for keys by URL.
#ifndef WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_
#define WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <memory>

#include "runtime/auth/key_sets.h"
#include "runtime/auth/unix_time.h"
#include "runtime/decide/decision.h"
#include "runtime/request/request.h"
#include "runtime/table/table.h"

namespace weir::runtime {

class Authenticator {
 public:
  Authenticator(std::shared_ptr<const Table> table, std::shared_ptr<const KeySets> keys);
  ~Authenticator();

  // `now` is the wall clock's time. The result's views live until the next
  // call, or until the entry leaves the cache: copy what must outlive the exchange
  // by holding on to `Hold()`.
  Identity Verify(Index jwt, Index api_keys, const CanonicalRequest& request, UnixTime now);

  // Keeps what the last Verify's views point into alive.
  std::shared_ptr<const void> Hold() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_
