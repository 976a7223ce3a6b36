// GCRA over exact integers, and the table of a process's limits.
//
// Arithmetic. All times are multiplied by N, so that the emission interval T/N
// becomes the whole number T: S = N x TAT is kept, and a request of cost c at
// time t is admitted iff max(N t, S) + c T - N t <= B T. With N, c, B < 2^64
// and 0 <= t, T < 2^63 each product is below 2^127. Let e = max(N t, S) - N t,
// what has been spent and not yet regained. The test is made as c T <= B T and
// e <= B T - c T, which cannot overflow; once it holds, S' = N t + e + c T is at
// most N t + B T < 2^128. So no count, period, burst or cost that the types can
// hold needs a further bound, and nothing is ever rounded: only what is
// reported (remaining down, waits up) is.
//
// The window bound, admitted <= B + floor(w N / T) for unit costs in any closed
// window of length w: between the first and the last admission in it S grows by
// T each, from at least N t1 to at most N t2 + B T, so (k T) <= N w + B T.
//
// The table. Entries lie dense in a vector, found through an open index with
// linear probing, so that dropping what has expired is a walk over a vector.
// A shard that is full looks for room first among the next few entries, then
// among all, but the latter only when some entry can have expired since the
// last such walk; a walk that finds nothing is therefore never repeated. A
// dropped entry had TAT <= now, so a new one in its place admits the same.
#include "runtime/state/limiter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "runtime/base/mutex.h"
#include "runtime/state/siphash.h"

namespace weir::runtime {
namespace {

using Scaled = GcraState::Scaled;

// As far as waits are told: leaves room for who rounds them up to seconds.
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max() / 2;

// ceil(scaled / count), at most kForever.
std::int64_t Nanoseconds(Scaled scaled, std::uint64_t count) {
  const Scaled whole = scaled / count + (scaled % count != 0 ? 1 : 0);
  return whole > static_cast<Scaled>(kForever) ? kForever : static_cast<std::int64_t>(whole);
}

}  // namespace

LimitVerdict ChargeGcra(const LimitRate& rate, std::uint64_t cost, std::int64_t now,
                        GcraState& state) {
  LimitVerdict verdict;
  verdict.kind = LimitVerdict::Kind::kRefused;
  if (rate.count == 0 || rate.period <= 0) {  // denies all, for good
    verdict.retry_after = verdict.reset = std::max<std::int64_t>(rate.period, 0);
    return verdict;
  }
  const Scaled period = static_cast<Scaled>(rate.period);
  const Scaled scaled_now =
      Scaled{rate.count} * static_cast<Scaled>(std::max<std::int64_t>(now, 0));
  const Scaled room = Scaled{rate.burst} * period;
  const Scaled charge = Scaled{cost} * period;
  Scaled spent = state.scaled_tat > scaled_now ? state.scaled_tat - scaled_now : 0;
  if (charge <= room && spent <= room - charge) {
    spent += charge;
    state.scaled_tat = scaled_now + spent;
    verdict.kind = LimitVerdict::Kind::kAdmitted;
  } else if (charge > room) {
    verdict.retry_after = rate.period;  // never, but one must say something
  } else {
    verdict.retry_after = Nanoseconds(spent - (room - charge), rate.count);
  }
  if (spent < room) {
    const Scaled left = (room - spent) / (Scaled{std::max<std::uint64_t>(cost, 1)} * period);
    verdict.remaining = static_cast<std::uint64_t>(left);
  }
  verdict.reset = Nanoseconds(spent, rate.count);
  return verdict;
}

namespace {

constexpr std::size_t kShards = 64;
constexpr std::size_t kOctetsPerEntry = 128;  // of identity and key, on average at most
constexpr std::size_t kLooks = 16;
constexpr std::uint32_t kEmpty = 0xffffffff;

struct Entry {
  GcraState state;
  std::uint64_t count = 1;
  std::uint64_t hash = 0;
  std::uint32_t identity_size = 0;
  std::string text;  // identity, then key

  bool Is(std::uint64_t h, std::string_view identity, std::string_view key) const {
    return hash == h && identity_size == identity.size() &&
           text.size() == identity.size() + key.size() && text.starts_with(identity) &&
           text.ends_with(key);
  }
  // The first instant at which it may be dropped.
  std::int64_t Expiry() const { return Nanoseconds(state.scaled_tat, count); }
};

class alignas(64) Shard {
 public:
  void Bound(std::size_t entries) {
    const MutexLock lock(mutex_);
    max_entries_ = std::max<std::size_t>(entries, 1);
  }

  LimitVerdict Charge(std::uint64_t hash, std::string_view identity, const LimitRate& rate,
                      std::string_view key, std::uint64_t cost, std::int64_t now) {
    const MutexLock lock(mutex_);
    now_ = std::max(now_, now);  // callers' clocks may be read out of turn
    std::uint32_t place = Find(hash, identity, key);
    if (place == kEmpty) {
      // A key that is refused in its empty state needs no entry.
      GcraState fresh;
      const LimitVerdict verdict = ChargeGcra(rate, cost, now_, fresh);
      if (verdict.kind != LimitVerdict::Kind::kAdmitted || cost == 0) return verdict;
      if (!MakeRoom(identity.size() + key.size())) {
        return {.kind = LimitVerdict::Kind::kUnavailable};
      }
      Insert(hash, identity, key, rate.count, fresh);
      return verdict;
    }
    return ChargeGcra(rate, cost, now_, entries_[place].state);
  }

  std::size_t size() const {
    const MutexLock lock(mutex_);
    return entries_.size();
  }

