// Whose turn it is: smooth weighted round robin (spec/rules/balance.md).
//
//   Turns turns;
//   turns.Add(3);
//   turns.Add(1);
//   turns.Next();  // 0, 0, 1, 0 and again
//
// From a fresh start any window of as many turns as the weights add up to gives
// each place exactly its weight (the proof is in turns.cc). A place of weight 0
// never has a turn. Weights below 2^32, at most 2^20 places. Not synchronised.
#ifndef WEIR_RUNTIME_STATE_TURNS_H_
#define WEIR_RUNTIME_STATE_TURNS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::runtime {

class Turns {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  void Add(std::uint32_t weight) { entries_.push_back({weight, 0}); }
  std::size_t size() const { return entries_.size(); }

  // The next place, leaving out those for which `skip` is set where another is
  // left (bit i is place i; places from 64 on are never skipped).
  std::size_t Next(std::uint64_t skip = 0) {
    const auto left = [&](std::size_t i) { return i >= 64 || (skip >> i & 1) == 0; };
    const std::size_t place = NextOf(left);
    return place != kNone || skip == 0 ? place : Next(0);
  }

  // The next among the places for which `takes_part(place)` holds; kNone if
  // there is none with a weight. Those left out keep what they have.
  template <class TakesPart>
  std::size_t NextOf(const TakesPart& takes_part) {
    std::size_t best = kNone;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.weight == 0 || !takes_part(i)) continue;
      entry.due += entry.weight;
      total += entry.weight;
      if (best == kNone || entry.due > entries_[best].due) best = i;
    }
    if (best != kNone) entries_[best].due -= total;
    return best;
  }

  // Takes over from `before` what is due: place i of this was `places[i]` there,
  // or is new (kNone). What is new starts from the mean of what stays.
  void Inherit(const Turns& before, const std::vector<std::size_t>& places);

 private:
  struct Entry {
    std::int64_t weight;
    std::int64_t due;
  };
  std::vector<Entry> entries_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_TURNS_H_
