// Whether a failed try may be followed by another, and when (spec/rules/retry.md).
#ifndef WEIR_SPEC_MODEL_RETRY_H_
#define WEIR_SPEC_MODEL_RETRY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "spec/syntax/traffic.h"

namespace weir::model {

// How a try ended.
struct TryResult {
  enum class Kind {
    kResponse,  // a response head with `status`
    kConnectFailure,
    kRefusedStream,  // REFUSED_STREAM, or past a GOAWAY's last id: never processed
    kReset,          // after connecting, before a response head
    kPerTryTimeout,
    kLocal,  // overflow or open breaker: nothing was tried
  };
  Kind kind = Kind::kResponse;
  std::uint16_t status = 200;
  bool request_octets_sent = false;  // any octet of this request, head included
};

struct RetryState {
  std::string method;
  std::uint32_t tries_made = 1;   // the one that just ended included
  bool response_started = false;  // a head went downstream
  bool body_replayable = true;    // it fitted into the replay buffer
  bool rate_limited = false;      // the answer is our own limiter's
};

// RFC 9110 9.2.2.
bool IsIdempotent(const std::string& method);

// RETRY-2: whether the policy names this end as a cause.
bool IsCause(const syntax::Retry& retry, const TryResult& result);

// RETRY-1 to RETRY-5, all but the budget and the route's timeout.
bool MayRetry(const syntax::Retry& retry, const TryResult& result, const RetryState& state);

// RETRY-9: whether a try on a kept connection that the upstream had closed before
// an octet of the answer is made once more, on a fresh one.
bool MayResendStale(const RetryState& state, bool request_octets_sent, bool resent_before);

// RETRY-11: whether a policy that hedges may make a try beside one under way,
// when the request has been sent whole; all but the budget and the clock.
bool MayHedge(const syntax::Retry& retry, const RetryState& state);

// RETRY-6: the back-off before try k + 1 is uniform in [0, this), nanoseconds.
std::int64_t BackoffCeiling(const syntax::Retry& retry, std::uint32_t k);

// RETRY-7: whether one more retry may be in flight or in back-off.
bool WithinBudget(const syntax::Retry& retry, std::uint64_t retries, std::uint64_t requests);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_RETRY_H_
