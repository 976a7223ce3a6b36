// What a verified token says, typed as the policy declared it, in one owner so
// that views of it live as long as it does.
#ifndef WEIR_RUNTIME_AUTH_CLAIMS_H_
#define WEIR_RUNTIME_AUTH_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/auth/unix_time.h"
#include "runtime/decide/decision.h"
#include "runtime/table/records.h"

namespace weir::runtime {

// A claim that the policy reads: the member of the payload, and its type.
struct ClaimRule {
  std::string member;
  AttributeType type = AttributeType::kString;
  bool words = false;
};

class VerifiedToken {
 public:
  VerifiedToken() = default;
  VerifiedToken(const VerifiedToken&) = delete;
  VerifiedToken& operator=(const VerifiedToken&) = delete;

  // Good from `not_before` on, and before `expires`, skew included.
  UnixTime not_before;
  UnixTime expires;

  // The registered claims in RegisteredClaim's order, then one for each rule.
  std::span<const ClaimValue> claims() const { return claims_; }
  std::size_t octets() const { return octets_; }  // about what it holds

  void AddAbsent() { claims_.emplace_back(); }
  void AddString(std::string_view text);
  void AddInteger(std::int64_t integer);
  void AddBoolean(bool value);
  void AddList(const std::vector<std::string_view>& elements);

 private:
  std::string_view Keep(std::string_view text);
  std::vector<ClaimValue> claims_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::size_t octets_ = sizeof(VerifiedToken);
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_CLAIMS_H_
