// A host of the simulation: answers each request as the plan says that stands for it
// in the ledger, and judges what reaches it.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_UPSTREAM_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_UPSTREAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/simulator/message.h"
#include "tests/support/simulator/site.h"

namespace weir::simulator {

class Host {
 public:
  enum class Reach : std::uint8_t { kUp, kRefuses, kSilent };

  Host(Site& site, std::uint16_t port);
  ~Host();

  Reach reach = Reach::kUp;
  bool healthy = true;  // what it answers checks
  // Ends the connections that carry no request.
  void CloseIdle();

  struct Check {
    std::int64_t at = 0;
    bool passed = false;
  };
  std::vector<Check> checks;
  // How long connections had carried nothing when the proxy ended them.
  std::vector<std::int64_t> idle_ends;
  std::uint16_t port() const { return port_; }

 private:
  class Peer;
  friend class Peer;

  Site& site_;
  const std::uint16_t port_;
  std::vector<std::unique_ptr<Peer>> peers_;  // the schedule may name any of them
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_UPSTREAM_H_
