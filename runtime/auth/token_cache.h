// Tokens that were verified before, by the SHA-256 of the token and the policy
// they were verified under. Bounded in entries and octets; the least recently
// used goes first, and an entry is never given out of its time.
#ifndef WEIR_RUNTIME_AUTH_TOKEN_CACHE_H_
#define WEIR_RUNTIME_AUTH_TOKEN_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <unordered_map>

#include "runtime/auth/claims.h"
#include "runtime/auth/digest.h"
#include "runtime/table/records.h"

namespace weir::runtime {

class TokenCache {
 public:
  explicit TokenCache(std::size_t max_entries = 8192, std::size_t max_octets = 16u << 20)
      : max_entries_(max_entries), max_octets_(max_octets) {}

  // Null when it is not known, or not good at this time.
  std::shared_ptr<const VerifiedToken> Find(const Digest& token, Index jwt, UnixTime now);
  void Insert(const Digest& token, Index jwt, std::shared_ptr<const VerifiedToken> verified);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Key {
    Digest token;
    Index jwt;
    bool operator==(const Key&) const = default;
  };
  struct Hash {  // the digest is a hash already
    std::size_t operator()(const Key& key) const {
      std::size_t hash;
      std::memcpy(&hash, key.token.data(), sizeof hash);
      return hash ^ key.jwt;
    }
  };
  struct Entry {
    Key key;
    std::shared_ptr<const VerifiedToken> verified;
  };
  using Entries = std::list<Entry>;  // most recently used first

  void Drop(Entries::iterator entry);

  std::size_t max_entries_;
  std::size_t max_octets_;
  std::size_t octets_ = 0;
  Entries entries_;
  std::unordered_map<Key, Entries::iterator, Hash> places_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_TOKEN_CACHE_H_
