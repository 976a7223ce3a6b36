// The demo's requests, each with what should come of it.
#ifndef WEIR_TESTS_DEMO_SCENARIO_H_
#define WEIR_TESTS_DEMO_SCENARIO_H_

#include <functional>
#include <string>
#include <vector>

#include "spec/model/model.h"
#include "tests/demo/client.h"

namespace weir::demo {

struct Step {
  std::string title;
  Sent request;
  model::Identity identity;  // what the gateway finds out about the caller
  int status = 200;          // what this step is there to show
  std::string must_have;     // a response header that must be there; or empty
  bool up = true;            // whether the service behind it is up
  std::string reason;        // x-weir-reason that the last answer must bear; or empty
  enum class Before { kNothing, kKillOrders, kStartOrders } before = Before::kNothing;
  int wait_ms = 0;           // after that
  int times = 1;             // sent this often; the last answer must be `status`
  bool whole_trace = false;  // gateway, sidecar and service must each have logged it
};

// Mints a signed token for these claims, given as JSON members.
using Mint = std::function<std::string(const std::string& members)>;

std::vector<Step> ShopScenario(int gateway_port, const Mint& mint);

}  // namespace weir::demo

#endif  // WEIR_TESTS_DEMO_SCENARIO_H_
