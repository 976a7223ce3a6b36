// Whether limits that are charged first leave a later one nothing to refuse.
//
//   Dominance found = DominatedBy({&per_ip}, per_route);
//   if (found.kind == Dominance::Kind::kDominated) Report(found.by);
//
// Exact in whole numbers, over every course of requests in dense time: each
// request costs its limit's cost, all of them have the same key at every limit,
// and those that reach the later limit are those that the earlier ones admit.
#ifndef WEIR_COMPILER_CHECKS_DOMINANCE_H_
#define WEIR_COMPILER_CHECKS_DOMINANCE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spec/syntax/traffic.h"

namespace weir::compiler {

struct Dominance {
  enum class Kind : std::uint8_t {
    kMayRefuse,
    kDominated,
    kTooLarge,  // the products of their numbers pass 127 bits
  };
  Kind kind = Kind::kMayRefuse;
  std::vector<std::size_t> by;  // places in `earlier`: one, or two that do so together
};

// None of them may be one that admits nothing.
Dominance DominatedBy(const std::vector<const syntax::Limit*>& earlier, const syntax::Limit& later);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_DOMINANCE_H_
