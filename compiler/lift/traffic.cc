#include "compiler/lift/lifting.h"

namespace weir::compiler {

using runtime::TableView;

namespace {

syntax::Limit::Store LiftStore(runtime::StoreKind store) {
  switch (store) {
    case runtime::StoreKind::kLocal:
      return syntax::Limit::Store::kLocal;
    case runtime::StoreKind::kRedis:
      return syntax::Limit::Store::kRedis;
  }
  return syntax::Limit::Store::kLocal;
}

syntax::Limit::StoreDown LiftStoreDown(runtime::StoreDownKind store_down) {
  switch (store_down) {
    case runtime::StoreDownKind::kAllow:
      return syntax::Limit::StoreDown::kAllow;
    case runtime::StoreDownKind::kDeny:
      return syntax::Limit::StoreDown::kDeny;
    case runtime::StoreDownKind::kLocal:
      return syntax::Limit::StoreDown::kLocal;
  }
  return syntax::Limit::StoreDown::kDeny;
}

syntax::OriginPattern::Kind LiftKind(runtime::OriginKind kind) {
  using To = syntax::OriginPattern::Kind;
  switch (kind) {
    case runtime::OriginKind::kExact:
      return To::kExact;
    case runtime::OriginKind::kSuffix:
      return To::kSuffix;
    case runtime::OriginKind::kAny:
      return To::kAny;
    case runtime::OriginKind::kNull:
      return To::kNull;
  }
  return To::kExact;
}

syntax::RetryCause::Kind LiftKind(runtime::RetryCauseKind kind) {
  using From = runtime::RetryCauseKind;
  using To = syntax::RetryCause::Kind;
  switch (kind) {
    case From::kConnectFailure:
      return To::kConnectFailure;
    case From::kRefusedStream:
      return To::kRefusedStream;
    case From::kReset:
      return To::kReset;
    case From::kPerTryTimeout:
      return To::kPerTryTimeout;
    case From::kGatewayError:
      return To::kGatewayError;
    case From::k5xx:
      return To::k5xx;
    case From::kRetriable4xx:
      return To::kRetriable4xx;
    case From::kStatus:
      return To::kStatus;
  }
  return To::kConnectFailure;
}

}  // namespace

std::vector<syntax::Ref<syntax::Limit>> Lifting::LiftLimitUses(runtime::Range range) {
  std::vector<syntax::Ref<syntax::Limit>> uses;
  for (const std::uint32_t place : TableView::Slice(table.limit_uses(), range)) {
    uses.push_back({place});
  }
  return uses;
}

syntax::Limit Lifting::LiftLimit(const runtime::LimitRecord& record) {
  // Whether it needs an identity follows from its key (ORDER-8).
  const auto& [name, count, period, burst, cost, by, missing_key, has_missing_key, needs_identity,
               store, store_down] = record;
  syntax::Limit limit;
  limit.name = Text(name);
  limit.count = count;
  limit.period = {period};
  limit.burst = burst;
  limit.cost = cost;
  limit.by = LiftAttributes(by);
  limit.store = LiftStore(store);
  limit.store_down = LiftStoreDown(store_down);
  if (has_missing_key != 0) limit.missing_key = Text(missing_key);
  return limit;
}

syntax::Cors Lifting::LiftCors(const runtime::CorsRecord& record) {
  const auto& [name, origins, methods, headers, expose, credentials, has_max_age, max_age] = record;
  syntax::Cors cors;
  cors.name = Text(name);
  cors.methods = SplitNames(table.text(methods));
  cors.headers = SplitNames(table.text(headers));
  cors.expose = SplitNames(table.text(expose));
  cors.credentials = credentials != 0;
  for (const auto& origin : TableView::Slice(table.origins(), origins)) {
    const auto& [kind, port, scheme, host, text] = origin;
    cors.origins.push_back({.kind = LiftKind(kind),
                            .scheme = Text(scheme),
                            .host = Text(host),
                            .port = static_cast<std::uint16_t>(port),
                            .text = Text(text)});
  }
  if (has_max_age != 0) cors.max_age = syntax::Duration{max_age};
  return cors;
}

syntax::Retry Lifting::LiftRetry(const runtime::RetryRecord& record) {
  const auto& [name, attempts, budget_percent, budget_minimum, unsafe, per_try, hedge, backoff_base,
               backoff_max, buffer, on] = record;
  syntax::Retry retry;
  retry.name = Text(name);
  retry.attempts = attempts;
  retry.per_try = MayBeDuration(per_try);
  retry.hedge = MayBeDuration(hedge);
  retry.budget_percent = budget_percent;
  retry.budget_minimum = budget_minimum;
  retry.backoff_base = {backoff_base};
  retry.backoff_max = {backoff_max};
  retry.unsafe = unsafe != 0;
  retry.buffer = buffer;
  for (const auto& cause : TableView::Slice(table.retry_causes(), on)) {
    const auto& [kind, status] = cause;
    retry.on.push_back({.kind = LiftKind(kind), .status = static_cast<std::uint16_t>(status)});
  }
  return retry;
}

syntax::Breaker Lifting::LiftBreaker(const runtime::BreakerRecord& record) {
  const auto& [name, failures, reserved, window, open_for] = record;
  return {.name = Text(name), .failures = failures, .window = {window}, .open_for = {open_for}};
}

}  // namespace weir::compiler
