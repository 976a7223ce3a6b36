// Whether an attempt that failed may be made again: rules RETRY-2 to RETRY-6, without
// the budget and the clock, which belong to the exchange.
#ifndef WEIR_PROXY_EXCHANGE_RETRY_H_
#define WEIR_PROXY_EXCHANGE_RETRY_H_

#include <cstdint>
#include <string_view>

#include "proxy/exchange/random.h"
#include "runtime/table/table.h"

namespace weir::proxy {

// How an attempt ended: with an answer, or in one of the other ways.
struct AttemptOutcome {
  enum class Kind : std::uint8_t { kAnswer, kConnectFailure, kRefused, kReset, kTimeout };
  Kind kind = Kind::kAnswer;
  std::uint16_t status = 0;  // for kAnswer
};

bool IsIdempotent(std::string_view method);  // RFC 9110 9.2.2
// Whether the policy names this outcome among its causes.
bool IsCause(const runtime::Table& table, const runtime::RetryRecord& policy,
             const AttemptOutcome& outcome);
// ns to wait after `tries` tries: uniform in [0, min(2^(tries-1) x base, max)).
std::int64_t BackOff(const runtime::RetryRecord& policy, std::uint32_t tries, Random& random);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_RETRY_H_
