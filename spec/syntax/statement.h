// What a policy claims about itself: proofs, and examples with their outcome.
#ifndef WEIR_SPEC_SYNTAX_STATEMENT_H_
#define WEIR_SPEC_SYNTAX_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "spec/syntax/expression.h"
#include "spec/syntax/gateway.h"
#include "spec/syntax/node.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

// `every request [to S] [through G] [where E] satisfies F`, and
// `no request [to S] [through G] [where E] is forwarded` (F is then kFalse):
// every request that a gateway forwards (to S, if named) and for which E holds
// satisfies F. Without G it is claimed of every gateway and sidecar.
struct RequestClaim {
  std::optional<Ref<Service>> to;
  std::optional<Ref<Gateway>> through;
  Expression where;
  Expression satisfies;
};

// `amplification of every service <= N`, `sustained load of payment-service <= 2.5`,
// `sustained load of payment-service <= 1.2 + 3 per 10s`.
struct AmplificationClaim {
  enum class Measure : std::uint8_t { kAmplification, kSustainedLoad };
  Measure measure = Measure::kAmplification;
  std::optional<Ref<Service>> service;  // none: every service
  std::uint64_t bound_thousandths = 0;
  // For kSustainedLoad: so many tries more in each `added_per`; zero: none.
  std::uint64_t added_thousandths = 0;
  Duration added_per;
};

struct Proof {
  std::string name;
  std::variant<RequestClaim, AmplificationClaim> claim;
  NodeId node = kNoNode;
};

// A claim's value as an example or a witness writes it.
using ClaimValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct ExampleRequest {
  std::string method;
  std::string url;  // absolute
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Address> client;
  std::optional<std::string> peer;
  std::optional<std::string> consumer;
  bool jwt = false;  // carries a verified token with these claims
  std::vector<std::pair<std::string, ClaimValue>> claims;
};

struct ExampleOutcome {
  enum class Kind : std::uint8_t { kForward, kRespond, kRedirect };
  Kind kind = Kind::kForward;
  std::optional<Ref<Service>> service;
  std::optional<std::string> route;
  std::optional<std::string> path;  // the upstream path
  std::optional<std::uint16_t> status;
};

struct Example {
  std::string name;
  std::optional<Ref<Gateway>> gateway;  // none: the only one, or the first
  ExampleRequest request;
  ExampleOutcome outcome;
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_STATEMENT_H_
