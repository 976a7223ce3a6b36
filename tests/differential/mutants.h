// Deliberate mistakes of an evaluator, each played by lowering a policy that
// has been bent before: what a table would do whose evaluator made it.
#ifndef WEIR_TESTS_DIFFERENTIAL_MUTANTS_H_
#define WEIR_TESTS_DIFFERENTIAL_MUTANTS_H_

#include <vector>

#include "spec/syntax/policy.h"

namespace weir::testing {

struct Mutant {
  const char* mistake;
  // Bends the policy; false when there is nothing to bend.
  bool (*bend)(syntax::Policy& policy);
};

const std::vector<Mutant>& Mutants();

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_MUTANTS_H_
