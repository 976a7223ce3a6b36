// Which host a try goes to (spec/rules/balance.md): each way by its definition.
#ifndef WEIR_SPEC_MODEL_BALANCE_H_
#define WEIR_SPEC_MODEL_BALANCE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir::model {

struct BalancedHost {
  std::uint64_t identity = 0;
  std::uint64_t weight = 1;
  std::uint64_t in_flight = 0;
  bool eligible = true;

  bool TakesPart() const { return eligible && weight > 0; }
};
using BalancedHosts = std::vector<BalancedHost>;

// BALANCE-1 and -2, by the history of turns. What is due is summed anew for each.
class TurnHistory {
 public:
  // These hosts from now on.
  void Change(const BalancedHosts& hosts);
  // The next turn, among the hosts of these places; none: there are none.
  std::optional<std::size_t> Next(const std::vector<std::size_t>& taking_part);

 private:
  struct Turn {
    std::vector<std::size_t> taking_part;
    std::size_t winner = 0;
  };
  std::int64_t Due(std::size_t place) const;
  std::int64_t SumOfWeights(const std::vector<std::size_t>& places) const;

  BalancedHosts hosts_;
  std::map<std::uint64_t, std::int64_t> at_first_;  // by identity, before the first turn
  std::vector<Turn> turns_;
};

// The places of those who take part, and of them the ones with the least load.
std::vector<std::size_t> TakingPart(const BalancedHosts& hosts);
std::vector<std::size_t> LeastLoaded(const BalancedHosts& hosts);

// BALANCE-4, with two draws, each of 2^32 equal chances.
std::optional<std::size_t> LessLoadedOfTwo(const BalancedHosts& hosts, std::uint32_t first,
                                           std::uint32_t second);

// BALANCE-6.
std::uint64_t StableHash(const std::string& octets);

// BALANCE-5 and -7.
struct RingPoint {
  std::uint64_t hash = 0;
  std::uint64_t identity = 0;
};
std::vector<RingPoint> Ring(const BalancedHosts& hosts);  // in order
std::optional<std::size_t> OnRing(const std::vector<RingPoint>& ring, const BalancedHosts& hosts,
                                  std::uint64_t hash, std::uint64_t bound_percent);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_BALANCE_H_
