// What the clients and upstreams of a simulated run share.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_SITE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_SITE_H_

#include "tests/support/simulator/chance.h"
#include "tests/support/simulator/kernel.h"
#include "tests/support/simulator/ledger.h"
#include "tests/support/simulator/schedule.h"
#include "tests/support/simulator/trace.h"

namespace weir::simulator {

struct Site {
  Schedule schedule;
  Chance chance;
  Trace trace{schedule.now()};
  Kernel kernel{chance, trace};
  Ledger ledger;
  bool draining = false;  // the proxy was asked to end

  explicit Site(std::uint64_t seed) : chance(seed) {}
  std::int64_t now() const { return schedule.now(); }
  void Wrong(const std::string& what) {
    ledger.Wrong("at " + std::to_string(now()) + ": " + what);
    trace.Add("WRONG", what);
  }
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_SITE_H_
