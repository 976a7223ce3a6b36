// From a head to a decision, and on to forwarding or an answer of our own.
#include <utility>

#include "proxy/exchange/exchange.h"
#include "runtime/decide/attribute.h"
#include "runtime/state/siphash.h"

namespace weir::proxy {

using runtime::Index;
using runtime::kNoIndex;
using runtime::LimitRecord;
using runtime::LimitVerdict;
using runtime::Reason;
using runtime::RouteRecord;
using runtime::Step;

Exchange* ExchangeContext::Take() {
  if (idle.empty()) return new Exchange(*this);
  Exchange* exchange = idle.back().release();
  idle.pop_back();
  return exchange;
}

Exchange::Exchange(ExchangeContext& context)
    : context_(context),
      tries_{Try(*this, context.loop.timers()), Try(*this, context.loop.timers())},
      timeout_(context.loop.timers(), [this] { TimedOut("the route's timeout"); }),
      backoff_timer_(context.loop.timers(), [this] { OnBackoffOver(); }),
      hedge_timer_(context.loop.timers(), [this] { OnHedge(); }),
      idle_timer_(context.loop.timers(), [this] { OnIdleTimeout(); }) {}

void Exchange::Start(ClientStream& client, const runtime::ConnectionFacts& facts,
                     std::shared_ptr<Serving> serving) {
  client_ = &client;
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
  body_ = message.body;
  const auto canonical =
      canonicaliser_.Run(message.raw, facts_, serving_->options(facts_.listener).view());
  if (!canonical) {
    ChooseRequestId();
    return Refuse(canonical.error());
  }
  request_ = *canonical;
  ChooseRequestId();
  decision_.emplace(table(), *request_);
  Decide();
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

void Exchange::Decide() {
  for (Step step = decision_->Start();;) {
    switch (step) {
      case Step::kNeedLimit:
        step = decision_->Resume(Charge(decision_->limit()));
        break;
      case Step::kNeedIdentity: {
        runtime::Authenticator& authenticator = serving_->authenticator();
        const runtime::Identity identity =
            authenticator.Verify(decision_->jwt(), decision_->api_keys(), *request_,
                                 runtime::UnixTime::FromMilliseconds(context_.loop.unix_ms()));
        identity_hold_ = authenticator.Hold();
        detail_ = identity.detail;
        step = decision_->Resume(identity);
        break;
      }
      case Step::kAnswer:
        return AnswerDecision();
      case Step::kForward:
        return Forward(body_);
    }
  }
}

LimitVerdict Exchange::Charge(const runtime::LimitCharge& charge) {
  const LimitRecord& limit = table().limits()[charge.limit];
  LimitVerdict verdict =
      context_.limiter.Charge(serving_->policy().limit_identity(charge.limit), RateOf(limit),
                              charge.key, charge.cost, context_.loop.clock().Monotonic());
  if (verdict.kind == LimitVerdict::Kind::kStoreDownDeny &&
      limit.store_down == runtime::StoreDownKind::kAllow) {
    verdict.kind = LimitVerdict::Kind::kAdmitted;
  }
  if (verdict.kind == LimitVerdict::Kind::kRefused) context_.metrics.limit_refusals.Add();
  return verdict;
}

std::uint64_t Exchange::MaxBody() const {
  const RouteRecord& route = decision_->route_record();
  const std::uint64_t limit = route.has_max_body != 0 ? route.max_body : table().gateway().max_body;
  return limit == 0 && route.has_max_body == 0 ? UINT64_MAX : limit;
}

void Exchange::Forward(const BodySize& body) {
  if (body.kind == BodySize::Kind::kLength && body.length > MaxBody()) {
    return Refuse({413, Reason::kBodyTooLarge, "the announced body is too large", false});
  }
  const auto built = BuildForwardedHead(table(), *request_, *decision_, request_id_, head_);
  if (!built) {
    return Answer(built.error().status, built.error().reason, built.error().body, {}, false);
  }
  phase_ = Phase::kForwarding;
  detail_ = "";
  request_ended_ = client_->request_ended();
  const RouteRecord& route = decision_->route_record();
  if (route.retry != kNoIndex) {
    retry_ = &table().retries()[route.retry];
    serving_->policy().budget(route.retry).RequestStarted(context_.loop.now());
  }
  can_replay_ = true;
  ChooseService();
  client_->SendContinue();
  if (route.timeout < 0) client_->WaiveBodyRate();  // its idle timeout bounds it
  Moved();
  if (request_ended_ && route.timeout >= 0) timeout_.Arm(context_.loop.now() + route.timeout);
  // A place in the pool is worth nothing to who has nothing to send, and much to others.
  awaits_body_ = !request_ended_;
  if (awaits_body_) return AllowRequestBody();
  if (route.mirrors.count > 0) StartMirrors();
  StartTry(tries_[0]);
}

// The target, and what its hosts are chosen by.
void Exchange::ChooseService() {
  const RouteRecord& route = decision_->route_record();
  service_index_ = table().targets()[serving_->policy().NextTarget(decision_->route())].service;
  service_ = &serving_->service(service_index_);
  breaker_ = serving_->policy().breaker(route.breaker, service_index_);
  const runtime::ServiceRecord& record = service_->cluster().record();
  if (record.hash_by == kNoIndex && record.affinity_cookie.length == 0) return;
  const runtime::Facts facts{table(), *request_, decision_->identity(), decision_->route()};
  const auto append = [](std::string& to) {
    return [&to](std::string_view piece) { to += piece; };
  };
  if (record.hash_by != kNoIndex) {
    const runtime::Value value = ReadAttribute(facts, table().attributes()[record.hash_by]);
    field_text_.clear();
    WriteValue(value, append(field_text_));
    const bool absent = value.kind == runtime::Value::Kind::kAbsent;
    hash_ = absent ? context_.random.Next() : runtime::StableHash(field_text_);
  }
  if (record.affinity_cookie.length > 0) {
    WriteValue(ReadAttribute(facts, {.subject = runtime::AttributeSubject::kCookie,
                                     .name = record.affinity_cookie}),
               append(affinity_token_));
  }
}

void Exchange::StartMirrors() {
  constexpr std::int64_t kDefaultTime = 15'000'000'000;
  const RouteRecord& route = decision_->route_record();
  const std::int64_t time = route.timeout >= 0 ? route.timeout : kDefaultTime;
  for (const runtime::MirrorRecord& record :
       runtime::Table::Slice(table().mirrors(), route.mirrors)) {
    if (context_.random.Below(100) >= record.percent) continue;
    auto mirror = Mirror::Start(context_.mirrors, serving_, record.service, UpstreamHead(),
                                context_.random.Next(), context_.loop.now() + time);
    (mirror != nullptr ? context_.metrics.mirrors : context_.metrics.mirrors_dropped).Add();
    if (mirror == nullptr) continue;
    if (request_ended_) mirror->SendEnd();
    mirrors_.push_back(std::move(mirror));
  }
}

}  // namespace weir::proxy
