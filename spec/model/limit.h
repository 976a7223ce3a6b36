// Rate limits as a decision meets them (spec/rules/limit.md); gcra.h counts.
#ifndef WEIR_SPEC_MODEL_LIMIT_H_
#define WEIR_SPEC_MODEL_LIMIT_H_

#include <string>
#include <vector>

#include "spec/model/attribute.h"
#include "spec/model/fields.h"

namespace weir::model {

// Whether the key can only be known once the caller is (ORDER-8).
bool NeedsIdentity(const syntax::Limit& limit);

// The key's parts, in order (LIMIT-5).
LimitKey KeyOf(const syntax::Limit& limit, const Facts& facts);

// The limits charged so far, of which the tightest is told (LIMIT-8).
class LimitReport {
 public:
  void Add(const syntax::Limit& limit, const LimitAnswer& answer);
  Fields RateLimitFields() const;

 private:
  const syntax::Limit* limit_ = nullptr;  // the tightest
  LimitAnswer tightest_;
};

std::string SecondsRoundedUp(std::int64_t nanoseconds);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_LIMIT_H_
