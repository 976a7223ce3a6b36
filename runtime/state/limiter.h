// Rate limits by GCRA over exact integers (spec/rules/limit.md).
//
// A request of cost c is admitted iff max(now, TAT) + c T/N - now <= B T/N, and
// then TAT := max(now, TAT) + c T/N. N x TAT is kept in 128 bits, so nothing is
// rounded. One LocalLimiter serves all workers of a process; it is sharded, and
// each charge locks one shard. Its memory is bounded, in entries and at 128
// octets of identity and key an entry on average: entries are dropped only when
// TAT <= now, and where a new one finds no room the verdict is kUnavailable,
// from which the caller goes on as the limit's `store-down` says.
#ifndef WEIR_RUNTIME_STATE_LIMITER_H_
#define WEIR_RUNTIME_STATE_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/decide/decision.h"

namespace weir::runtime {

// The numbers of one limit: `count` per `period` ns, burst `burst`.
struct LimitRate {
  std::uint64_t count = 1;
  std::int64_t period = 1'000'000'000;
  std::uint64_t burst = 1;
};

// One key's state, and one step of it. Pure; `now` is ns on a clock that
// never goes back. `scaled_tat` is count x TAT. Any count, period, burst and
// cost that the types hold is computed exactly (the proof is in limiter.cc).
// Count 0 and a cost above the burst are always refused; `retry_after`, which
// does not exist then, is the period. `remaining` counts requests of this cost.
struct GcraState {
  __extension__ using Scaled = unsigned __int128;
  Scaled scaled_tat = 0;
};
LimitVerdict ChargeGcra(const LimitRate& rate, std::uint64_t cost, std::int64_t now,
                        GcraState& state);

class LocalLimiter {
 public:
  explicit LocalLimiter(std::size_t max_entries = 1 << 20);
  ~LocalLimiter();

  // `identity` names the limit across reloads: kind, name and parameters.
  LimitVerdict Charge(std::string_view identity, const LimitRate& rate, std::string_view key,
                      std::uint64_t cost, std::int64_t now);
  std::size_t size() const;

 private:
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_LIMITER_H_
