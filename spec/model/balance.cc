#include "spec/model/balance.h"

#include <algorithm>
#include <set>

namespace weir::model {
namespace {

__extension__ using Wide = __int128;

bool Contains(const std::vector<std::size_t>& places, std::size_t place) {
  return std::find(places.begin(), places.end(), place) != places.end();
}

// Every chance of a draw, one entry for each unit of weight.
std::optional<std::size_t> Drawn(const BalancedHosts& hosts, const std::vector<std::size_t>& places,
                                 std::uint32_t draw) {
  std::vector<std::size_t> chances;
  for (const std::size_t place : places) {
    chances.insert(chances.end(), static_cast<std::size_t>(hosts[place].weight), place);
  }
  if (chances.empty()) return {};
  return chances[static_cast<std::size_t>(Wide{draw} * chances.size() / (Wide{1} << 32))];
}

bool LoadedLess(const BalancedHost& a, const BalancedHost& b) {
  return Wide{a.in_flight + 1} * b.weight < Wide{b.in_flight + 1} * a.weight;
}

}  // namespace

std::int64_t TurnHistory::SumOfWeights(const std::vector<std::size_t>& places) const {
  std::int64_t sum = 0;
  for (const std::size_t place : places) sum += static_cast<std::int64_t>(hosts_[place].weight);
  return sum;
}

std::int64_t TurnHistory::Due(std::size_t place) const {
  std::int64_t due = at_first_.at(hosts_[place].identity);
  for (const Turn& turn : turns_) {
    if (!Contains(turn.taking_part, place)) continue;
    due += static_cast<std::int64_t>(hosts_[place].weight);
    if (turn.winner == place) due -= SumOfWeights(turn.taking_part);
  }
  return due;
}

void TurnHistory::Change(const BalancedHosts& hosts) {
  std::map<std::uint64_t, std::int64_t> kept;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    for (const BalancedHost& host : hosts) {
      if (host.identity != hosts_[i].identity) continue;
      kept[host.identity] = Due(i);
      sum += Due(i);
    }
  }
  std::int64_t round = 0;
  for (const BalancedHost& host : hosts) round += static_cast<std::int64_t>(host.weight);
  at_first_.clear();
  for (const BalancedHost& host : hosts) {
    std::int64_t due = 0;
    if (kept.count(host.identity) > 0) {
      due = kept[host.identity] - sum / static_cast<std::int64_t>(kept.size());
    }
    at_first_[host.identity] = std::max(-round, std::min(due, round));
  }
  hosts_ = hosts;
  turns_.clear();
}

std::optional<std::size_t> TurnHistory::Next(const std::vector<std::size_t>& taking_part) {
  std::optional<std::size_t> winner;
  std::int64_t most = 0;
  for (const std::size_t place : taking_part) {
    const std::int64_t due = Due(place) + static_cast<std::int64_t>(hosts_[place].weight);
    if (!winner || due > most) {
      winner = place;
      most = due;
    }
  }
  if (winner) turns_.push_back({taking_part, *winner});
  return winner;
}

std::vector<std::size_t> TakingPart(const BalancedHosts& hosts) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i].TakesPart()) places.push_back(i);
  }
  return places;
}

std::vector<std::size_t> LeastLoaded(const BalancedHosts& hosts) {
  std::vector<std::size_t> least;
  for (const std::size_t i : TakingPart(hosts)) {
    const std::vector<std::size_t> all = TakingPart(hosts);
    if (std::none_of(all.begin(), all.end(),
                     [&](std::size_t j) { return LoadedLess(hosts[j], hosts[i]); })) {
      least.push_back(i);
    }
  }
  return least;
}

std::optional<std::size_t> LessLoadedOfTwo(const BalancedHosts& hosts, std::uint32_t first,
                                           std::uint32_t second) {
  std::vector<std::size_t> places = TakingPart(hosts);
  const auto one = Drawn(hosts, places, first);
  if (!one) return {};
  std::erase(places, *one);
  const auto other = Drawn(hosts, places, second);
  return other && LoadedLess(hosts[*other], hosts[*one]) ? other : one;
}

std::vector<RingPoint> Ring(const BalancedHosts& hosts) {
  const auto points_of = [](const BalancedHost& host, int k) -> std::uint64_t {
    if (host.weight == 0) return 0;
    const Wide points = 128 * Wide{host.weight} / (Wide{1} << k);
    return points == 0 ? 1 : static_cast<std::uint64_t>(points);
  };
  int k = 0;
  for (; k < 40; ++k) {
    Wide all = 0;
    for (const BalancedHost& host : hosts) all += points_of(host, k);
    if (all <= (1 << 18)) break;
  }
  std::vector<RingPoint> ring;
  for (const BalancedHost& host : hosts) {
    for (std::uint64_t j = 0; j < points_of(host, k); ++j) {
      std::string octets;
      for (const std::uint64_t number : {host.identity, j}) {
        for (int i = 0; i < 8; ++i) octets += static_cast<char>(number >> (8 * i) & 255);
      }
      ring.push_back({StableHash(octets), host.identity});
    }
  }
  std::sort(ring.begin(), ring.end(), [](const RingPoint& a, const RingPoint& b) {
    return a.hash < b.hash || (a.hash == b.hash && a.identity < b.identity);
  });
  return ring;
}

std::optional<std::size_t> OnRing(const std::vector<RingPoint>& ring, const BalancedHosts& hosts,
                                  std::uint64_t hash, std::uint64_t bound_percent) {
  Wide in_flight = 0;
  Wide weights = 0;
  for (const std::size_t i : TakingPart(hosts)) {
    in_flight += hosts[i].in_flight;
    weights += hosts[i].weight;
  }
  const auto full = [&](const BalancedHost& host) {
    // A whole number is at least ceil(x) iff it is at least x.
    const Wide share = Wide{bound_percent} * (in_flight + 1) * host.weight;
    const Wide whole = 100 * weights;
    return host.in_flight * whole >= share;
  };
  // Clockwise: from the first point at or after the hash, then from the beginning.
  std::vector<std::uint64_t> order;
  for (const RingPoint& point : ring) {
    if (point.hash >= hash) order.push_back(point.identity);
  }
  for (const RingPoint& point : ring) {
    if (point.hash < hash) order.push_back(point.identity);
  }
  std::optional<std::size_t> first;
  for (const std::uint64_t identity : order) {
    const auto at = std::find_if(hosts.begin(), hosts.end(), [&](const BalancedHost& host) {
      return host.identity == identity;
    });
    if (!at->TakesPart()) continue;
    const auto place = static_cast<std::size_t>(at - hosts.begin());
    if (!first) first = place;
    if (bound_percent == 0 || !full(*at)) return place;
  }
  return first;
}

}  // namespace weir::model
