// A whole simulated run: clients, proxy and upstreams in one thread and in virtual
// time. Whoever may go on next is drawn by the history's seed, so the same history
// gives the same trace.
//
//   const Result result = Simulate(history);
//   if (!result.wrong.empty()) ...       // what the proxy did that it must not do
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_WORLD_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_WORLD_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/simulator/history.h"

namespace weir::simulator {

struct Result {
  std::vector<std::string> wrong;
  std::string trace;
  std::uint64_t requests = 0;                 // that reached the proxy
  std::map<std::string, std::uint64_t> seen;  // how often what happened
};

Result Simulate(const History& history);

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_WORLD_H_
