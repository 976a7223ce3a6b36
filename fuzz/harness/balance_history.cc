#include <algorithm>
#include <vector>

#include "fuzz/harness/state.h"
#include "runtime/state/balancer.h"
#include "runtime/state/siphash.h"
#include "spec/model/balance.h"

namespace weir::fuzz {
namespace {

using runtime::BalanceKind;
using runtime::Balancer;

using Place = std::optional<std::size_t>;

class Play {
 public:
  Play(BalanceKind kind, std::uint32_t bound_percent, Choices& choices, Seen& seen)
      : kind_(kind),
        bound_percent_(bound_percent),
        balancer_(kind, bound_percent),
        choices_(choices),
        seen_(seen) {}

  // Hosts come, go and change places and weights; some stay.
  void ChangeHosts() {
    model::BalancedHosts hosts;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
      if (!choices_.Chance(50)) continue;
      const std::uint64_t identity = runtime::StableHash(name);
      const auto at = choices_.Below(static_cast<std::uint32_t>(hosts.size()) + 1);
      hosts.insert(hosts.begin() + at, {identity, choices_.Below(6), 0, true});
    }
    hosts_ = hosts;
    turns_.Change(hosts_);
    ring_ = kind_ == BalanceKind::kConsistentHash ? model::Ring(hosts_)
                                                  : std::vector<model::RingPoint>();
    std::vector<std::uint64_t> identities;
    std::vector<std::uint32_t> weights;
    for (const model::BalancedHost& host : hosts_) {
      identities.push_back(host.identity);
      weights.push_back(static_cast<std::uint32_t>(host.weight));
    }
    balancer_.SetHosts(identities, weights);
  }

  void ChangeState() {
    for (model::BalancedHost& host : hosts_) {
      host.eligible = choices_.Chance(75);
      if (choices_.Chance(30)) host.in_flight = choices_.Below(12);
    }
  }

  Difference Pick() {
    std::uint64_t hash = Word();
    if (!ring_.empty() && choices_.Chance(50)) {  // at a point, and beside it
      hash = ring_[choices_.Below(static_cast<std::uint32_t>(ring_.size()))].hash;
      hash += choices_.Below(3) - std::uint64_t{1};
    }
    const std::uint64_t random = Word();
    std::vector<runtime::BalanceHost> hosts;
    for (const model::BalancedHost& host : hosts_) {
      hosts.push_back({static_cast<std::uint32_t>(host.weight),
                       static_cast<std::uint32_t>(host.in_flight), host.eligible});
    }
    const std::size_t picked = balancer_.Pick(hosts, hash, random);
    const Place expected = Expected(hash, random);
    if (picked != expected.value_or(Balancer::kNone)) {
      return "picked " + std::to_string(static_cast<std::ptrdiff_t>(picked)) + ", the model " +
             (expected ? std::to_string(*expected) : "none") + " (kind " +
             std::to_string(static_cast<int>(kind_)) + ")";
    }
    ++seen_[expected ? "picked" : "no host"];
    if (expected) ++hosts_[*expected].in_flight;
    return expected ? Bounded(hosts, *expected) : std::nullopt;
  }

 private:
  std::uint64_t Word() {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = word << 8 | choices_.Below(256);
    return word;
  }

  Place Expected(std::uint64_t hash, std::uint64_t random) {
    switch (kind_) {
      case BalanceKind::kRoundRobin:
        return turns_.Next(model::TakingPart(hosts_));
      case BalanceKind::kLeastRequest:
        return turns_.Next(model::LeastLoaded(hosts_));
      case BalanceKind::kRandom:
        return model::LessLoadedOfTwo(hosts_, static_cast<std::uint32_t>(random >> 32),
                                      static_cast<std::uint32_t>(random));
      case BalanceKind::kConsistentHash:
        break;
    }
    return model::OnRing(ring_, hosts_, hash, bound_percent_);
  }

  // BALANCE-7, as a promise: with the new one a host has at most its part of the
  // load, rounded up.
  Difference Bounded(const std::vector<runtime::BalanceHost>& before, std::size_t place) {
    if (kind_ != BalanceKind::kConsistentHash || bound_percent_ < 100) return {};
    std::uint64_t in_flight = 1;
    std::uint64_t weights = 0;
    for (const runtime::BalanceHost& host : before) {
      if (!host.eligible || host.weight == 0) continue;
      in_flight += host.in_flight;
      weights += host.weight;
    }
    const std::uint64_t part = bound_percent_ * in_flight * before[place].weight;
    ++seen_["bounded"];
    if ((before[place].in_flight + std::uint64_t{1}) >
        (part + 100 * weights - 1) / (100 * weights)) {
      return "BALANCE-7: a host is above its bound";
    }
    return {};
  }

  BalanceKind kind_;
  std::uint32_t bound_percent_;
  Balancer balancer_;
  model::BalancedHosts hosts_;
  model::TurnHistory turns_;
  std::vector<model::RingPoint> ring_;
  Choices& choices_;
  Seen& seen_;
};

}  // namespace

Difference BalanceHistory(Choices& choices, Seen& seen) {
  const std::vector<std::uint32_t> bounds = {0, 125, 100, 30, 1'000};
  // The ring is slow to build in the model, so it has its turn less often.
  const std::uint32_t kind = choices.Below(10);
  Play play(static_cast<BalanceKind>(kind == 9 ? 3 : kind % 3), choices.Of(bounds), choices, seen);
  play.ChangeHosts();
  for (int steps = 0; GoesOn(choices, steps) && steps < 120; ++steps) {
    if (choices.Chance(3)) play.ChangeHosts();
    if (choices.Chance(20)) play.ChangeState();
    if (const auto difference = play.Pick()) return difference;
  }
  return {};
}

}  // namespace weir::fuzz