 private:
  std::size_t Home(std::uint64_t hash) const WEIR_REQUIRES(mutex_) {
    return hash & (index_.size() - 1);
  }

  std::uint32_t Find(std::uint64_t hash, std::string_view identity, std::string_view key) const
      WEIR_REQUIRES(mutex_) {
    if (index_.empty()) return kEmpty;
    for (std::size_t at = Home(hash); index_[at] != kEmpty; at = (at + 1) & (index_.size() - 1)) {
      if (entries_[index_[at]].Is(hash, identity, key)) return index_[at];
    }
    return kEmpty;
  }

  void Insert(std::uint64_t hash, std::string_view identity, std::string_view key,
              std::uint64_t count, const GcraState& state) WEIR_REQUIRES(mutex_) {
    if (entries_.size() * 2 >= index_.size()) Rebuild(std::max<std::size_t>(16, index_.size() * 2));
    std::string text;
    text.reserve(identity.size() + key.size());
    text.append(identity).append(key);
    octets_ += text.size();
    Link(hash, static_cast<std::uint32_t>(entries_.size()));
    entries_.push_back(
        {state, count, hash, static_cast<std::uint32_t>(identity.size()), std::move(text)});
    earliest_ = std::min(earliest_, entries_.back().Expiry());
  }

  void Link(std::uint64_t hash, std::uint32_t place) WEIR_REQUIRES(mutex_) {
    std::size_t at = Home(hash);
    while (index_[at] != kEmpty) at = (at + 1) & (index_.size() - 1);
    index_[at] = place;
  }

  void Rebuild(std::size_t size) WEIR_REQUIRES(mutex_) {
    index_.assign(size, kEmpty);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) Link(entries_[i].hash, i);
  }

  std::size_t SlotOf(std::uint32_t place) const WEIR_REQUIRES(mutex_) {
    std::size_t at = Home(entries_[place].hash);
    while (index_[at] != place) at = (at + 1) & (index_.size() - 1);
    return at;
  }

  // Takes a slot out of its probe run and closes the gap behind it.
  void Unlink(std::size_t hole) WEIR_REQUIRES(mutex_) {
    const std::size_t mask = index_.size() - 1;
    for (std::size_t at = (hole + 1) & mask; index_[at] != kEmpty; at = (at + 1) & mask) {
      const std::size_t home = Home(entries_[index_[at]].hash);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index_[hole] = index_[at];
        hole = at;
      }
    }
    index_[hole] = kEmpty;
  }

  void Drop(std::uint32_t place) WEIR_REQUIRES(mutex_) {
    octets_ -= entries_[place].text.size();
    Unlink(SlotOf(place));
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    if (place != last) {
      index_[SlotOf(last)] = place;
      entries_[place] = std::move(entries_[last]);
    }
    entries_.pop_back();
  }

  bool Full(std::size_t octets) const WEIR_REQUIRES(mutex_) {
    return entries_.size() >= max_entries_ || octets_ + octets > max_entries_ * kOctetsPerEntry;
  }

  bool MakeRoom(std::size_t octets) WEIR_REQUIRES(mutex_) {
    // Two looks an insertion keep the table near what is alive; more when full.
    for (std::size_t looks = 0; !entries_.empty() && looks < (Full(octets) ? kLooks : 2); ++looks) {
      if (hand_ >= entries_.size()) hand_ = 0;
      if (entries_[hand_].Expiry() <= now_) {
        Drop(hand_);
      } else {
        ++hand_;
      }
    }
    if (!Full(octets)) return true;
    if (now_ < earliest_) return false;
    earliest_ = kForever;
    for (std::uint32_t i = 0; i < entries_.size();) {
      const std::int64_t expiry = entries_[i].Expiry();
      if (expiry <= now_) {
        Drop(i);
      } else {
        earliest_ = std::min(earliest_, expiry);
        ++i;
      }
    }
    return !Full(octets);
  }

  mutable Mutex mutex_;
  std::size_t max_entries_ WEIR_GUARDED_BY(mutex_) = 1;
  std::int64_t now_ WEIR_GUARDED_BY(mutex_) = 0;
  std::int64_t earliest_ WEIR_GUARDED_BY(mutex_) = kForever;  // no entry expires before
  std::size_t octets_ WEIR_GUARDED_BY(mutex_) = 0;
  std::uint32_t hand_ WEIR_GUARDED_BY(mutex_) = 0;
  std::vector<Entry> entries_ WEIR_GUARDED_BY(mutex_);
  std::vector<std::uint32_t> index_
      WEIR_GUARDED_BY(mutex_);  // places in entries_, a power of two of them
};

}  // namespace

struct LocalLimiter::Shards {
  SipKey key = RandomSipKey();
  std::array<Shard, kShards> shards;
};

LocalLimiter::LocalLimiter(std::size_t max_entries) : shards_(std::make_unique<Shards>()) {
  for (Shard& shard : shards_->shards) shard.Bound(max_entries / kShards);
}

LocalLimiter::~LocalLimiter() = default;

LimitVerdict LocalLimiter::Charge(std::string_view identity, const LimitRate& rate,
                                  std::string_view key, std::uint64_t cost, std::int64_t now) {
  // The second hash is keyed by the first, so the pair has one reading.
  const SipKey& secret = shards_->key;
  const std::uint64_t hash = SipHash({secret.k0 ^ SipHash(secret, identity), secret.k1}, key);
  return shards_->shards[hash >> 58].Charge(hash, identity, rate, key, cost, now);
}

std::size_t LocalLimiter::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_->shards) size += shard.size();
  return size;
}

}  // namespace weir::runtime
