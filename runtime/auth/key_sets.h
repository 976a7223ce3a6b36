// The keys of a table's jwts, read once and shared: all workers of a generation verify
// with the same keys, whatever becomes of the files meanwhile. Immutable, so any
// number of threads may verify with them.
//
//   auto keys = KeySets::Load(*table, folder);
//   if (!keys) return keys.error();
//   Authenticator authenticator(table, *keys);   // one a worker
//
// Key sets by URL are not fetched.
#ifndef WEIR_RUNTIME_AUTH_KEY_SETS_H_
#define WEIR_RUNTIME_AUTH_KEY_SETS_H_

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "runtime/auth/key_set.h"
#include "runtime/auth/token.h"
#include "runtime/table/table.h"

namespace weir::runtime {

class KeySets {
 public:
  struct Issuer {
    KeySet keys;
    JwtPolicy policy;
    bool available = false;  // a key set by URL has to be fetched first
  };

  // `base` is the folder that relative key files are looked up in (the table's own).
  static std::expected<std::shared_ptr<const KeySets>, std::string> Load(const Table& table,
                                                                         const std::string& base);

  const Issuer& issuer(Index jwt) const { return issuers_[jwt]; }
  // What was left out of the key sets and why: for the log at start-up.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  KeySets() = default;

  std::vector<Issuer> issuers_;  // one for each of the table's jwts
  std::vector<std::string> notes_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_KEY_SETS_H_
