// An attempt that failed before its answer's head may be made again when the policy
// names the cause, the request may be delivered twice (or was not sent at all),
// its body is still in the replay buffer, and the budget has room. A kept connection
// that the upstream had already closed when we took it is a cause of its own: the
// request goes out once more on a fresh connection, at once. Where a byte of it
// had been sent the upstream may have seen it, so it must be idempotent, and the
// attempt counts like any other; else it is no attempt (RETRY-9).
#include "proxy/exchange/attempts.h"

#include <utility>

#include "proxy/net/socket.h"
#include "proxy/observe/log.h"

namespace weir::proxy {

using runtime::Reason;
using upstream::Freshness;
using upstream::OutlierDetector;
using upstream::SharedBreaker;
using Kind = AttemptOutcome::Kind;

Attempts::Attempts(ExchangeContext& context, Owner& owner, RequestBody& body)
    : context_(context),
      owner_(owner),
      body_(body),
      attempts_{Attempt(*this, context.loop.timers()), Attempt(*this, context.loop.timers())},
      backoff_timer_(context.loop.timers(), [this] { OnBackoffOver(); }),
      hedge_timer_(context.loop.timers(), [this] { OnHedge(); }) {}

void Attempts::Start(const Request& request) {
  request_ = request;
  Begin(attempts_[0]);
}

// ---- beginning ------------------------------------------------------------------

void Attempts::Begin(Attempt& a) {
  a.resent = false;
  SharedBreaker* breaker = request_.target->breaker;
  if (breaker != nullptr) {
    a.permit = breaker->Admit(context_.loop.clock().Monotonic());
    if (!a.permit.admitted) return Refuse(a, Reason::kBreakerOpen, "the breaker is open");
  }
  a.unreported = true;
  if (!ChooseHost(a, nullptr))
    return Refuse(a, Reason::kNoHealthyUpstream, "no host of the service can be had");
  Open(a, MayCountAnother(1) ? Freshness::kAny : Freshness::kChecked);
}

bool Attempts::ChooseHost(Attempt& a, const upstream::HostPool* offered) {
  const Target& target = *request_.target;
  const upstream::Service::PickRequest wish{target.hash, target.affinity, tried_, offered};
  const auto* place = target.service->Pick(wish, context_.random.Next());
  if (place == nullptr) return false;
  a.place = *place;
  return true;
}

void Attempts::Open(Attempt& a, Freshness freshness) {
  using Opened = upstream::OpenResult::Kind;
  const upstream::OpenResult opening =
      request_.target->service->worker_pool().Open(a, *a.place->pool, freshness);
  switch (opening.kind) {
    case Opened::kStream:
      return SendOn(a, opening.stream);
    case Opened::kNoSocket:
      return OnOpened(a, nullptr, opening.error);
    case Opened::kOverflow:
      return Refuse(a, Reason::kOverflow, "the service's pool is full");
    case Opened::kWaiting:
      a.state = Attempt::State::kWaiting;
      a.ticket = opening.ticket;
      return owner_.OnWaiting();
  }
}

// The pool grants the slot: the host is picked again, since health may have changed.
upstream::StreamRequester::Destination Attempts::OnPlace(Attempt& a, upstream::HostPool* offered) {
  a.state = Attempt::State::kOver;
  if (!a.resent && !ChooseHost(a, offered)) {
    Refuse(a, Reason::kNoHealthyUpstream, "no host of the service can be had");
    return {};
  }
  return {a.place->pool.get(), a.resent};
}

void Attempts::OnOpened(Attempt& a, UpstreamStream* stream, int error) {
  if (stream != nullptr) return SendOn(a, stream);
  Count(a);
  const bool own = net::IsOwnLack(error);  // then it is no fault of the host's
  if (own) ReportOutcome(a, Outcome::kCancelled);
  Failed(a, {Kind::kConnectFailure}, Reason::kUpstreamConnect,
         own ? "no socket can be had" : "connection refused or unreachable", false);
}

void Attempts::Count(Attempt& a) {
  shown_ = a.place;
  if (a.resent) return;
  if (++count_ > 1) context_.metrics.retries.Add();
  tried_.push_back(a.host().identity);
}

void Attempts::SendOn(Attempt& a, UpstreamStream* stream) {
  Count(a);
  a.state = Attempt::State::kOpen;
  a.stream = stream;
  a.host().load->in_flight.fetch_add(1, std::memory_order_relaxed);
  if (!stream->SendHead(request_.head)) {
    Cancel(Ending::kCancelled);
    return owner_.OnRequestUnsendable();
  }
  if (body_.ended()) ArmTimers(a);
  body_.SendTo(*stream);
  owner_.OnStream(*stream);
}

// Turned away before anything was sent: never a cause for another attempt (RETRY-4).
void Attempts::Refuse(Attempt& a, Reason reason, const char* detail) {
  if (reason == Reason::kOverflow) context_.metrics.overflows.Add();
  ReportOutcome(a, Outcome::kCancelled);
  End(a);
  if (Live() == nullptr) owner_.OnNoResponse(503, reason, detail);
}

// The times for an answer run from when the request is out.
void Attempts::RequestEnded() {
  for (Attempt& a : attempts_) {
    if (a.state != Attempt::State::kOpen) continue;
    return ArmTimers(a);
  }
}

void Attempts::ArmTimers(Attempt& a) {
  const runtime::RetryRecord* retry = request_.retry;
  if (retry == nullptr || answered_) return;
  if (retry->per_try >= 0) a.timer.Arm(context_.loop.now() + retry->per_try);
  ArmHedge();
}

// ---- the answer -----------------------------------------------------------------

// Of two under way nobody knows yet whose answer the client will get, so it hears of
// neither.
void Attempts::OnInterim(Attempt& a, const ResponseMessage& message) {
  if (!answered_ && !OtherThan(a).live()) owner_.OnInterim(message);
}

void Attempts::OnHead(Attempt& a, const ResponseMessage& message) {
  owner_.OnUpstreamActivity();
  a.timer.Cancel();
  ReportOutcome(a, Outcome::kAnswered, message.status);
  const AttemptOutcome outcome{Kind::kAnswer, message.status};
  const bool failed =
      request_.retry != nullptr && IsCause(*request_.table, *request_.retry, outcome);
  Attempt& other = OtherThan(a);
  if (failed && other.live()) {  // a hedge or what it hedges may do better
    End(a);
    return ArmHedge();
  }
  if (failed && TryAgain(a, outcome, true)) return;
  hedge_timer_.Cancel();
  if (other.live()) {
    ReportOutcome(other, Outcome::kCancelled);
    End(other);
  }
  shown_ = a.place;
  answered_ = true;
  owner_.OnResponseHead(message, failed && count_ > 1);
}

void Attempts::OnEnd(Attempt& a, std::span<const runtime::Field> trailers) {
  a.stream = nullptr;
  End(a);
  owner_.OnResponseEnd(trailers);
}

// ---- failures -------------------------------------------------------------------

void Attempts::OnFailed(Attempt& a, const UpstreamFailure& failure) {
  a.stream = nullptr;
  a.timer.Cancel();
  if (answered_) {
    if (std::exchange(a.success_pending, false))
      ReportHost(a, OutlierDetector::Outcome::kLocalFailure);
    return owner_.OnResponseBroken(failure.detail);
  }
  bool refused = false;
  if (failure.stale && Resend(a, failure, refused)) return Open(a, Freshness::kNew);
  switch (failure.kind) {
    case UpstreamFailure::Kind::kConnect:
    case UpstreamFailure::Kind::kConnectTimeout:
      return Failed(a, {Kind::kConnectFailure}, Reason::kUpstreamConnect, failure.detail, false);
    case UpstreamFailure::Kind::kRefused:  // whatever went out of it was not looked at
      return Failed(a, {Kind::kRefused}, Reason::kUpstreamReset, failure.detail, false);
    case UpstreamFailure::Kind::kReset:
      return Failed(a, {Kind::kReset}, Reason::kUpstreamReset, failure.detail, failure.sent,
                    refused);
    case UpstreamFailure::Kind::kProtocol:
      return Failed(a, {Kind::kReset}, Reason::kUpstreamProtocol, failure.detail, failure.sent);
  }
}

void Attempts::OnTimeout(Attempt& a) {
  if (answered_ || a.stream == nullptr) return;
  Failed(a, {Kind::kTimeout}, Reason::kUpstreamTimeout, "the try took too long", a.stream->sent());
}

// `last`: the budget has refused another already.
void Attempts::Failed(Attempt& a, const AttemptOutcome& outcome, Reason reason, const char* detail,
                      bool sent, bool last) {
  ReportOutcome(a, Outcome::kFailed);
  End(a);
  if (Live() != nullptr) return ArmHedge();  // the other goes on
  if (!last && TryAgain(a, outcome, sent)) return;
  const std::uint16_t status = reason == Reason::kUpstreamConnect   ? 503
                               : reason == Reason::kUpstreamTimeout ? 504
                                                                    : 502;
  owner_.OnNoResponse(status, count_ > 1 ? Reason::kRetriesExhausted : reason, detail);
}

// Whether one more attempt may be counted, besides `beginning` that are about to be,
// of a request that may have been delivered.
bool Attempts::MayCountAnother(std::uint32_t beginning) const {
  return request_.retry != nullptr && count_ + beginning < request_.retry->attempts &&
         IsIdempotent(request_.head.method);
}

// RETRY-9. `refused`: but for the budget it would.
bool Attempts::Resend(Attempt& a, const UpstreamFailure& failure, bool& refused) {
  if (resent_ || !body_.replayable()) return false;
  if (failure.sent) {
    if (!MayCountAnother(0)) return false;
    refused = !TakeRetry();
    if (refused) return false;
    ++count_;
    context_.metrics.retries.Add();
  }
  resent_ = true;
  a.host().load->in_flight.fetch_sub(1, std::memory_order_relaxed);
  a.state = Attempt::State::kOver;
  a.resent = true;
  return true;
}

bool Attempts::TakeRetry() {
  if (request_.budget->TryStartRetry(context_.loop.now())) return true;
  context_.metrics.retry_budget_refusals.Add();
  return false;
}

// Whether another attempt is on its way. `a`, that was the last one, is over, or
// waits with its answer and is then over too.
bool Attempts::TryAgain(Attempt& a, const AttemptOutcome& outcome, bool sent) {
  const runtime::RetryRecord* retry = request_.retry;
  if (retry == nullptr || count_ >= retry->attempts || !body_.replayable()) return false;
  if (sent && retry->unsafe == 0 && !IsIdempotent(request_.head.method)) return false;
  if (!IsCause(*request_.table, *retry, outcome)) return false;
  if (!TakeRetry()) return false;
  End(a);
  backing_off_ = &a;
  hedge_timer_.Cancel();
  backoff_timer_.Arm(context_.loop.now() + BackOff(*retry, count_, context_.random));
  return true;
}

void Attempts::OnBackoffOver() { Begin(*std::exchange(backing_off_, nullptr)); }

// ---- ending ---------------------------------------------------------------------

void Attempts::ReportOutcome(Attempt& a, Outcome outcome, std::uint16_t status) {
  if (!std::exchange(a.unreported, false)) return;
  const std::int64_t now = context_.loop.clock().Monotonic();
  const bool failed = outcome == Outcome::kFailed || status >= 500;
  if (request_.target->breaker != nullptr) {
    request_.target->breaker->Report(a.permit,
                                     outcome == Outcome::kCancelled
                                         ? SharedBreaker::Outcome::kCancelled
                                     : failed ? SharedBreaker::Outcome::kFailure
                                              : SharedBreaker::Outcome::kSuccess,
                                     now);
  }
  if (outcome == Outcome::kCancelled || a.host().member == nullptr) return;
  a.success_pending = outcome == Outcome::kAnswered && !failed;  // until the answer's end
  if (a.success_pending) return;
  ReportHost(a, outcome == Outcome::kFailed      ? OutlierDetector::Outcome::kLocalFailure
                : status >= 502 && status <= 504 ? OutlierDetector::Outcome::kGatewayError
                                                 : OutlierDetector::Outcome::k5xx);
}

void Attempts::ReportHost(const Attempt& a, OutlierDetector::Outcome outcome) {
  OutlierDetector::Member* member = a.host().member.get();
  if (member == nullptr ||
      !member->owner().Report(*member, outcome, context_.loop.clock().Monotonic()))
    return;
  observe::LogWarning("service " + std::string(request_.target->service->cluster().name()) + ": " +
                      a.host().text + " is ejected");
}

// Whatever it was doing. Its stream, if it still has one, is broken off.
void Attempts::End(Attempt& a) {
  a.timer.Cancel();
  if (a.state == Attempt::State::kWaiting) request_.target->service->worker_pool().GiveUp(a.ticket);
  if (a.state == Attempt::State::kOpen)
    a.host().load->in_flight.fetch_sub(1, std::memory_order_relaxed);
  a.state = Attempt::State::kOver;
  if (a.stream != nullptr) std::exchange(a.stream, nullptr)->Cancel();
  if (std::exchange(a.success_pending, false)) ReportHost(a, OutlierDetector::Outcome::kSuccess);
}

void Attempts::Cancel(Ending ending) {
  backoff_timer_.Cancel();
  hedge_timer_.Cancel();
  backing_off_ = nullptr;
  for (Attempt& a : attempts_) {
    const bool failed = ending == Ending::kFailed && a.state == Attempt::State::kOpen;
    if (a.live()) ReportOutcome(a, failed ? Outcome::kFailed : Outcome::kCancelled);
    End(a);
  }
}

void Attempts::Reset() {
  Cancel(Ending::kCancelled);
  request_ = {};
  for (Attempt& a : attempts_) a.place.reset();
  answered_ = resent_ = false;
  count_ = 0;
  tried_.clear();
  shown_.reset();
}

Attempt* Attempts::Live() {
  for (Attempt& a : attempts_) {
    if (a.live()) return &a;
  }
  return nullptr;
}

UpstreamStream* Attempts::stream() {
  for (Attempt& a : attempts_) {
    if (a.state == Attempt::State::kOpen) return a.stream;
  }
  return nullptr;
}

bool Attempts::waits_for_place() const {
  if (count_ > 0) return false;
  return attempts_[0].live() || attempts_[1].live();
}

// ---- hedging --------------------------------------------------------------------

bool Attempts::MayHedge() const {
  const runtime::RetryRecord* retry = request_.retry;
  return retry != nullptr && retry->hedge >= 0 && !answered_ && body_.ended() &&
         body_.replayable() && count_ < retry->attempts && backing_off_ == nullptr &&
         (retry->unsafe != 0 || IsIdempotent(request_.head.method));
}

void Attempts::ArmHedge() {
  if (MayHedge()) hedge_timer_.Arm(context_.loop.now() + request_.retry->hedge);
}

// An attempt has not answered: another goes out beside it, within the budget.
void Attempts::OnHedge() {
  const bool first = attempts_[0].state == Attempt::State::kOpen;
  Attempt& other = attempts_[first ? 1 : 0];
  if (!MayHedge() || other.live() || OtherThan(other).state != Attempt::State::kOpen) return;
  if (!TakeRetry()) return;
  context_.metrics.hedges.Add();
  Begin(other);
}

}  // namespace weir::proxy
