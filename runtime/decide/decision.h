// One decision as a small machine (spec/rules/order.md).
//
// It stops where something outside must answer, and resumes once with that
// answer, at once or later; it never calls back, throws or locks. It allocates only
// for a field of its own answer that outgrows its buffer (a long Location or Allow).
// The canonical request and the table must outlive it.
//
//   Decision decision(table, request);
//   for (Step step = decision.Start();;) {
//     switch (step) {
//       case Step::kNeedLimit:    step = decision.Resume(store.Charge(decision.charges())); break;
//       case Step::kNeedIdentity: step = decision.Resume(authenticator.Verify(...)); break;
//       case Step::kAnswer:       return Send(decision.answer());
//       case Step::kForward:      return Forward(decision.route(), ...);
//     }
//   }
#ifndef WEIR_RUNTIME_DECIDE_DECISION_H_
#define WEIR_RUNTIME_DECIDE_DECISION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/request/request.h"
#include "runtime/table/table.h"

namespace weir::runtime {

enum class Step : std::uint8_t { kNeedLimit, kNeedIdentity, kAnswer, kForward };

// A charge to be made: which limit, and the key to charge it under. The key is
// the length-prefixed parts in order, so no value can pose as a separator; one
// that outgrows the machine's buffer is replaced by a digest of 32 octets.
struct LimitCharge {
  Index limit = kNoIndex;  // limits
  std::string_view key;
  std::uint64_t cost = 1;
};

struct LimitVerdict {
  enum class Kind : std::uint8_t {
    kAdmitted,
    kRefused,
    kUnavailable,  // the store cannot say: what follows is the limit's `store-down`
  };
  Kind kind = Kind::kAdmitted;
  std::uint64_t remaining = 0;   // whole requests left at once
  std::int64_t reset = 0;        // ns until the bucket is full again
  std::int64_t retry_after = 0;  // ns until this cost would pass; for kRefused
};

// One claim's value, as the policy declared its type.
struct ClaimValue {
  enum class Kind : std::uint8_t { kAbsent, kString, kInteger, kBoolean, kList };
  Kind kind = Kind::kAbsent;
  std::string_view string;
  std::int64_t integer = 0;  // 0 or 1 for kBoolean
  std::span<const std::string_view> list;
};

// Claims that every token may bear, ahead of the declared ones.
enum class RegisteredClaim : std::uint8_t { kSub, kIss, kJti, kAud };
inline constexpr std::size_t kRegisteredClaims = 4;

// What authentication found. `claims` holds the registered claims in the order
// above, then one value for each ClaimRecord of the route's JwtRecord.
struct Identity {
  enum class Kind : std::uint8_t {
    kNone,  // no credential was sent
    kVerified,
    kBad,              // a credential that does not hold
    kKeysUnavailable,  // the key set cannot be had
  };
  Kind kind = Kind::kNone;
  bool jwt_verified = false;
  std::span<const ClaimValue> claims;
  std::string_view consumer;  // of an API key; empty: none
  const char* detail = "";    // for the log and WWW-Authenticate's error_description
};

// An answer the proxy gives itself. Fields point into the table, the request
// or the machine.
struct Answer {
  std::uint16_t status = 0;
  Reason reason = Reason::kOk;
  std::string_view body;
  bool close = false;
};

class Decision {
 public:
  Decision(const Table& table, const CanonicalRequest& request)
      : table_(&table), request_(&request) {}
  Decision(const Decision&) = delete;
  Decision& operator=(const Decision&) = delete;

  Step Start();
  // After kNeedLimit: the verdicts of charges() in order, at least one. Those behind
  // one that ends the request are not looked at; charges without a verdict that are
  // needed still come again.
  Step Resume(std::span<const LimitVerdict> verdicts);
  Step Resume(const Identity& identity);  // after kNeedIdentity; kept until the end
  // The same where each charge is answered at once: calls charge(const LimitCharge&)
  // for one after the other, until one is not admitted.
  template <class Charge>
  Step ChargeEach(Charge&& charge);

  // After kNeedLimit: charges of one phase that are to be made in this order, up to
  // the first that is refused. Their keys live until Resume.
  static constexpr std::size_t kMaxCharges = 8;
  std::span<const LimitCharge> charges() const { return {charges_.data(), charge_count_}; }
  // After kNeedIdentity: what the route accepts (kNoIndex: not that kind).
  Index jwt() const { return route_record().jwt; }
  Index api_keys() const { return route_record().api_keys; }

