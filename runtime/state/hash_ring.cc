// Ketama's idea with points by weight. Two points of one hash (hardly ever) stand
// in the order of their identities, so that the order of the hosts is no matter.
#include "runtime/state/hash_ring.h"

#include <algorithm>

#include "runtime/state/siphash.h"

namespace weir::runtime {
namespace {

constexpr std::uint64_t kPointsForWeight = 128;
constexpr std::uint64_t kMostPoints = 1 << 18;

std::uint64_t PointsOf(std::uint32_t weight, int halvings) {
  if (weight == 0) return 0;
  return std::max<std::uint64_t>(weight * kPointsForWeight >> halvings, 1);
}

int Halvings(std::span<const std::uint32_t> weights) {
  for (int halvings = 0; halvings < 40; ++halvings) {
    std::uint64_t total = 0;
    for (const std::uint32_t weight : weights) total += PointsOf(weight, halvings);
    if (total <= kMostPoints) return halvings;
  }
  return 40;  // one point each
}

std::uint64_t PointHash(std::uint64_t identity, std::uint64_t number) {
  char octets[16];
  for (int i = 0; i < 8; ++i) {
    octets[i] = static_cast<char>(identity >> (8 * i) & 0xff);
    octets[8 + i] = static_cast<char>(number >> (8 * i) & 0xff);
  }
  return StableHash({octets, sizeof octets});
}

}  // namespace

void HashRing::Build(std::span<const std::uint64_t> identities,
                     std::span<const std::uint32_t> weights) {
  points_.clear();
  const int halvings = Halvings(weights);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    const std::uint64_t count = PointsOf(weights[i], halvings);
    for (std::uint64_t k = 0; k < count; ++k) {
      points_.push_back({PointHash(identities[i], k), static_cast<std::uint32_t>(i)});
    }
  }
  std::sort(points_.begin(), points_.end(), [&](const Point& a, const Point& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    if (identities[a.place] != identities[b.place])
      return identities[a.place] < identities[b.place];
    return a.place < b.place;
  });
}

std::size_t HashRing::FirstPoint(std::uint64_t hash) const {
  const auto at =
      std::lower_bound(points_.begin(), points_.end(), hash,
                       [](const Point& point, std::uint64_t value) { return point.hash < value; });
  return static_cast<std::size_t>(at - points_.begin());
}

}  // namespace weir::runtime
