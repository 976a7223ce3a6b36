// Loads are compared as (in flight + 1) / weight, by cross-multiplication: both
// factors are at most 2^32 and below 2^32, so 64 bits hold the products.
//
// The bound of a consistent hash. With T in flight over the eligible hosts, whose
// weights add up to W, a host of weight w may have ceil(bound (T + 1) w / W). For
// a bound of 100 % or more some host always has room: the shares then add up to
// T + 1 at least, and there are only T in flight. Only below that can all be full.
#include "runtime/state/balancer.h"

#include <algorithm>
#include <unordered_map>

namespace weir::runtime {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t kNone = Balancer::kNone;

bool TakesPart(const BalanceHost& host) { return host.eligible && host.weight > 0; }

// Whether one more would load `a` less than `b`.
bool LessLoaded(const BalanceHost& a, const BalanceHost& b) {
  return (std::uint64_t{a.in_flight} + 1) * b.weight < (std::uint64_t{b.in_flight} + 1) * a.weight;
}

// One of the hosts other than `except`, by weight: `draw` of 2^32 parts of them.
std::size_t Draw(std::span<const BalanceHost> hosts, std::size_t except, std::uint64_t draw) {
  const auto in = [&](std::size_t i) { return i != except && TakesPart(hosts[i]); };
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) total += in(i) ? hosts[i].weight : 0;
  if (total == 0) return kNone;
  auto left = static_cast<std::uint64_t>(Wide{draw} * total >> 32);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!in(i)) continue;
    if (left < hosts[i].weight) return i;
    left -= hosts[i].weight;
  }
  return kNone;
}

std::size_t RandomOfTwo(std::span<const BalanceHost> hosts, std::uint64_t random) {
  const std::size_t first = Draw(hosts, kNone, random >> 32);
  if (first == kNone) return kNone;
  const std::size_t second = Draw(hosts, first, random & 0xffffffff);
  return second != kNone && LessLoaded(hosts[second], hosts[first]) ? second : first;
}

}  // namespace

Balancer::Balancer(BalanceKind kind, std::uint32_t bound_percent)
    : kind_(kind), bound_percent_(std::min<std::uint32_t>(bound_percent, 10'000)) {}

void Balancer::SetHosts(std::span<const std::uint64_t> identities,
                        std::span<const std::uint32_t> weights) {
  std::unordered_map<std::uint64_t, std::size_t> known;
  for (std::size_t i = 0; i < identities_.size(); ++i) known.emplace(identities_[i], i);
  Turns turns;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    turns.Add(weights[i]);
    const auto at = known.find(identities[i]);
    places.push_back(at == known.end() ? kNone : at->second);
  }
  turns.Inherit(turns_, places);
  turns_ = std::move(turns);
  identities_.assign(identities.begin(), identities.end());
  if (kind_ == BalanceKind::kConsistentHash) ring_.Build(identities, weights);
}

std::size_t Balancer::LeastRequest(std::span<const BalanceHost> hosts) {
  std::size_t least = kNone;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (TakesPart(hosts[i]) && (least == kNone || LessLoaded(hosts[i], hosts[least]))) least = i;
  }
  if (least == kNone) return kNone;
  const BalanceHost best = hosts[least];
  return turns_.NextOf([&](std::size_t i) {
    return i < hosts.size() && TakesPart(hosts[i]) && !LessLoaded(best, hosts[i]);
  });
}

std::size_t Balancer::OnRing(std::span<const BalanceHost> hosts, std::uint64_t hash) const {
  const auto takes_part = [&](std::size_t i) { return i < hosts.size() && TakesPart(hosts[i]); };
  const std::size_t first = ring_.Find(hash, takes_part);
  if (bound_percent_ == 0 || first == kNone) return first;
  Wide weights = 0;
  std::uint64_t in_flight = 0;
  for (const BalanceHost& host : hosts) {
    if (!TakesPart(host)) continue;
    weights += host.weight;
    in_flight += host.in_flight;
  }
  const Wide scaled = Wide{bound_percent_} * (Wide{in_flight} + 1);
  const auto has_room = [&](const BalanceHost& host) {
    return host.in_flight < (scaled * host.weight + 100 * weights - 1) / (100 * weights);
  };
  const std::size_t bounded =
      ring_.Find(hash, [&](std::size_t i) { return takes_part(i) && has_room(hosts[i]); });
  return bounded == kNone ? first : bounded;
}

std::size_t Balancer::Pick(std::span<const BalanceHost> hosts, std::uint64_t hash,
                           std::uint64_t random) {
  switch (kind_) {
    case BalanceKind::kLeastRequest:
      return LeastRequest(hosts);
    case BalanceKind::kRandom:
      return RandomOfTwo(hosts, random);
    case BalanceKind::kConsistentHash:
      return OnRing(hosts, hash);
    case BalanceKind::kRoundRobin:
      break;
  }
  return turns_.NextOf([&](std::size_t i) { return i < hosts.size() && TakesPart(hosts[i]); });
}

}  // namespace weir::runtime
