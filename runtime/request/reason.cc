#include "runtime/request/reason.h"

#include <array>
#include <cstddef>

namespace weir::runtime {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kReasonCount> kBodies = {
    "ok\n",
    "bad-request\n",
    "forwarded\n",
    "body-too-large\n",
    "target-too-long\n",
    "headers-too-large\n",
    "not-implemented\n",
    "version\n",
    "no-route\n",
    "method\n",
    "respond\n",
    "redirect\n",
    "preflight\n",
    "preflight-origin\n",
    "rate-limited\n",
    "store-down\n",
    "unauthenticated\n",
    "keys-unavailable\n",
    "denied\n",
    "not-allowed\n",
    "rewrite\n",
    "overflow\n",
    "breaker-open\n",
    "no-healthy-upstream\n",
    "upstream-connect\n",
    "upstream-reset\n",
    "upstream-timeout\n",
    "upstream-protocol\n",
    "retries-exhausted\n",
    "downstream-closed\n",
    "request-timeout\n",
    "draining\n",
    "loop\n",
    "options\n",
    "internal\n",
};
static_assert(kBodies.back() == "internal\n");

}  // namespace

std::string_view ReasonBody(Reason reason) {
  const auto place = static_cast<std::size_t>(reason);
  return place < kBodies.size() ? kBodies[place] : kBodies.back();
}

std::string_view ReasonName(Reason reason) {
  std::string_view name = ReasonBody(reason);
  name.remove_suffix(1);
  return name;
}

}  // namespace weir::runtime
