// How many hosts of a service can be ejected at one time.
#ifndef WEIR_COMPILER_CHECKS_EJECTABLE_H_
#define WEIR_COMPILER_CHECKS_EJECTABLE_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "spec/syntax/service.h"

namespace weir::compiler {

// Success rates are compared over at least this many hosts.
inline constexpr std::uint64_t kSuccessRateHosts = 5;

// By a count of failures, which every host can come to.
inline bool EjectsByCount(const syntax::Ejection& ejection) {
  return ejection.consecutive_5xx > 0 || ejection.consecutive_gateway_errors > 0 ||
         ejection.consecutive_local_failures > 0;
}

// The hosts that are known when the policy is read; none: they are looked up.
inline std::optional<std::uint64_t> HostsOf(const syntax::Service& service) {
  if (service.dns || service.file) return std::nullopt;
  return service.endpoints.size();
}

// Of so many hosts: the share, rounded down; `at-least-one` makes it one, but
// never for the last host (runtime/state/ejection.h). An ejected host leaves the hosts whose rates
// are compared, so that the success rate alone always leaves four.
inline std::uint64_t Ejectable(const syntax::Ejection& ejection, std::uint64_t hosts) {
  std::uint64_t most = hosts * ejection.max_percent / 100;
  if (ejection.at_least_one && hosts > 1) most = std::max<std::uint64_t>(most, 1);
  if (EjectsByCount(ejection)) return most;
  const bool compared = ejection.success_rate && hosts >= kSuccessRateHosts;
  return compared ? std::min(most, hosts - kSuccessRateHosts + 1) : 0;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_EJECTABLE_H_