  // After kAnswer.
  const Answer& answer() const { return answer_; }

  // The place in routes() that matched; kNoIndex before routing and without a match.
  Index route() const { return route_; }
  const RouteRecord& route_record() const { return table_->routes()[route_]; }
  // The rule (place in rules()) that denied or, when forwarded, last allowed; or kNoIndex.
  Index rule() const { return rule_; }
  // The limit that refused, or kNoIndex.
  Index refused_limit() const { return refused_limit_; }
  const Identity& identity() const { return identity_; }
  // The path segment captured as {name}; absent (data() null) when there is none.
  std::string_view Capture(std::string_view name) const;

  // Header lines to add to whatever response goes downstream, an upstream's
  // or our own: CORS, RateLimit, WWW-Authenticate, Retry-After, Allow,
  // Location. Valid after kAnswer and kForward.
  std::span<const Field> response_fields() const { return {fields_.data(), field_count_}; }
  // Whether Access-Control-* of the upstream's response are removed (the route
  // has CORS of its own).
  bool owns_cors() const;

  // Places in response_fields(): loader and lowering hold responses to the rest.
  static constexpr std::size_t kMaxFields = 16 + kMaxResponseHeaders;

 private:
  enum class Phase : std::uint8_t {
    kGatewayLimits,
    kRouting,
    kRouteLimits,
    kIdentity,
    kIdentityLimits,
    kAuthorize,
    kDone
  };
  Step Advance();
  // Collects the next charges among `uses`; false when none is left.
  bool CollectCharges(Range uses, bool all, bool needs_identity);
  bool Admits(const LimitCharge& charge, const LimitVerdict& verdict);  // false: answered
  bool Preflight();                                                     // true: answered
  bool Route();                                                         // true: answered
  bool Authorized();                                                    // false: answered
  Step Act();
  void AnswerMethod();
  void AnswerUnauthenticated(bool bad);
  void AnswerRecord(const ResponseRecord& record, Reason reason);
  void AnswerRedirect(const RedirectRecord& record);
  void SetAnswer(std::uint16_t status, Reason reason);
  Step Finish(Step step);

  // Fields, and room for their text that lives as long as the machine.
  void AddField(std::string_view name, std::string_view value);
  void AddNumber(std::string_view name, std::uint64_t number);
  void AddRateLimit();
  void AddNamed(std::string_view field, std::string_view name, std::string_view a,
                std::uint64_t first, std::string_view b, std::uint64_t second);
  void AddCors();
  bool AddOrigin(const CorsRecord& cors);  // whether the origin may read
  std::span<char> TakeText(std::size_t size);

  const Table* table_;
  const CanonicalRequest* request_;
  Phase phase_ = Phase::kGatewayLimits;
  bool preflight_ = false;
  bool limited_ = false;  // `tightest_` is set
  std::uint32_t next_limit_ = 0;
  union {  // not cleared for each decision
    std::array<LimitCharge, kMaxCharges> charges_;
  };
  std::array<std::uint32_t, kMaxCharges> next_after_;  // `next_limit_` once a charge is made
  std::size_t charge_count_ = 0;
  Answer answer_;
  Index route_ = kNoIndex;
  Index rule_ = kNoIndex;
  Index refused_limit_ = kNoIndex;
  Identity identity_;
  const LimitRecord* tightest_limit_ = nullptr;
  LimitVerdict tightest_;
  std::int64_t retry_after_ = 0;  // of the limit that refused
  union {                         // not cleared for each decision
    std::array<Field, kMaxFields> fields_;
  };
  std::size_t field_count_ = 0;
  std::array<char, 1024> text_;  // keys and formatted field values
  std::size_t text_used_ = 0;
  std::vector<std::unique_ptr<char[]>> long_text_;
};

template <class Charge>
Step Decision::ChargeEach(Charge&& charge) {
  std::array<LimitVerdict, kMaxCharges> verdicts;
  std::size_t count = 0;
  for (const LimitCharge& one : charges()) {
    verdicts[count] = charge(one);
    if (verdicts[count++].kind != LimitVerdict::Kind::kAdmitted) break;
  }
  return Resume(std::span<const LimitVerdict>(verdicts).first(count));
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_DECISION_H_
