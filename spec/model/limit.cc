#include "spec/model/limit.h"

#include <algorithm>

namespace weir::model {
namespace {

__extension__ using Integer = unsigned __int128;

// An integer of a structured field: the largest there is stands for what is larger.
std::string Structured(Integer number) {
  const Integer largest = 999'999'999'999'999;
  return std::to_string(static_cast<std::uint64_t>(std::min(number, largest)));
}

// Whole seconds, rounded up, after which an empty bucket is full again.
std::string Window(const syntax::Limit& limit) {
  const Integer nanoseconds =
      Integer{limit.burst} * static_cast<std::uint64_t>(limit.period.nanoseconds);
  const Integer second = Integer{limit.count} * 1'000'000'000;
  return Structured((nanoseconds + second - 1) / second);
}

}  // namespace

bool NeedsIdentity(const syntax::Limit& limit) {
  using syntax::Subject;
  return std::ranges::any_of(limit.by, [](const syntax::Attribute& part) {
    return part.subject == Subject::kJwtClaim || part.subject == Subject::kJwtVerified ||
           part.subject == Subject::kConsumer || part.subject == Subject::kPeer;
  });
}

LimitKey KeyOf(const syntax::Limit& limit, const Facts& facts) {
  LimitKey key;
  for (const syntax::Attribute& part : limit.by) {
    const auto value = ValueOf(part, facts);
    key.push_back(value ? KeyPart{ValueText(*value), false}
                        : KeyPart{limit.missing_key.value_or(""), true});
  }
  return key;
}

void LimitReport::Add(const syntax::Limit& limit, const LimitAnswer& answer) {
  if (limit_ && answer.remaining > tightest_.remaining) return;
  limit_ = &limit;
  tightest_ = answer;
}

Fields LimitReport::RateLimitFields() const {
  if (!limit_) return {};
  Fields fields = {{"ratelimit-limit", std::to_string(limit_->burst)},
                   {"ratelimit-remaining", std::to_string(tightest_.remaining)},
                   {"ratelimit-reset", SecondsRoundedUp(tightest_.reset)},
                   {"ratelimit", "\"" + limit_->name + "\";r=" + Structured(tightest_.remaining) +
                                     ";t=" + SecondsRoundedUp(tightest_.reset)}};
  if (limit_->count > 0) {
    fields.emplace_back(
        "ratelimit-policy",
        "\"" + limit_->name + "\";q=" + Structured(limit_->burst) + ";w=" + Window(*limit_));
  }
  return fields;
}

std::string SecondsRoundedUp(std::int64_t nanoseconds) {
  const std::int64_t second = 1'000'000'000;
  return std::to_string(nanoseconds / second + (nanoseconds % second > 0 ? 1 : 0));
}

}  // namespace weir::model
