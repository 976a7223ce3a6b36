// Tries.
//
// A try that failed before its answer's head may be made again when the policy
// names the cause, the request may be delivered twice (or was not sent at all),
// its body is still in the replay buffer, and the budget has room. One more case
// is no try at all: a kept connection that the upstream had already closed when
// we took it. An idempotent request whose answer had not begun, and any request
// of which nothing was sent, then goes out once more on a fresh connection, at
// once and uncounted; it can happen once for a request (RETRY-9).
#include <algorithm>
#include <utility>

#include "proxy/exchange/exchange.h"

namespace weir::proxy {

using runtime::Reason;
using upstream::Freshness;
using Kind = TryOutcome::Kind;

constexpr std::size_t kDefaultReplay = 65536;

void Exchange::StartTry(bool counts) {
  backing_off_ = false;
  if (service_->empty()) {
    return FailWith(503, Reason::kNoHealthyUpstream, "the service has no endpoint");
  }
  Freshness freshness = Freshness::kNew;
  if (counts) {
    if (++attempts_ > 1) context_.metrics.retries.Add();
    endpoint_ = service_->Pick(tried_);
    if (endpoint_ < 64) tried_ |= std::uint64_t{1} << endpoint_;
    freshness = IsIdempotent(head_.method) ? Freshness::kAny : Freshness::kChecked;
  }
  if (!OpenTry(freshness)) {
    return TryFailed({Kind::kConnectFailure}, Reason::kUpstreamConnect, "no socket can be had", false);
  }
  SendRequest();
}

bool Exchange::OpenTry(Freshness freshness) {
  upstream_ = service_->endpoint(endpoint_).pool->Open(*this, freshness);
  return upstream_ != nullptr;
}

void Exchange::SendRequest() {
  const UpstreamRequest request{head_.method, head_.path,   head_.query, head_.has_query,
                                head_.host,   head_.fields, body_};
  if (!upstream_->SendHead(request)) {
    CancelTry();
    return Answer(400, Reason::kBadRequest, runtime::ReasonBody(Reason::kBadRequest), {}, false);
  }
  upstream_->SendData(replay_);
  if (request_ended_) {
    upstream_->SendEnd({});
    if (retry_ != nullptr && retry_->per_try >= 0) {
      try_timer_.Arm(context_.loop.now() + retry_->per_try);
    }
  }
  upstream_->Flush();
  upstream_->AllowBody(client_->Credit());
  AllowRequestBody();
}

// ---- the request's body ---------------------------------------------------------

void Exchange::OnRequestData(std::string_view data) {
  bytes_in_ += data.size();
  if (phase_ != Phase::kForwarding && phase_ != Phase::kResponding) return;
  Moved();
  if (bytes_in_ > MaxBody()) {
    CancelTry();
    if (phase_ == Phase::kResponding) return Break(Reason::kBodyTooLarge, "the body is too large");
    return Refuse({413, Reason::kBodyTooLarge, "the body is too large", true});
  }
  if (can_replay_ && phase_ == Phase::kForwarding) {
    const std::size_t room = retry_ != nullptr ? retry_->buffer : kDefaultReplay;
    if (replay_.size() + data.size() <= room || upstream_ == nullptr) {
      replay_.append(data);
    } else {
      can_replay_ = false;
      replay_ = std::string();
    }
  }
  if (upstream_ == nullptr) return client_->AllowBody(0);  // between two tries
  upstream_->SendData(data);
  upstream_->Flush();
  AllowRequestBody();
}

// While the upstream takes no more, nothing is read from the client, so neither
// side would ever tell of its end: the route's timeout runs meanwhile.
void Exchange::AllowRequestBody() {
  if (request_ended_) return;
  const std::size_t credit = upstream_->Credit();
  client_->AllowBody(credit);
  const std::int64_t limit = decision_->route_record().timeout;
  if (credit > 0) {
    timeout_.Cancel();
  } else if (limit >= 0 && !timeout_.armed()) {
    timeout_.Arm(context_.loop.now() + limit);
  }
}

// Trailers come after the decision: no rule, limit or transform has seen them, so
// none goes on (TRANSFORM-11).
void Exchange::OnRequestEnd(std::span<const runtime::Field>) {
  if (phase_ == Phase::kForwarding || phase_ == Phase::kResponding) RequestEnded();
}

void Exchange::RequestEnded() {
  request_ended_ = true;
  const std::int64_t now = context_.loop.now();
  const std::int64_t limit = decision_->route_record().timeout;
  if (limit >= 0) timeout_.Arm(now + limit);
  if (upstream_ == nullptr) return;
  if (phase_ == Phase::kForwarding && retry_ != nullptr && retry_->per_try >= 0) {
    try_timer_.Arm(now + retry_->per_try);
  }
  upstream_->SendEnd({});
  upstream_->Flush();
}

void Exchange::OnUpstreamCredit() {
  Moved();
  if (upstream_ != nullptr) AllowRequestBody();
}

// ---- failures -------------------------------------------------------------------

void Exchange::OnUpstreamFailed(const UpstreamFailure& failure) {
  upstream_ = nullptr;
  try_timer_.Cancel();
  if (phase_ == Phase::kResponding) return Break(Reason::kUpstreamReset, failure.detail);
  const bool harmless = !failure.sent || IsIdempotent(head_.method);
  if (failure.stale && !stale_retried_ && can_replay_ && harmless) {
    stale_retried_ = true;
    return StartTry(false);
  }
  switch (failure.kind) {
    case UpstreamFailure::Kind::kConnect:
    case UpstreamFailure::Kind::kConnectTimeout:
      return TryFailed({Kind::kConnectFailure}, Reason::kUpstreamConnect, failure.detail, false);
    case UpstreamFailure::Kind::kReset:
      return TryFailed({Kind::kReset}, Reason::kUpstreamReset, failure.detail, failure.sent);
    case UpstreamFailure::Kind::kProtocol:
      return TryFailed({Kind::kReset}, Reason::kUpstreamProtocol, failure.detail, failure.sent);
  }
}

void Exchange::TryFailed(const TryOutcome& outcome, Reason reason, const char* detail, bool sent) {
  if (TryAgain(outcome, sent)) return;
  const std::uint16_t status = reason == Reason::kUpstreamConnect   ? 503
                               : reason == Reason::kUpstreamTimeout ? 504
                                                                    : 502;
  FailWith(status, attempts_ > 1 ? Reason::kRetriesExhausted : reason, detail);
}

// Whether another try is on its way.
bool Exchange::TryAgain(const TryOutcome& outcome, bool sent) {
  EndRetry();
  if (retry_ == nullptr || attempts_ >= retry_->attempts || !can_replay_) return false;
  if (sent && retry_->unsafe == 0 && !IsIdempotent(head_.method)) return false;
  if (!IsCause(table(), *retry_, outcome)) return false;
  if (!serving_->policy().budget(decision_->route_record().retry).TryStartRetry()) {
    context_.metrics.retry_budget_refusals.Add();
    return false;
  }
  retrying_ = true;
  CancelTry();
  backing_off_ = true;
  try_timer_.Arm(context_.loop.now() + BackOff(*retry_, attempts_, context_.random));
  return true;
}

void Exchange::EndRetry() {
  if (std::exchange(retrying_, false)) {
    serving_->policy().budget(decision_->route_record().retry).RetryEnded();
  }
}

void Exchange::CancelTry() {
  try_timer_.Cancel();
  if (upstream_ != nullptr) std::exchange(upstream_, nullptr)->Cancel();
}

// ---- time -----------------------------------------------------------------------

void Exchange::OnTryTimer() {
  if (phase_ != Phase::kForwarding) return;
  if (backing_off_) return StartTry(true);
  const bool sent = upstream_ != nullptr && upstream_->sent();
  CancelTry();
  TryFailed({Kind::kTimeout}, Reason::kUpstreamTimeout, "the try took too long", sent);
}

void Exchange::OnTimeout() {
  CancelTry();
  if (phase_ == Phase::kResponding) return Break(Reason::kUpstreamTimeout, "the route's timeout");
  if (phase_ == Phase::kForwarding) FailWith(504, Reason::kUpstreamTimeout, "the route's timeout");
}

void Exchange::OnIdleTimeout() {
  CancelTry();
  if (phase_ == Phase::kResponding) return Break(Reason::kUpstreamTimeout, "the route's idle timeout");
  if (phase_ == Phase::kForwarding) FailWith(504, Reason::kUpstreamTimeout, "the route's idle timeout");
}

// Data moved: the idle timeout starts anew.
void Exchange::Moved() {
  const std::int64_t idle = decision_->route_record().idle_timeout;
  if (idle > 0) idle_timer_.Arm(context_.loop.now() + idle);
}

}  // namespace weir::proxy
