// Which of a service's hosts a try goes to (spec/rules/balance.md).
//
//   Balancer balancer(BalanceKind::kLeastRequest, 0);
//   balancer.SetHosts(identities, weights);
//   const std::size_t place = balancer.Pick(hosts, StableHash(key), random());
//   if (place == Balancer::kNone) return NoHealthyUpstream();
//
// `hosts` stand in the order that SetHosts was given, with the same weights; who
// is eligible (healthy, not ejected, not tried yet) is the caller's to say. A host
// of weight 0 is never picked. Not synchronised. A pick walks the hosts: its cost
// is linear in them; a consistent hash without a bound looks up the ring instead.
#ifndef WEIR_RUNTIME_STATE_BALANCER_H_
#define WEIR_RUNTIME_STATE_BALANCER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/state/hash_ring.h"
#include "runtime/state/turns.h"
#include "runtime/table/records.h"

namespace weir::runtime {

struct BalanceHost {
  std::uint32_t weight = 1;
  std::uint32_t in_flight = 0;
  bool eligible = true;
};

class Balancer {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  // `bound_percent`, for kConsistentHash: the most that a host may have in flight,
  // in percent of the mean (125: at most 1.25 of it, rounded up). 0: no bound.
  // Above 10,000 counts as 10,000.
  Balancer(BalanceKind kind, std::uint32_t bound_percent);

  // The hosts from now on: a stable hash of each one's address, and its weight
  // (as many). Hosts that stay, by identity, keep their turns.
  void SetHosts(std::span<const std::uint64_t> identities, std::span<const std::uint32_t> weights);

  // `hash` decides for kConsistentHash, `random` (64 uniform bits) for kRandom;
  // the others ignore both. kNone: no host is eligible.
  std::size_t Pick(std::span<const BalanceHost> hosts, std::uint64_t hash, std::uint64_t random);

 private:
  std::size_t LeastRequest(std::span<const BalanceHost> hosts);
  std::size_t OnRing(std::span<const BalanceHost> hosts, std::uint64_t hash) const;

  BalanceKind kind_;
  std::uint32_t bound_percent_;
  std::vector<std::uint64_t> identities_;
  Turns turns_;
  HashRing ring_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_BALANCER_H_
