#include <algorithm>

#include "compiler/lower/lowering.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

namespace {

static_assert(static_cast<int>(syntax::RetryCause::Kind::kStatus) ==
              static_cast<int>(runtime::RetryCauseKind::kStatus));
static_assert(static_cast<int>(syntax::RetryCause::Kind::k5xx) ==
              static_cast<int>(runtime::RetryCauseKind::k5xx));
static_assert(static_cast<int>(syntax::OriginPattern::Kind::kNull) ==
              static_cast<int>(runtime::OriginKind::kNull));
static_assert(static_cast<int>(syntax::OriginPattern::Kind::kSuffix) ==
              static_cast<int>(runtime::OriginKind::kSuffix));
static_assert(static_cast<int>(syntax::Limit::StoreDown::kLocal) ==
              static_cast<int>(runtime::StoreDownKind::kLocal));
static_assert(static_cast<int>(syntax::Limit::StoreDown::kDeny) ==
              static_cast<int>(runtime::StoreDownKind::kDeny));

// ORDER-8: known only after authentication.
bool NeedsIdentity(const syntax::Limit& limit) {
  return std::ranges::any_of(limit.by, [](const syntax::Attribute& part) {
    switch (part.subject) {
      case syntax::Subject::kJwtClaim:
      case syntax::Subject::kJwtVerified:
      case syntax::Subject::kConsumer:
      case syntax::Subject::kPeer:
        return true;
      case syntax::Subject::kClientAddress:
      case syntax::Subject::kListenerPort:
      case syntax::Subject::kScheme:
      case syntax::Subject::kMethod:
      case syntax::Subject::kHost:
      case syntax::Subject::kPath:
      case syntax::Subject::kHeader:
      case syntax::Subject::kQuery:
      case syntax::Subject::kCookie:
      case syntax::Subject::kCapture:
      case syntax::Subject::kRoute:
      case syntax::Subject::kUpstreamPath:
        return false;
    }
    return false;
  });
}

}  // namespace

runtime::Index Lowering::LowerLimit(syntax::Ref<syntax::Limit> ref) {
  const auto known = limits_.find(ref.index);
  if (known != limits_.end()) return known->second;
  const syntax::Limit& limit = policy[ref];
  runtime::LimitRecord record;
  record.name = out.Text(limit.name);
  record.count = limit.count;
  record.period = limit.period.nanoseconds;
  record.burst = limit.burst;
  record.cost = limit.cost;
  record.by = LowerAttributes(limit.by);
  record.has_missing_key = limit.missing_key.has_value();
  record.missing_key = out.Text(limit.missing_key.value_or(""));
  record.needs_identity = NeedsIdentity(limit);
  record.store = limit.store == syntax::Limit::Store::kRedis ? runtime::StoreKind::kRedis
                                                             : runtime::StoreKind::kLocal;
  record.store_down = static_cast<runtime::StoreDownKind>(limit.store_down);
  const runtime::Index place = AppendOne(out.limits, record);
  limits_.emplace(ref.index, place);
  return place;
}

runtime::Range Lowering::LowerLimitUses(const std::vector<syntax::Ref<syntax::Limit>>& limits) {
  std::vector<std::uint32_t> uses;
  for (const syntax::Ref<syntax::Limit>& limit : limits) uses.push_back(LowerLimit(limit));
  return AppendRun(out.limit_uses, uses);
}

runtime::Index Lowering::LowerCors(syntax::Ref<syntax::Cors> ref) {
  const auto known = cors_.find(ref.index);
  if (known != cors_.end()) return known->second;
  const syntax::Cors& cors = policy[ref];
  runtime::CorsRecord record;
  record.name = out.Text(cors.name);
  std::vector<runtime::OriginRecord> origins;
  for (const syntax::OriginPattern& origin : cors.origins) {
    origins.push_back({.kind = static_cast<runtime::OriginKind>(origin.kind),
                       .port = origin.port,
                       .scheme = out.Text(origin.scheme),
                       .host = out.Text(origin.host),
                       .text = out.Text(origin.text)});
  }
  record.origins = AppendRun(out.origins, origins);
  record.methods = out.Text(JoinNames(cors.methods));
  record.headers = out.Text(JoinNames(cors.headers));
  record.expose = out.Text(JoinNames(cors.expose));
  record.credentials = cors.credentials;
  record.has_max_age = cors.max_age.has_value();
  record.max_age = cors.max_age ? cors.max_age->nanoseconds : 0;
  const runtime::Index place = AppendOne(out.cors, record);
  cors_.emplace(ref.index, place);
  return place;
}

runtime::Index Lowering::LowerRetry(syntax::Ref<syntax::Retry> ref) {
  const auto known = retries_.find(ref.index);
  if (known != retries_.end()) return known->second;
  const syntax::Retry& retry = policy[ref];
  runtime::RetryRecord record;
  record.name = out.Text(retry.name);
  record.attempts = retry.attempts;
  record.budget_percent = retry.budget_percent;
  record.budget_minimum = retry.budget_minimum;
  record.unsafe = retry.unsafe;
  if (retry.per_try) record.per_try = retry.per_try->nanoseconds;
  if (retry.hedge) record.hedge = retry.hedge->nanoseconds;
  record.backoff_base = retry.backoff_base.nanoseconds;
  record.backoff_max = retry.backoff_max.nanoseconds;
  record.buffer = retry.buffer;
  std::vector<runtime::RetryCauseRecord> causes;
  for (const syntax::RetryCause& cause : retry.on) {
    causes.push_back({static_cast<runtime::RetryCauseKind>(cause.kind), cause.status});
  }
  record.on = AppendRun(out.retry_causes, causes);
  const runtime::Index place = AppendOne(out.retries, record);
  retries_.emplace(ref.index, place);
  return place;
}

runtime::Index Lowering::LowerBreaker(syntax::Ref<syntax::Breaker> ref) {
  const auto known = breakers_.find(ref.index);
  if (known != breakers_.end()) return known->second;
  const syntax::Breaker& breaker = policy[ref];
  runtime::BreakerRecord record;
  record.name = out.Text(breaker.name);
  record.failures = breaker.failures;
  record.window = breaker.window.nanoseconds;
  record.open_for = breaker.open_for.nanoseconds;
  const runtime::Index place = AppendOne(out.breakers, record);
  breakers_.emplace(ref.index, place);
  return place;
}

}  // namespace weir::compiler
