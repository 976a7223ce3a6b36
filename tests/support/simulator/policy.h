// The policy of every simulated run, compiled once.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_

#include <string>

#include "spec/syntax/policy.h"
#include "tests/support/simulator/ledger.h"

namespace weir::simulator {

struct Compiled {
  syntax::Policy policy;
  std::string table;
};
const Compiled& ThePolicy();
// What it says of a route's requests; of their retries, null: nothing.
const syntax::Route& RouteOf(Route route);
const syntax::Service& ServiceOf(Route route);
const syntax::Retry* RetryOf(Route route);

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_POLICY_H_
