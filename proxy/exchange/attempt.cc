// What a try carries, and what follows when it fails.
//
// A try that failed before its answer's head may be made again when the policy
// names the cause, the request may be delivered twice (or was not sent at all),
// its body is still in the replay buffer, and the budget has room. A kept connection
// that the upstream had already closed when we took it is a cause of its own: the
// request goes out once more on a fresh connection, at once. Where an octet of it
// had been sent the upstream may have seen it, so it must be idempotent, and the
// try counts like any other; else it is no try (RETRY-9).
#include <algorithm>
#include <utility>

#include "proxy/exchange/exchange.h"

namespace weir::proxy {

using runtime::Reason;
using upstream::Freshness;
using Kind = TryOutcome::Kind;

constexpr std::size_t kDefaultReplay = 65536;

void Exchange::SendRequest(Try& t) {
  if (!t.stream->SendHead(UpstreamHead())) {
    Settle(t, Ending::kCancelled);
    CancelTries(Ending::kCancelled);
    return Answer(400, Reason::kBadRequest, runtime::ReasonBody(Reason::kBadRequest), {}, false);
  }
  t.stream->SendData(replay_);
  if (request_ended_) {
    t.stream->SendEnd({});
    ArmTry(t);
  }
  t.stream->Flush();
  t.stream->AllowBody(client_->Credit());
  AllowRequestBody();
}

UpstreamRequest Exchange::UpstreamHead() const {
  return {head_.method,    request_->scheme, head_.path,   head_.query,
          head_.has_query, head_.host,       head_.fields, body_};
}

// From when the request is out.
void Exchange::ArmTry(Try& t) {
  if (retry_ != nullptr && retry_->per_try >= 0) t.timer.Arm(context_.loop.now() + retry_->per_try);
  ArmHedge();
}

// ---- the request's body ---------------------------------------------------------

// While a body streams there is one try.
Try* Exchange::OpenTryNow() {
  for (Try& t : tries_) {
    if (t.state == Try::State::kOpen) return &t;
  }
  return nullptr;
}

void Exchange::OnRequestData(std::string_view data) {
  bytes_in_ += data.size();
  if (phase_ != Phase::kForwarding && phase_ != Phase::kResponding) return;
  Moved();
  if (bytes_in_ > MaxBody()) {
    CancelTries(Ending::kCancelled);
    if (phase_ == Phase::kResponding) return Break(Reason::kBodyTooLarge, "the body is too large");
    return Refuse({413, Reason::kBodyTooLarge, "the body is too large", true});
  }
  const bool first = std::exchange(awaits_body_, false);
  if (first) StartMirrors();
  for (const auto& mirror : mirrors_) mirror->SendData(data);
  Try* t = OpenTryNow();
  if (can_replay_ && phase_ == Phase::kForwarding) {
    const std::size_t room = retry_ != nullptr ? retry_->buffer : kDefaultReplay;
    if (replay_.size() + data.size() <= room || t == nullptr) {
      replay_.append(data);
    } else {
      can_replay_ = false;
      replay_ = std::string();
    }
  }
  if (first) return StartTry(tries_[0]);
  if (t == nullptr) return AllowRequestBody();  // between two tries, or waiting for the first
  t->stream->SendData(data);
  t->stream->Flush();
  AllowRequestBody();
}

// While there is no upstream yet, some is read on: so that a client that drips is
// found out while it waits. While the upstream takes no more, nothing is read, and
// neither side would ever tell of its end. In both the route's timeout runs.
void Exchange::AllowRequestBody() {
  if (request_ended_) return;
  if (awaits_body_) return client_->AllowBody(kStreamWindow);
  Try* t = OpenTryNow();
  const std::size_t held = std::min(replay_.size(), kStreamWindow);
  const std::size_t credit = t != nullptr ? t->stream->Credit() : kStreamWindow - held;
  client_->AllowBody(credit);
  const std::int64_t limit = decision_->route_record().timeout;
  if (t != nullptr && credit > 0) {
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
  const std::int64_t limit = decision_->route_record().timeout;
  if (limit >= 0) timeout_.Arm(context_.loop.now() + limit);
  if (std::exchange(awaits_body_, false)) {  // it was empty
    StartMirrors();
    return StartTry(tries_[0]);
  }
  for (const auto& mirror : mirrors_) mirror->SendEnd();
  Try* t = OpenTryNow();
  if (t == nullptr) return;
  if (phase_ == Phase::kForwarding) ArmTry(*t);
  t->stream->SendEnd({});
  t->stream->Flush();
}

void Exchange::OnUpstreamCredit() {
  Moved();
  AllowRequestBody();
}

// ---- failures -------------------------------------------------------------------

void Exchange::OnUpstreamFailed(Try& t, const UpstreamFailure& failure) {
  t.stream = nullptr;
  t.timer.Cancel();
  if (phase_ == Phase::kResponding) {
    if (std::exchange(t.host_waits, false))
      ReportHost(t, upstream::Outliers::Outcome::kLocalFailure);
    return Break(Reason::kUpstreamReset, failure.detail);
  }
  bool refused = false;
  if (failure.stale && Resends(t, failure, refused)) return OpenTry(t, Freshness::kNew);
  switch (failure.kind) {
    case UpstreamFailure::Kind::kConnect:
    case UpstreamFailure::Kind::kConnectTimeout:
      return TryFailed(t, {Kind::kConnectFailure}, Reason::kUpstreamConnect, failure.detail, false);
    case UpstreamFailure::Kind::kRefused:  // whatever went out of it was not looked at
      return TryFailed(t, {Kind::kRefused}, Reason::kUpstreamReset, failure.detail, false);
    case UpstreamFailure::Kind::kReset:
      return TryFailed(t, {Kind::kReset}, Reason::kUpstreamReset, failure.detail, failure.sent,
                       refused);
    case UpstreamFailure::Kind::kProtocol:
      return TryFailed(t, {Kind::kReset}, Reason::kUpstreamProtocol, failure.detail, failure.sent);
  }
}

// Whether one more try may be counted, besides `beginning` that are about to be, of
// a request that may have been delivered.
bool Exchange::MayCountAnother(std::uint32_t beginning) const {
  return retry_ != nullptr && attempts_ + beginning < retry_->attempts &&
         IsIdempotent(head_.method);
}

// RETRY-9. `refused`: but for the budget it would.
bool Exchange::Resends(Try& t, const UpstreamFailure& failure, bool& refused) {
  if (stale_retried_ || !can_replay_) return false;
  if (failure.sent) {
    if (!MayCountAnother(0)) return false;
    refused = !TakeRetry();
    if (refused) return false;
    ++attempts_;
    context_.metrics.retries.Add();
  }
  stale_retried_ = true;
  t.host().load->in_flight.fetch_sub(1, std::memory_order_relaxed);
  t.state = Try::State::kOver;
  t.again = true;
  return true;
}

// `last`: the budget has refused another already.
void Exchange::TryFailed(Try& t, const TryOutcome& outcome, Reason reason, const char* detail,
                         bool sent, bool last) {
  Settle(t, Ending::kFailed);
  EndTry(t);
  if (LiveTry() != nullptr) return ArmHedge();  // the other goes on
  if (!last && TryAgain(t, outcome, sent)) return;
  const std::uint16_t status = reason == Reason::kUpstreamConnect   ? 503
                               : reason == Reason::kUpstreamTimeout ? 504
                                                                    : 502;
  FailWith(status, attempts_ > 1 ? Reason::kRetriesExhausted : reason, detail);
}

bool Exchange::TakeRetry() {
  runtime::RetryBudget& budget = serving_->policy().budget(decision_->route_record().retry);
  if (budget.TryStartRetry(context_.loop.now())) return true;
  context_.metrics.retry_budget_refusals.Add();
  return false;
}

// Whether another try is on its way. `t`, that was the last one, is over, or
// waits with its answer and is then over too.
bool Exchange::TryAgain(Try& t, const TryOutcome& outcome, bool sent) {
  if (retry_ == nullptr || attempts_ >= retry_->attempts || !can_replay_) return false;
  if (sent && retry_->unsafe == 0 && !IsIdempotent(head_.method)) return false;
  if (!IsCause(table(), *retry_, outcome)) return false;
  if (!TakeRetry()) return false;
  EndTry(t);
  backing_off_ = &t;
  hedge_timer_.Cancel();
  backoff_timer_.Arm(context_.loop.now() + BackOff(*retry_, attempts_, context_.random));
  return true;
}

// ---- time -----------------------------------------------------------------------

void Exchange::OnBackoffOver() {
  if (phase_ == Phase::kForwarding) StartTry(*std::exchange(backing_off_, nullptr));
}

void Exchange::OnTryTimeout(Try& t) {
  if (phase_ != Phase::kForwarding || t.stream == nullptr) return;
  const bool sent = t.stream->sent();
  TryFailed(t, {Kind::kTimeout}, Reason::kUpstreamTimeout, "the try took too long", sent);
}

// Nothing moved. It is the client's doing where it owes the rest of its request
// and there is room for it.
void Exchange::OnIdleTimeout() {
  Try* t = OpenTryNow();
  if (request_ended_ || (t == nullptr ? !awaits_body_ : t->stream->Credit() == 0))
    return TimedOut("the route's idle timeout");
  CancelTries(Ending::kCancelled);
  constexpr const char* kDetail = "the client sent nothing for the route's idle timeout";
  if (phase_ == Phase::kResponding) return Break(Reason::kRequestTimeout, kDetail);
  if (phase_ == Phase::kForwarding) Refuse({408, Reason::kRequestTimeout, kDetail, true});
}

void Exchange::TimedOut(const char* detail) {
  const bool waited = attempts_ == 0 && LiveTry() != nullptr;
  CancelTries(Ending::kFailed);
  if (phase_ == Phase::kResponding) return Break(Reason::kUpstreamTimeout, detail);
  if (phase_ != Phase::kForwarding) return;
  if (waited)
    return FailWith(503, Reason::kOverflow, "no place in the service's pool came free in time");
  FailWith(504, Reason::kUpstreamTimeout, detail);
}

// Data moved: the idle timeout starts anew.
void Exchange::Moved() {
  const std::int64_t idle = decision_->route_record().idle_timeout;
  if (idle > 0) idle_timer_.Arm(context_.loop.now() + idle);
}

}  // namespace weir::proxy
