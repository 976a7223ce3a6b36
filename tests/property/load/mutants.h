// Deliberate mistakes of the bounds, each played by bending the policy that they are
// taken of; and of the proxy, played by the simulation.
#ifndef WEIR_TESTS_PROPERTY_LOAD_MUTANTS_H_
#define WEIR_TESTS_PROPERTY_LOAD_MUTANTS_H_

#include <vector>

#include "tests/property/load/simulation.h"

namespace weir::testing {

struct LoadMutant {
  const char* mistake;
  bool (*bend)(syntax::Policy& policy) = nullptr;  // false: there is nothing to bend
  Twist twist;
};

const std::vector<LoadMutant>& LoadMutants();

}  // namespace weir::testing

#endif  // WEIR_TESTS_PROPERTY_LOAD_MUTANTS_H_
