#include "runtime/request/reason.h"

#include <array>
#include <cstddef>

namespace weir::runtime {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kReasonCount> kNames = {
    "ok",
    "bad-request",
    "body-too-large",
    "target-too-long",
    "headers-too-large",
    "not-implemented",
    "version",
    "no-route",
    "method",
    "respond",
    "redirect",
    "preflight",
    "preflight-origin",
    "rate-limited",
    "store-down",
    "unauthenticated",
    "keys-unavailable",
    "denied",
    "not-allowed",
    "rewrite",
    "overflow",
    "breaker-open",
    "no-healthy-upstream",
    "upstream-connect",
    "upstream-reset",
    "upstream-timeout",
    "upstream-protocol",
    "retries-exhausted",
    "downstream-closed",
    "request-timeout",
    "draining",
    "internal",
};
static_assert(kNames.back() == "internal");

}  // namespace

std::string_view ReasonName(Reason reason) {
  const auto place = static_cast<std::size_t>(reason);
  return place < kNames.size() ? kNames[place] : kNames.back();
}

}  // namespace weir::runtime
