// A ring for consistent hashing: every host has points on it in proportion to its
// weight, and a key belongs to the host of the first point at or after its hash.
//
// The points of a host follow from its identity alone, so every proxy that knows
// the same hosts with the same weights has the same ring, in whatever order it
// learned of them, and a host that comes or goes moves only the keys of its own
// points. A host of weight w has 128 w points, at least one, all halved as often
// as it takes to keep the whole ring to 2^18 (or one a host). Hosts of weight 0
// have none. 16 octets a point.
#ifndef WEIR_RUNTIME_STATE_HASH_RING_H_
#define WEIR_RUNTIME_STATE_HASH_RING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::runtime {

class HashRing {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  void Build(std::span<const std::uint64_t> identities, std::span<const std::uint32_t> weights);

  // The place of the first host, clockwise from `hash`, for which `takes(place)`.
  template <class Takes>
  std::size_t Find(std::uint64_t hash, const Takes& takes) const {
    const std::size_t first = FirstPoint(hash);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const std::size_t at = first + i < points_.size() ? first + i : first + i - points_.size();
      if (takes(points_[at].place)) return points_[at].place;
    }
    return kNone;
  }
  std::size_t size() const { return points_.size(); }

 private:
  struct Point {
    std::uint64_t hash;
    std::uint32_t place;
  };
  std::size_t FirstPoint(std::uint64_t hash) const;

  std::vector<Point> points_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_HASH_RING_H_
