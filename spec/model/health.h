// The verdict of active checks from all their reports (spec/rules/health.md).
#ifndef WEIR_SPEC_MODEL_HEALTH_H_
#define WEIR_SPEC_MODEL_HEALTH_H_

#include <cstdint>
#include <vector>

namespace weir::model {

// `reports`: true is a pass, oldest first. `unhealthy` and `healthy` at least 1.
bool IsHealthy(const std::vector<bool>& reports, std::uint32_t unhealthy, std::uint32_t healthy);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_HEALTH_H_
