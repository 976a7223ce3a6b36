#include <vector>

#include "fuzz/harness/state.h"
#include "runtime/state/health.h"
#include "spec/model/health.h"

namespace weir::fuzz {

Difference HealthHistory(Choices& choices, Seen& seen) {
  const std::uint32_t unhealthy = 1 + choices.Below(4);
  const std::uint32_t healthy = 1 + choices.Below(4);
  runtime::CheckedHealth health(unhealthy, healthy);
  std::vector<bool> reports;
  for (int steps = 0; GoesOn(choices, steps) && steps < 60; ++steps) {
    // Runs of one kind, so that verdicts turn.
    const bool passed =
        !reports.empty() && choices.Chance(65) ? reports.back() : choices.Chance(50);
    const bool before = health.healthy();
    reports.push_back(passed);
    const bool changed = health.Report(passed);
    const bool expected = model::IsHealthy(reports, unhealthy, healthy);
    if (health.healthy() != expected || changed != (expected != before) || !health.known()) {
      return "after " + std::to_string(reports.size()) + " reports: healthy " +
             std::to_string(health.healthy()) + ", the model says " + std::to_string(expected);
    }
    if (changed) ++seen[expected ? "turned healthy" : "turned unhealthy"];
  }
  return {};
}

}  // namespace weir::fuzz
