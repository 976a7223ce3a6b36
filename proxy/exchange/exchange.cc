#include "proxy/exchange/exchange.h"

#include <utility>

#include "proxy/exchange/request_id.h"

namespace weir::proxy {

using runtime::Reason;
using runtime::RouteRecord;
using runtime::Step;

ExchangeContext::ExchangeContext(net::Loop& its_loop, LimitStore& its_limits,
                                 observe::WorkerLog& its_log, observe::WorkerMetrics& its_metrics,
                                 Random& its_random)
    : loop(its_loop),
      limits(its_limits),
      log(its_log),
      metrics(its_metrics),
      random(its_random),
      mirrors{its_loop, {}} {}

ExchangeContext::~ExchangeContext() = default;

Exchange* ExchangeContext::Take() {
  if (idle.empty()) return new Exchange(*this);
  Exchange* exchange = idle.back().release();
  idle.pop_back();
  return exchange;
}

Exchange::Exchange(ExchangeContext& context)
    : context_(context),
      deciding_(context, *this),
      attempts_(context, *this, request_body_),
      response_body_(context.loop, *this),
      timeout_(context.loop.timers(), [this] { TimedOut("the route's timeout"); }),
      idle_timer_(context.loop.timers(), [this] { OnIdleTimeout(); }) {}

void Exchange::Start(ClientStream& client, const runtime::ConnectionFacts& facts,
                     std::shared_ptr<Serving> serving) {
  client_ = &client;
  response_body_.Start(client);
  facts_ = facts;
  serving_ = std::move(serving);
  phase_ = Phase::kDeciding;
  started_ = context_.loop.now();
  context_.metrics.requests_started.Add();
}

void Exchange::Begin(ClientStream& client, const RequestMessage& message,
                     const runtime::ConnectionFacts& facts, std::shared_ptr<Serving> serving) {
  Start(client, facts, std::move(serving));
  method_ = message.raw.method;
  raw_target_ = message.raw.target;
  body_size_ = message.body;
  const auto canonical =
      canonicaliser_.Run(message.raw, facts_, serving_->options(facts_.listener).view());
  if (!canonical) {
    ChooseRequestId();
    return Refuse(canonical.error());
  }
  request_ = *canonical;
  ChooseRequestId();
  deciding_.Start(*request_, *serving_);
}

void Exchange::BeginRefused(ClientStream& client, const runtime::Refusal& refusal,
                            std::string_view method, std::string_view target,
                            const runtime::ConnectionFacts& facts,
                            std::shared_ptr<Serving> serving) {
  Start(client, facts, std::move(serving));
  method_ = method;
  raw_target_ = target;
  ChooseRequestId();
  if (refusal.reason == Reason::kDownstreamClosed) {
    status_ = refusal.status;
    return Break(refusal.reason, refusal.detail);
  }
  Refuse(refusal);
}

void Exchange::ChooseRequestId() {
  if (request_) {
    const runtime::Header* sent = request_->Find("x-request-id");
    if (sent != nullptr && IsWellFormedRequestId(sent->value)) {
      request_id_ = sent->value;
      return;
    }
  }
  new_id_ = NewRequestId(context_.random);
  request_id_ = {new_id_.data(), new_id_.size()};
}

void Exchange::OnDecided(Step step) {
  detail_ = deciding_.detail();
  if (step == Step::kForward) return Forward();
  const runtime::Answer& answer = deciding_.decision()->answer();
  Answer(answer.status, answer.reason, answer.body, {}, answer.close);
}

// ---- forwarding -----------------------------------------------------------------

std::uint64_t Exchange::MaxBody() const {
  const std::uint64_t limit =
      route().has_max_body != 0 ? route().max_body : table().gateway().max_body;
  return limit == 0 && route().has_max_body == 0 ? UINT64_MAX : limit;
}

void Exchange::Forward() {
  if (body_size_.kind == BodySize::Kind::kLength && body_size_.length > MaxBody()) {
    return Refuse({413, Reason::kBodyTooLarge, "the announced body is too large", false});
  }
  const runtime::Decision& decision = *deciding_.decision();
  const auto built = BuildForwardedHead(table(), *request_, decision, request_id_, head_);
  if (!built) {
    return Answer(built.error().status, built.error().reason, built.error().body, {}, false);
  }
  phase_ = Phase::kForwarding;
  detail_ = "";
  RequestBody::Bounds bounds{.size = MaxBody()};
  if (route().retry != runtime::kNoIndex) bounds.replay = table().retries()[route().retry].buffer;
  request_body_.Start(*client_, bounds);
  if (route().retry != runtime::kNoIndex)
    serving_->policy().budget(route().retry).RequestStarted(context_.loop.now());
  target_.Choose(*serving_, {table(), *request_, decision.identity(), decision.route()},
                 context_.random);
  client_->SendContinue();
  // Without a timeout it may be a stream of which nothing comes for long, or before the
  // answer: its idle timeout bounds it.
  const bool may_stream = route().timeout < 0;
  if (may_stream) client_->WaiveBodyTimes();
  if (request_body_.ended()) StartTimeout();
  ResetIdleTimer();
  // A place in the pool is worth nothing to a request that has little to send, and much to
  // others: so a body that drips holds none.
  awaits_body_ = !request_body_.ended() && !may_stream;
  awaits_body_ ? AllowRequestBody() : StartAttempts();
}

void Exchange::StartAttempts() {
  awaits_body_ = false;
  Attempts::Request request{.table = &table(), .target = &target_, .head = UpstreamHead()};
  if (route().retry != runtime::kNoIndex) {
    request.retry = &table().retries()[route().retry];
    request.budget = &serving_->policy().budget(route().retry);
  }
  if (route().mirrors.count > 0) StartMirrors();
  attempts_.Start(request);
}

UpstreamRequest Exchange::UpstreamHead() const {
  return {head_.method,    request_->scheme, head_.path,   head_.query,
          head_.has_query, head_.host,       head_.fields, body_size_};
}

void Exchange::StartMirrors() {
  constexpr std::int64_t kDefaultTime = 15'000'000'000;
  const std::int64_t time = route().timeout >= 0 ? route().timeout : kDefaultTime;
  for (const runtime::MirrorRecord& record :
       runtime::Table::Slice(table().mirrors(), route().mirrors)) {
    if (context_.random.Below(100) >= record.percent) continue;
    auto mirror = Mirror::Start(context_.mirrors, serving_, record.service, UpstreamHead(),
                                context_.random.Next(), context_.loop.now() + time);
    (mirror != nullptr ? context_.metrics.mirrors : context_.metrics.mirrors_dropped).Add();
    if (mirror != nullptr) request_body_.AddMirror(std::move(mirror));
  }
}

void Exchange::OnStream(UpstreamStream& stream) {
  stream.AllowBody(response_body_.Credit());
  AllowRequestBody();
}

void Exchange::OnUpstreamRoom() {
  ResetIdleTimer();
  AllowRequestBody();
}

// While the upstream takes no more, nothing is read from the client, so no event can
// end the exchange. Then, and while there is no upstream yet, the route's timeout runs.
void Exchange::AllowRequestBody() {
  if (request_body_.ended()) return;
  UpstreamStream* stream = attempts_.stream();
  const std::size_t credit = request_body_.Allow(stream);
  if (awaits_body_) return;
  const bool ran = timeout_.armed();
  if (stream != nullptr && credit > 0) {
    timeout_.Cancel();
  } else if (!ran) {
    StartTimeout();
  }
  if (timeout_.armed() != ran) ResetIdleTimer();
}

// ---- what the client tells ------------------------------------------------------

void Exchange::OnRequestData(std::string_view data) {
  if (phase_ != Phase::kForwarding && phase_ != Phase::kResponding) return;
  ResetIdleTimer();
  if (request_body_.Take(data, attempts_.stream())) {
    const bool begins = awaits_body_ && request_body_.bytes() >= context_.body_lead;
    return begins ? StartAttempts() : AllowRequestBody();
  }
  attempts_.Cancel(Attempts::Ending::kCancelled);
  if (phase_ == Phase::kResponding) return Break(Reason::kBodyTooLarge, "the body is too large");
  Refuse({413, Reason::kBodyTooLarge, "the body is too large", true});
}

// Trailers come after the decision: no rule, limit or transform has seen them, so
// none goes on (TRANSFORM-11).
void Exchange::OnRequestEnd(std::span<const runtime::Field>) {
  if (phase_ != Phase::kForwarding && phase_ != Phase::kResponding) return;
  request_body_.End(attempts_.stream());
  StartTimeout();
  ResetIdleTimer();
  if (awaits_body_) return StartAttempts();
  attempts_.RequestEnded();
}

void Exchange::OnRequestBad(const runtime::Refusal& refusal) {
  deciding_.Cancel();
  attempts_.Cancel(Attempts::Ending::kCancelled);
  switch (phase_) {
    case Phase::kDeciding:  // suspended
    case Phase::kForwarding:
      return Refuse(refusal);
    case Phase::kResponding:
      return Break(refusal.reason, refusal.detail);
    case Phase::kIdle:
    case Phase::kEnded:
      break;
  }
}

void Exchange::OnClientGone() {
  if (phase_ == Phase::kEnded) return;
  attempts_.Cancel(Attempts::Ending::kCancelled);
  status_ = 499;
  reason_ = Reason::kDownstreamClosed;
  detail_ = "the client went away";
  Record();
  Release();
}

void Exchange::OnClientCredit() {
  if (phase_ != Phase::kResponding) return;
  ResetIdleTimer();
  AllowResponseBody();
}

// ---- time -----------------------------------------------------------------------

// RETRY-5: until the response's head, or until its end where the policy says so.
bool Exchange::TimeoutRuns() const {
  return route().timeout >= 0 && (phase_ == Phase::kForwarding || route().timeout_total != 0);
}

void Exchange::StartTimeout() {
  if (TimeoutRuns()) timeout_.Arm(context_.loop.now() + route().timeout);
}

// Nothing moved. It is the client's doing where it owes the rest of its request
// and there is room for it.
void Exchange::OnIdleTimeout() {
  UpstreamStream* stream = attempts_.stream();
  if (request_body_.ended() || (stream == nullptr ? !awaits_body_ : stream->Credit() == 0))
    return TimedOut("the route's idle timeout");
  attempts_.Cancel(Attempts::Ending::kCancelled);
  constexpr const char* kDetail = "the client sent nothing for the route's idle timeout";
  if (phase_ == Phase::kResponding) return Break(Reason::kRequestTimeout, kDetail);
  if (phase_ == Phase::kForwarding) Refuse({408, Reason::kRequestTimeout, kDetail, true});
}

void Exchange::TimedOut(const char* detail) {
  const bool waited = attempts_.waits_for_place();
  attempts_.Cancel(Attempts::Ending::kFailed);
  if (phase_ == Phase::kResponding) return Break(Reason::kUpstreamTimeout, detail);
  if (phase_ != Phase::kForwarding) return;
  if (waited) {
    return OnNoResponse(503, Reason::kOverflow, "no place in the service's pool came free in time");
  }
  OnNoResponse(504, Reason::kUpstreamTimeout, detail);
}

// Data moved, or another time runs: the idle timeout starts anew. Before the
// response's head it gives way to the route's timeout, which may be the longer one.
void Exchange::ResetIdleTimer() {
  const std::int64_t idle = route().idle_timeout;
  if (idle <= 0 || (phase_ == Phase::kForwarding && timeout_.armed())) return idle_timer_.Cancel();
  idle_timer_.Arm(context_.loop.now() + idle);
}

}  // namespace weir::proxy
