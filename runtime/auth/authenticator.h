// Verifies the credentials of a request against the key sets of a table.
//
// Built when a table is loaded: it reads the key files, and says what is wrong
// with them. Verified tokens are remembered (bounded, by the SHA-256 of the
// token, until `exp`), so a token seen before costs a look-up. One Authenticator
// a worker: it is not for two threads at once. Key sets by URL are not fetched:
// Verify() says kKeysUnavailable to every token for them.
#ifndef WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_
#define WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "runtime/auth/unix_time.h"
#include "runtime/decide/decision.h"
#include "runtime/request/request.h"
#include "runtime/table/table.h"

namespace weir::runtime {

class Authenticator {
 public:
  // `base` is the folder that relative key files are looked up in (the table's own).
  static std::expected<std::unique_ptr<Authenticator>, std::string> Load(
      std::shared_ptr<const Table> table, const std::string& base);
  ~Authenticator();

  // `now` is the wall clock's time. The result's views live until the next
  // call, or until the entry leaves the cache: copy what must outlive the exchange
  // by holding on to `Hold()`.
  Identity Verify(Index jwt, Index api_keys, const CanonicalRequest& request, UnixTime now);

  // What was left out of the key sets and why: for the log at start-up.
  const std::vector<std::string>& notes() const;

  // Keeps what the last Verify's views point into alive.
  std::shared_ptr<const void> Hold() const;

 private:
  Authenticator();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_AUTHENTICATOR_H_
