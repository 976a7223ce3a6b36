// Where each limit is charged, and what has been charged by then (ORDER-3, ORDER-6, ORDER-8).
//
//   for (const ChargePlace& place : ChargesOf(policy)[limit]) Look(place.before);
#ifndef WEIR_COMPILER_CHECKS_CHARGES_H_
#define WEIR_COMPILER_CHECKS_CHARGES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

struct ChargePlace {
  std::uint32_t gateway = 0;
  std::optional<std::uint32_t> route;  // none: before routing
  std::vector<std::uint32_t> before;   // limits, in the order of charging
};

// By limit; a limit that nothing charges has no place.
std::vector<std::vector<ChargePlace>> ChargesOf(const syntax::Policy& policy);

// Whether every request that it is asked about is refused (LIMIT-4).
inline bool AdmitsNothing(const syntax::Limit& limit) {
  return limit.count == 0 || limit.cost > limit.burst;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_CHARGES_H_
