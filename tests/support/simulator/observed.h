// What the judge is given of a run, beside the ledger.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_OBSERVED_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_OBSERVED_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/simulator/client.h"
#include "tests/support/simulator/ledger.h"
#include "tests/support/simulator/upstream.h"

namespace weir::simulator {

struct Observed {
  const std::vector<std::unique_ptr<Client>>& clients;
  const std::vector<std::unique_ptr<Host>>& hosts;
  std::uint64_t started = 0, ended = 0;  // requests, by the proxy's own metrics
  // What happened at all: where it did, some expectations are looser.
  bool stalled = false;  // a worker stood still
  bool drained = false;  // asked to end, before the end
  bool reloaded = false;
  bool slow_readers = false;  // a client did not read at once
  bool hosts_failed = false;  // some could not be connected to
  bool idle_closed = false;   // hosts ended connections that carried nothing
};

// Appends to ledger.wrong what the proxy did that the rules do not let it do; counts
// in `seen` what the run was about.
void Judge(Ledger& ledger, const Observed& observed, std::map<std::string, std::uint64_t>& seen);

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_OBSERVED_H_
