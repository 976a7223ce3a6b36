// The order of spec/rules/order.md as phases. Advance() runs phases until one
// needs an answer from outside or ends the decision; Resume() takes that answer
// in and goes on.
#include "runtime/decide/decision.h"

#include <cassert>
#include <memory>
#include <optional>

#include "runtime/decide/attribute.h"
#include "runtime/decide/authorize.h"
#include "runtime/decide/cors.h"
#include "runtime/decide/limit_key.h"
#include "runtime/decide/lookup.h"
#include "runtime/decide/match.h"

namespace weir::runtime {

Step Decision::Start() {
  assert(phase_ == Phase::kGatewayLimits && next_limit_ == 0);
  return Advance();
}

Step Decision::Resume(std::span<const LimitVerdict> verdicts) {
  assert(!verdicts.empty() && verdicts.size() <= charge_count_);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (!Admits(charges_[i], verdicts[i])) return Finish(Step::kAnswer);
  }
  next_limit_ = next_after_[verdicts.size() - 1];
  return Advance();
}

// LIMIT-7, LIMIT-8, LIMIT-11.
bool Decision::Admits(const LimitCharge& charge, const LimitVerdict& verdict) {
  const LimitRecord& limit = table_->limits()[charge.limit];
  if (verdict.kind == LimitVerdict::Kind::kUnavailable) {
    if (limit.store_down == StoreDownKind::kAllow) return true;
    refused_limit_ = charge.limit;
    SetAnswer(503, Reason::kStoreDown);
    return false;
  }
  if (!limited_ || verdict.remaining <= tightest_.remaining) {
    limited_ = true;
    tightest_ = verdict;
    tightest_limit_ = &limit;
  }
  if (verdict.kind == LimitVerdict::Kind::kAdmitted) return true;
  refused_limit_ = charge.limit;
  retry_after_ = verdict.retry_after;
  SetAnswer(429, Reason::kRateLimited);
  return false;
}

Step Decision::Resume(const Identity& identity) {
  assert(phase_ == Phase::kIdentity);
  if (identity.kind == Identity::Kind::kVerified) identity_ = identity;
  identity_.kind = identity.kind;
  identity_.detail = identity.detail;
  switch (identity.kind) {
    case Identity::Kind::kVerified:
      break;
    case Identity::Kind::kNone:
      if (route_record().authentication_optional) break;
      AnswerUnauthenticated(false);
      return Finish(Step::kAnswer);
    case Identity::Kind::kBad:
      AnswerUnauthenticated(true);
      return Finish(Step::kAnswer);
    case Identity::Kind::kKeysUnavailable:
      SetAnswer(503, Reason::kKeysUnavailable);
      return Finish(Step::kAnswer);
  }
  phase_ = Phase::kIdentityLimits;
  next_limit_ = 0;
  return Advance();
}

Step Decision::Advance() {
  switch (phase_) {
    case Phase::kGatewayLimits:
      if (CollectCharges(table_->gateway().limits, true, false)) return Step::kNeedLimit;
      phase_ = Phase::kRouting;
      [[fallthrough]];
    case Phase::kRouting:
      if (Preflight() || Route()) return Finish(Step::kAnswer);
      phase_ = Phase::kRouteLimits;
      next_limit_ = 0;
      [[fallthrough]];
    case Phase::kRouteLimits:
      if (CollectCharges(route_record().limits, false, false)) return Step::kNeedLimit;
      if (route_record().jwt != kNoIndex || route_record().api_keys != kNoIndex) {
        phase_ = Phase::kIdentity;
        return Step::kNeedIdentity;
      }
      phase_ = Phase::kIdentityLimits;
      next_limit_ = 0;
      [[fallthrough]];
    case Phase::kIdentity:
    case Phase::kIdentityLimits:
      if (CollectCharges(route_record().limits, false, true)) return Step::kNeedLimit;
      phase_ = Phase::kAuthorize;
      [[fallthrough]];
    case Phase::kAuthorize:
      if (!Authorized()) return Finish(Step::kAnswer);
      return Act();
    case Phase::kDone:
      break;
  }
  assert(false && "a decision is resumed after its end");
  return Step::kAnswer;
}

