// TAT after requests 1..n is the largest of t(i) + (c(i) + ... + c(n)) T/N, over
// all i: each step takes the later of now and TAT, and adds. So the test on TAT
// is one test for each window that begins at an admitted request and ends now,
// and one for the request alone: that is the history's definition.
#include "spec/model/gcra.h"

#include <algorithm>

namespace weir::model {

bool ChargeByState(const Rate& rate, std::uint64_t cost, std::int64_t now, GcraState& state) {
  if (rate.count == 0) return false;
  const Wide scaled_now = static_cast<Wide>(rate.count) * now;
  const Wide increment = static_cast<Wide>(cost) * rate.period;
  const Wide tolerance = static_cast<Wide>(rate.burst) * rate.period;
  const Wide next = std::max(scaled_now, state.scaled_tat) + increment;
  if (next - scaled_now > tolerance) return false;
  state.scaled_tat = next;
  return true;
}

bool AdmittedByHistory(const Rate& rate, std::uint64_t cost, std::int64_t now,
                       const std::vector<Admitted>& history) {
  if (rate.count == 0 || cost > rate.burst) return false;
  Wide total = cost;  // of the window from history[i] to now
  for (std::size_t i = history.size(); i-- > 0;) {
    total += history[i].cost;
    // total <= burst + (now - time) x count / period, without dividing
    const Wide width = now - history[i].time;
    if ((total - rate.burst) * rate.period > width * rate.count) return false;
  }
  return true;
}

bool KeepsWindowBound(const Rate& rate, const std::vector<Admitted>& history) {
  // A window that breaks the bound can be shrunk to begin and end at a request.
  for (std::size_t first = 0; first < history.size(); ++first) {
    Wide total = 0;
    for (std::size_t last = first; last < history.size(); ++last) {
      total += history[last].cost;
      const Wide width = history[last].time - history[first].time;
      if (total > rate.burst + width * rate.count / rate.period) return false;
    }
  }
  return true;
}

}  // namespace weir::model
