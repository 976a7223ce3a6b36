// How a try begins and ends.
//
//   breaker admits -> a host is chosen -> a place in the pool -> a stream
//      |                |                   |        \ waits, first come first served
//      refused: 503 breaker-open, no-healthy-upstream, overflow; never tried again
//
// Two tries can be under way at once: the second is a hedge, started when the
// first has not answered for a while. Whoever answers first with something that
// is no cause for another try answers the request, and the other is given up.
// Breaker and ejection hear of each admitted try exactly once (Settle): by the
// status of its answer, as failed, or as cancelled, which counts for nothing. A
// good answer counts for its host when it is over, as it may break off before.
#include <utility>

#include "proxy/exchange/exchange.h"
#include "proxy/observe/log.h"

namespace weir::proxy {

using runtime::Reason;
using upstream::Freshness;
using upstream::Outliers;
using upstream::SharedBreaker;
using Kind = TryOutcome::Kind;

Try::Try(Exchange& exchange, net::TimerHeap& timers)
    : timer(timers, [this] { exchange_.OnTryTimeout(*this); }), exchange_(exchange) {}

upstream::Taker::Destination Try::OnPlace(upstream::Pool* offered) {
  return exchange_.OnPlace(*this, offered);
}
void Try::OnOpened(UpstreamStream* opened, int error) { exchange_.OnOpened(*this, opened, error); }
void Try::OnInterim(const ResponseMessage& message) { exchange_.OnInterim(*this, message); }
void Try::OnResponseHead(const ResponseMessage& message) {
  exchange_.OnResponseHead(*this, message);
}
void Try::OnResponseData(std::string_view data) { exchange_.OnResponseData(data); }
void Try::OnResponseEnd(std::span<const runtime::Field> trailers) {
  exchange_.OnResponseEnd(*this, trailers);
}
void Try::OnUpstreamFailed(const UpstreamFailure& failure) {
  exchange_.OnUpstreamFailed(*this, failure);
}
void Try::OnUpstreamCredit() { exchange_.OnUpstreamCredit(); }

// ---- beginning ------------------------------------------------------------------

void Exchange::StartTry(Try& t) {
  t.again = false;
  if (breaker_ != nullptr) {
    t.permit = breaker_->Admit(context_.loop.clock().Monotonic());
    if (!t.permit.admitted) return RefuseTry(t, Reason::kBreakerOpen, "the breaker is open");
  }
  t.unsettled = true;
  if (!ChooseHost(t, nullptr))
    return RefuseTry(t, Reason::kNoHealthyUpstream, "no host of the service can be had");
  OpenTry(t, MayCountAnother(1) ? Freshness::kAny : Freshness::kChecked);
}

bool Exchange::ChooseHost(Try& t, const upstream::Pool* offered) {
  const upstream::Service::Wish wish{hash_, affinity_token_, tried_, offered};
  const auto* place = service_->Pick(wish, context_.random.Next());
  if (place == nullptr) return false;
  t.place = *place;
  return true;
}

void Exchange::OpenTry(Try& t, Freshness freshness) {
  using Opened = upstream::Opening::Kind;
  const upstream::Opening opening = service_->lane().Open(t, *t.place->pool, freshness);
  switch (opening.kind) {
    case Opened::kStream:
      return BeginTry(t, opening.stream);
    case Opened::kNoSocket:
      return OnOpened(t, nullptr, opening.error);
    case Opened::kOverflow:
      return RefuseTry(t, Reason::kOverflow, "the service's pool is full");
    case Opened::kWaiting:
      t.state = Try::State::kWaiting;
      t.ticket = opening.ticket;
      return AllowRequestBody();
  }
}

// The place that it waited for. Who is healthy may have changed meanwhile.
upstream::Taker::Destination Exchange::OnPlace(Try& t, upstream::Pool* offered) {
  t.state = Try::State::kOver;
  if (!t.again && !ChooseHost(t, offered)) {
    RefuseTry(t, Reason::kNoHealthyUpstream, "no host of the service can be had");
    return {};
  }
  return {t.place->pool.get(), t.again};
}

void Exchange::OnOpened(Try& t, UpstreamStream* stream, int error) {
  if (stream != nullptr) return BeginTry(t, stream);
  CountTry(t);
  const bool own = net::IsOwnLack(error);  // then it is no fault of the host's
  if (own) Settle(t, Ending::kCancelled);
  TryFailed(t, {Kind::kConnectFailure}, Reason::kUpstreamConnect,
            own ? "no socket can be had" : "connection refused or unreachable", false);
}

void Exchange::CountTry(Try& t) {
  shown_ = t.place;
  if (t.again) return;
  if (++attempts_ > 1) context_.metrics.retries.Add();
  tried_.push_back(t.host().identity);
}

void Exchange::BeginTry(Try& t, UpstreamStream* stream) {
  CountTry(t);
  t.state = Try::State::kOpen;
  t.stream = stream;
  t.host().load->in_flight.fetch_add(1, std::memory_order_relaxed);
  SendRequest(t);
}

// Turned away before anything was tried: never a cause for another try (RETRY-4).
void Exchange::RefuseTry(Try& t, Reason reason, const char* detail) {
  if (reason == Reason::kOverflow) context_.metrics.overflows.Add();
  Settle(t, Ending::kCancelled);
  EndTry(t);
  if (LiveTry() == nullptr) FailWith(503, reason, detail);
}

// ---- ending ---------------------------------------------------------------------

void Exchange::Settle(Try& t, Ending ending, std::uint16_t status) {
  if (!std::exchange(t.unsettled, false)) return;
  const std::int64_t now = context_.loop.clock().Monotonic();
  const bool failed = ending == Ending::kFailed || status >= 500;
  if (breaker_ != nullptr) {
    breaker_->Report(t.permit,
                     ending == Ending::kCancelled ? SharedBreaker::Outcome::kCancelled
                     : failed                     ? SharedBreaker::Outcome::kFailure
                                                  : SharedBreaker::Outcome::kSuccess,
                     now);
  }
  if (ending == Ending::kCancelled || t.host().member == nullptr) return;
  t.host_waits = ending == Ending::kAnswered && !failed;  // for the answer's end
  if (t.host_waits) return;
  ReportHost(t, ending == Ending::kFailed        ? Outliers::Outcome::kLocalFailure
                : status >= 502 && status <= 504 ? Outliers::Outcome::kGatewayError
                                                 : Outliers::Outcome::k5xx);
}

void Exchange::ReportHost(const Try& t, Outliers::Outcome outcome) {
  Outliers::Member* member = t.host().member.get();
  if (member == nullptr ||
      !member->owner().Report(*member, outcome, context_.loop.clock().Monotonic()))
    return;
  observe::LogWarning("service " + std::string(service_->cluster().name()) + ": " + t.host().text +
                      " is ejected");
}

// Whatever it was doing. Its stream, if it still has one, is broken off.
void Exchange::EndTry(Try& t) {
  t.timer.Cancel();
  if (t.state == Try::State::kWaiting) service_->lane().GiveUp(t.ticket);
  if (t.state == Try::State::kOpen)
    t.host().load->in_flight.fetch_sub(1, std::memory_order_relaxed);
  t.state = Try::State::kOver;
  if (t.stream != nullptr) std::exchange(t.stream, nullptr)->Cancel();
  if (std::exchange(t.host_waits, false)) ReportHost(t, Outliers::Outcome::kSuccess);
}

void Exchange::CancelTries(Ending ending) {
  backoff_timer_.Cancel();
  hedge_timer_.Cancel();
  backing_off_ = nullptr;
  for (Try& t : tries_) {
    if (t.live()) Settle(t, t.state == Try::State::kWaiting ? Ending::kCancelled : ending);
    EndTry(t);
  }
}

Try* Exchange::LiveTry() {
  for (Try& t : tries_) {
    if (t.live()) return &t;
  }
  return nullptr;
}

// ---- hedging --------------------------------------------------------------------

bool Exchange::MayHedge() const {
  return retry_ != nullptr && retry_->hedge >= 0 && phase_ == Phase::kForwarding &&
         request_ended_ && can_replay_ && attempts_ < retry_->attempts && backing_off_ == nullptr &&
         (retry_->unsafe != 0 || IsIdempotent(head_.method));
}

void Exchange::ArmHedge() {
  if (MayHedge()) hedge_timer_.Arm(context_.loop.now() + retry_->hedge);
}

// A try has not answered: another goes out beside it, within the budget.
void Exchange::OnHedge() {
  const bool first = tries_[0].state == Try::State::kOpen;
  Try& other = tries_[first ? 1 : 0];
  if (!MayHedge() || other.live() || tries_[first ? 0 : 1].state != Try::State::kOpen) return;
  if (!TakeRetry()) return;
  context_.metrics.hedges.Add();
  StartTry(other);
}

}  // namespace weir::proxy