// A run ends early where the next key finds no room behind the others, so whether a
// key becomes a digest depends on that key alone.
bool Decision::CollectCharges(Range uses, bool all, bool needs_identity) {
  charge_count_ = 0;
  std::span<char> room = std::span(text_).subspan(text_used_);
  for (; next_limit_ < uses.count && charge_count_ < kMaxCharges; ++next_limit_) {
    const Index place = table_->limit_uses()[uses.first + next_limit_];
    const LimitRecord& limit = table_->limits()[place];
    if (!all && (limit.needs_identity != 0) != needs_identity) continue;
    const Facts facts{*table_, *request_, identity_, route_};
    std::optional<std::string_view> key = WriteLimitKey(facts, limit, room);
    if (!key && charge_count_ > 0) break;
    if (!key) key = DigestLimitKey(facts, limit, room);
    std::construct_at(&charges_[charge_count_], place, *key, limit.cost);
    next_after_[charge_count_++] = next_limit_ + 1;
    room = room.subspan(key->size());
  }
  return charge_count_ > 0;
}

// CORS-1: the route that counts is that of the requested method.
bool Decision::Preflight() {
  if (request_->method != "OPTIONS") return false;
  const Header* origin = request_->Find("origin");
  const Header* method = request_->Find("access-control-request-method");
  if (!origin || origin->value.empty() || !method || method->value.empty()) return false;
  const Index route = FindRoute(*table_, *request_, method->value);
  if (route == kNoIndex) return false;
  const RouteRecord& record = table_->routes()[route];
  if (record.cors == kNoIndex || record.cors_upstream) return false;
  route_ = route;
  preflight_ = true;
  const CorsRecord& cors = table_->cors()[record.cors];
  if (!AddOrigin(cors)) {
    SetAnswer(403, Reason::kPreflightOrigin);
    return true;
  }
  SetAnswer(204, Reason::kPreflight);
  answer_.body = {};
  if (cors.methods.length > 0) AddField("access-control-allow-methods", table_->text(cors.methods));
  if (cors.headers.length > 0) AddField("access-control-allow-headers", table_->text(cors.headers));
  if (cors.has_max_age) {
    AddNumber("access-control-max-age", static_cast<std::uint64_t>(cors.max_age / 1'000'000'000));
  }
  return true;
}

bool Decision::Route() {
  route_ = FindRoute(*table_, *request_, request_->method);
  if (route_ != kNoIndex) return false;
  const Index otherwise = table_->gateway().otherwise;
  if (otherwise != kNoIndex) {
    AnswerRecord(table_->responses()[otherwise], Reason::kNoRoute);
  } else {
    AnswerMethod();
  }
  return true;
}

bool Decision::Authorized() {
  const Authorization result = Authorize({*table_, *request_, identity_, route_});
  rule_ = result.rule;
  if (!result.allowed) {
    SetAnswer(403, rule_ == kNoIndex ? Reason::kNotAllowed : Reason::kDenied);
  }
  return result.allowed;
}

Step Decision::Act() {
  const RouteRecord& route = route_record();
  switch (route.action) {
    case ActionKind::kForward:
      return Finish(Step::kForward);
    case ActionKind::kRespond:
      AnswerRecord(table_->responses()[route.answer], Reason::kRespond);
      return Finish(Step::kAnswer);
    case ActionKind::kRedirect:
      AnswerRedirect(table_->redirects()[route.answer]);
      return Finish(Step::kAnswer);
  }
  return Finish(Step::kAnswer);
}

Step Decision::Finish(Step step) {
  phase_ = Phase::kDone;
  AddRateLimit();
  AddCors();
  return step;
}

std::string_view Decision::Capture(std::string_view name) const {
  if (route_ == kNoIndex) return {};
  return CaptureOf(*table_, route_record(), request_->path, name);
}

bool Decision::owns_cors() const {
  return route_ != kNoIndex && route_record().cors != kNoIndex && !route_record().cors_upstream;
}

}  // namespace weir::runtime
