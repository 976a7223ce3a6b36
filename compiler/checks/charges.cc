#include "compiler/checks/charges.h"

#include "spec/model/limit.h"

namespace weir::compiler {

std::vector<std::vector<ChargePlace>> ChargesOf(const syntax::Policy& policy) {
  std::vector<std::vector<ChargePlace>> places(policy.limits.size());
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const syntax::Gateway& gateway = policy.gateways[g];
    std::vector<std::uint32_t> first;
    for (const auto limit : gateway.limits) {
      places[limit.index].push_back({g, std::nullopt, first});
      first.push_back(limit.index);
    }
    for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
      std::vector<std::uint32_t> before = first;
      for (const bool needing_identity : {false, true}) {
        for (const auto limit : gateway.routes[r].limits) {
          if (model::NeedsIdentity(policy[limit]) != needing_identity) continue;
          places[limit.index].push_back({g, r, before});
          before.push_back(limit.index);
        }
      }
    }
  }
  return places;
}

}  // namespace weir::compiler
