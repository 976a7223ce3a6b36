// A history: what clients, upstreams and the operator do, and when. Every list of
// events is a history, so that one that fails can be shortened at will.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_HISTORY_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_HISTORY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/simulator/ledger.h"

namespace weir::simulator {

constexpr int kClients = 6;
constexpr int kHosts = 9;
constexpr std::uint16_t kPort = 8080;
constexpr std::uint16_t kFirstHost = 1001;  // the hosts' ports follow each other

// Of small numbers that say all; which, are history.cc's tables. All zero is the
// plainest: one GET at once, answered at once.
struct Event {
  std::uint8_t what = 0, who = 0, delay = 0, how = 0, size = 0;
  std::array<std::uint8_t, 6> plans{};
  friend auto operator<=>(const Event&, const Event&) = default;
};

enum class Step : std::uint8_t {
  kAsk,        // a request, sent at once
  kAskPartly,  // its first part only; kSend sends on
  kSend,
  kAskGarbage,
  kStopReading,
  kRead,
  kReadAgain,
  kEndSending,
  kCloseClient,
  kResetClient,
  kWait,
  kHostDown,  // refuses connections
  kHostSilent,
  kHostUp,
  kCloseIdle,  // a host ends the connections that carry nothing
  kHostIll,    // fails its checks
  kHostWell,
  kStall,  // a worker does nothing for a while
  kReload,
  kDrain,
};

struct History {
  std::uint64_t seed = 0;  // of all that is left open: orders, jitter, keys
  std::uint8_t workers = 1;
  Route focus = Route::kPlain;  // of half of the requests
  bool busy = false;            // nothing waits for long
  bool calm = false;            // hosts, workers and the operator leave it alone
  std::vector<Event> events;
};

Step StepOf(const History& history, const Event& event);
std::int64_t DelayOf(const History& history, const Event& event);
// Fills what the event says of a request.
void Describe(const History& history, const Event& event, Request& request);
std::string ToString(const History& history);

History RandomHistory(std::uint64_t seed);

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_HISTORY_H_
