// The policy of every simulated run, compiled once.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_

#include <string>

#include "spec/syntax/policy.h"

namespace weir::simulator {

struct Compiled {
  syntax::Policy policy;
  std::string table;
};
const Compiled& ThePolicy();

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_
