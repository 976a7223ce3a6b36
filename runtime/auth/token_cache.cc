#include "runtime/auth/token_cache.h"

#include <utility>

namespace weir::runtime {

std::shared_ptr<const VerifiedToken> TokenCache::Find(const Digest& token, Index jwt,
                                                      UnixTime now) {
  const auto found = places_.find({token, jwt});
  if (found == places_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (now >= entry->verified->expires) {
    Drop(entry);
    return nullptr;
  }
  if (now < entry->verified->not_before) return nullptr;  // the clock was set back
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->verified;
}

void TokenCache::Insert(const Digest& token, Index jwt,
                        std::shared_ptr<const VerifiedToken> verified) {
  const Key key{token, jwt};
  if (const auto found = places_.find(key); found != places_.end()) Drop(found->second);
  octets_ += verified->octets();
  entries_.push_front({key, std::move(verified)});
  places_.emplace(key, entries_.begin());
  while (entries_.size() > max_entries_ || (octets_ > max_octets_ && !entries_.empty())) {
    Drop(std::prev(entries_.end()));
  }
}

void TokenCache::Drop(Entries::iterator entry) {
  octets_ -= entry->verified->octets();
  places_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace weir::runtime
