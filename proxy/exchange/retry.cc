#include "proxy/exchange/retry.h"

#include <algorithm>

namespace weir::proxy {
namespace {

using runtime::RetryCauseKind;
using Kind = AttemptOutcome::Kind;

bool Is(const AttemptOutcome& outcome, RetryCauseKind cause, std::uint32_t status) {
  const bool answered = outcome.kind == Kind::kAnswer;
  switch (cause) {
    case RetryCauseKind::kConnectFailure:
      return outcome.kind == Kind::kConnectFailure;
    case RetryCauseKind::kRefusedStream:
      return outcome.kind == Kind::kRefused;
    case RetryCauseKind::kReset:
      return outcome.kind == Kind::kReset;
    case RetryCauseKind::kPerTryTimeout:
      return outcome.kind == Kind::kTimeout;
    case RetryCauseKind::kGatewayError:
      return answered ? outcome.status >= 502 && outcome.status <= 504
                      : outcome.kind == Kind::kReset || outcome.kind == Kind::kTimeout;
    case RetryCauseKind::k5xx:
      return answered ? outcome.status >= 500 : true;
    case RetryCauseKind::kRetriable4xx:
      return answered && outcome.status == 409;
    case RetryCauseKind::kStatus:
      return answered && outcome.status == status;
  }
  return false;
}

}  // namespace

bool IsIdempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

bool IsCause(const runtime::Table& table, const runtime::RetryRecord& policy,
             const AttemptOutcome& outcome) {
  const auto causes = runtime::Table::Slice(table.retry_causes(), policy.on);
  return std::any_of(causes.begin(), causes.end(), [&](const runtime::RetryCauseRecord& cause) {
    return Is(outcome, cause.kind, cause.status);
  });
}

std::int64_t BackOff(const runtime::RetryRecord& policy, std::uint32_t tries, Random& random) {
  std::int64_t bound = std::min(policy.backoff_base, policy.backoff_max);
  for (std::uint32_t i = 1; i < tries && bound < policy.backoff_max; ++i) {
    bound = std::min(bound * 2, policy.backoff_max);
  }
  return static_cast<std::int64_t>(
      random.Below(static_cast<std::uint64_t>(std::max<std::int64_t>(bound, 0))));
}

}  // namespace weir::proxy
