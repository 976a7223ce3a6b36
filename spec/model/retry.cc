#include "spec/model/retry.h"

#include <algorithm>
#include <set>

namespace weir::model {
namespace {

using Cause = syntax::RetryCause::Kind;
using End = TryResult::Kind;

bool IsGatewayError(const TryResult& result) {
  if (result.kind == End::kReset || result.kind == End::kPerTryTimeout) return true;
  return result.kind == End::kResponse && result.status >= 502 && result.status <= 504;
}

bool Is5xx(const TryResult& result) {
  if (result.kind == End::kResponse) return result.status >= 500 && result.status <= 599;
  return result.kind != End::kLocal;
}

bool Names(const syntax::RetryCause& cause, const TryResult& result) {
  const bool response = result.kind == End::kResponse;
  switch (cause.kind) {
    case Cause::kConnectFailure:
      return result.kind == End::kConnectFailure;
    case Cause::kRefusedStream:
      return result.kind == End::kRefusedStream;
    case Cause::kReset:
      return result.kind == End::kReset;
    case Cause::kPerTryTimeout:
      return result.kind == End::kPerTryTimeout;
    case Cause::kGatewayError:
      return IsGatewayError(result);
    case Cause::k5xx:
      return Is5xx(result);
    case Cause::kRetriable4xx:
      return response && result.status == 409;
    case Cause::kStatus:
      return response && result.status == cause.status;
  }
  return false;
}

}  // namespace

bool IsIdempotent(const std::string& method) {
  const std::set<std::string> idempotent = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return idempotent.contains(method);
}

bool IsCause(const syntax::Retry& retry, const TryResult& result) {
  return std::ranges::any_of(retry.on, [&](const auto& cause) { return Names(cause, result); });
}

bool MayRetry(const syntax::Retry& retry, const TryResult& result, const RetryState& state) {
  if (state.tries_made >= retry.attempts) return false;
  if (!IsCause(retry, result)) return false;
  if (result.kind == End::kLocal || state.rate_limited) return false;
  if (state.response_started || !state.body_replayable) return false;
  if (result.kind == End::kRefusedStream || !result.request_octets_sent) return true;
  return IsIdempotent(state.method) || retry.unsafe;
}

bool MayResendStale(std::uint32_t attempts, const RetryState& state, bool request_octets_sent,
                    bool resent_before) {
  if (resent_before || state.response_started || !state.body_replayable) return false;
  if (!request_octets_sent) return true;
  return state.tries_made < attempts && IsIdempotent(state.method);
}

bool MayHedge(const syntax::Retry& retry, const RetryState& state) {
  if (state.tries_made >= retry.attempts) return false;
  if (state.response_started || !state.body_replayable) return false;
  return IsIdempotent(state.method) || retry.unsafe;
}

std::uint32_t TriesOf(const syntax::Retry& retry) {
  return retry.budget_percent == 0 && retry.budget_minimum == 0 ? 1 : retry.attempts;
}

std::int64_t BackoffCeiling(const syntax::Retry& retry, std::uint32_t k) {
  const std::int64_t max = retry.backoff_max.nanoseconds;
  std::int64_t ceiling = std::min(retry.backoff_base.nanoseconds, max);
  for (std::uint32_t i = 1; i < k && ceiling < max; ++i) {
    ceiling = ceiling > max / 2 ? max : ceiling * 2;
  }
  return ceiling;
}

namespace {

constexpr std::int64_t kStep = 100'000'000;  // 100 ms
constexpr std::int64_t kWindow = 100;        // steps

std::int64_t Moment(const BudgetHistory& history, std::int64_t now) {
  return history.retries.empty() ? now : std::max(now, history.retries.back());
}

}  // namespace

bool WithinBudget(const syntax::Retry& retry, const BudgetHistory& history, std::int64_t now) {
  const std::int64_t step = Moment(history, now) / kStep;
  std::uint64_t requests = 0, retries = 0;
  for (const std::int64_t time : history.requests) {
    requests += time / kStep > step - kWindow && time / kStep <= step;
  }
  for (const std::int64_t time : history.retries) retries += time / kStep >= step - kWindow;
  const std::uint64_t share = requests * retry.budget_percent / 100;
  return retries + 1 <= std::max<std::uint64_t>(retry.budget_minimum, share);
}

bool TakeRetry(const syntax::Retry& retry, BudgetHistory& history, std::int64_t now) {
  if (!WithinBudget(retry, history, now)) return false;
  history.retries.push_back(Moment(history, now));
  return true;
}

}  // namespace weir::model
