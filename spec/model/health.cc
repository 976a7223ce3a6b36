#include "spec/model/health.h"

#include <algorithm>

namespace weir::model {

bool IsHealthy(const std::vector<bool>& reports, std::uint32_t unhealthy, std::uint32_t healthy) {
  if (reports.empty()) return true;  // HEALTH-1
  bool verdict = reports.front();    // HEALTH-2
  for (std::size_t n = 1; n <= reports.size(); ++n) {
    // HEALTH-3: are the last `needed` of the first n reports all against it?
    const std::size_t needed = verdict ? unhealthy : healthy;
    if (n < needed) continue;
    const auto end = reports.begin() + static_cast<std::ptrdiff_t>(n);
    const auto begin = end - static_cast<std::ptrdiff_t>(needed);
    if (std::count(begin, end, verdict) == 0) verdict = !verdict;
  }
  return verdict;
}

}  // namespace weir::model
