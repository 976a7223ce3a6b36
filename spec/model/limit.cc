#include "spec/model/limit.h"

#include <algorithm>

namespace weir::model {

bool NeedsIdentity(const syntax::Limit& limit) {
  using syntax::Subject;
  return std::ranges::any_of(limit.by, [](const syntax::Attribute& part) {
    return part.subject == Subject::kJwtClaim || part.subject == Subject::kJwtVerified ||
           part.subject == Subject::kConsumer || part.subject == Subject::kPeer;
  });
}

std::vector<std::string> KeyOf(const syntax::Limit& limit, const Facts& facts) {
  std::vector<std::string> key;
  for (const syntax::Attribute& part : limit.by) {
    const auto value = ValueOf(part, facts);
    key.push_back(value ? ValueText(*value) : limit.missing_key.value_or(""));
  }
  return key;
}

void LimitReport::Add(const syntax::Limit& limit, const LimitAnswer& answer) {
  if (limit_ && answer.remaining > tightest_.remaining) return;
  limit_ = limit.burst;
  tightest_ = answer;
}

Fields LimitReport::RateLimitFields() const {
  if (!limit_) return {};
  return {{"ratelimit-limit", std::to_string(*limit_)},
          {"ratelimit-remaining", std::to_string(tightest_.remaining)},
          {"ratelimit-reset", SecondsRoundedUp(tightest_.reset)}};
}

std::string SecondsRoundedUp(std::int64_t nanoseconds) {
  const std::int64_t second = 1'000'000'000;
  return std::to_string(nanoseconds / second + (nanoseconds % second > 0 ? 1 : 0));
}

}  // namespace weir::model
