// Whether a failed try may be followed by another, and when (spec/rules/retry.md).
#ifndef WEIR_SPEC_MODEL_RETRY_H_
#define WEIR_SPEC_MODEL_RETRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
// an octet of the answer is followed by one on a fresh connection, all but the
// budget. `attempts` is 1 on a route without a retry policy. Where octets had been
// sent it counts as a try and needs a place in the budget.
bool MayResendStale(std::uint32_t attempts, const RetryState& state, bool request_octets_sent,
                    bool resent_before);

// RETRY-11: whether a policy that hedges may make a try beside one under way,
// when the request has been sent whole; all but the budget and the clock.
bool MayHedge(const syntax::Retry& retry, const RetryState& state);

// RETRY-1, -7: the most tries that a request can come to. Without any budget, one.
std::uint32_t TriesOf(const syntax::Retry& retry);

// RETRY-6: the back-off before try k + 1 is uniform in [0, this), nanoseconds.
std::int64_t BackoffCeiling(const syntax::Retry& retry, std::uint32_t k);

// What one process has seen under one retry policy: times in nanoseconds from 0 on.
struct BudgetHistory {
  std::vector<std::int64_t> requests;
  std::vector<std::int64_t> retries;  // never falling
};

// RETRY-7: whether one more retry may begin now.
bool WithinBudget(const syntax::Retry& retry, const BudgetHistory& history, std::int64_t now);
// The same, and if so it has begun.
bool TakeRetry(const syntax::Retry& retry, BudgetHistory& history, std::int64_t now);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_RETRY_H_
