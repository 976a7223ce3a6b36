// Each turn adds to every place its weight w and takes the sum W of them from the
// place with the most, which has the turn.
//
// From all zero, the first W turns give each place exactly w of them. The dues
// add up to 0 between turns, and so to W just before the choice: the largest is
// above 0 then, and is above -W after it; the others only grow. So every due is
// above -W always. After W turns of which a place had k, its due is W w - W k, and
// from above -W follows k <= w. Both add up to W over all places, so k = w for
// each. Then all dues are zero again: the order repeats, and any W turns in a row
// hold a whole cycle. Only differences of dues matter for the choice.
#include "runtime/state/turns.h"

#include <algorithm>

namespace weir::runtime {

void Turns::Inherit(const Turns& before, const std::vector<std::size_t>& places) {
  std::int64_t sum = 0;
  std::int64_t kept = 0;
  for (const std::size_t place : places) {
    if (place == kNone) continue;
    sum += before.entries_[place].due;
    ++kept;
  }
  const std::int64_t mean = kept == 0 ? 0 : sum / kept;
  std::int64_t total = 0;
  for (const Entry& entry : entries_) total += entry.weight;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    // No more than one round: what was due by other weights may be far from it.
    const std::int64_t due = places[i] == kNone ? 0 : before.entries_[places[i]].due - mean;
    entries_[i].due = std::clamp(due, -total, total);
  }
}

}  // namespace weir::runtime
