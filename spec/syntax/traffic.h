// Named traffic policies: rate limits, CORS, retries and breakers.
#ifndef WEIR_SPEC_SYNTAX_TRAFFIC_H_
#define WEIR_SPEC_SYNTAX_TRAFFIC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/expression.h"
#include "spec/syntax/node.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

// `count per period burst B`: GCRA over exact rationals (spec/rules/limit.md).
struct Limit {
  enum class Store : std::uint8_t { kLocal, kRedis };
  enum class StoreDown : std::uint8_t { kAllow, kDeny, kLocal };
  std::string name;
  std::uint64_t count = 0;  // 0 denies all
  Duration period;          // above zero
  std::uint64_t burst = 0;  // defaults to count
  std::uint64_t cost = 1;
  std::vector<Attribute> by;               // the key's parts, in order; empty: one key for all
  std::optional<std::string> missing_key;  // stands for an absent part; else absent is refused
  Store store = Store::kLocal;
  StoreDown store_down = StoreDown::kDeny;
  NodeId node = kNoNode;
};

// An origin that a CORS policy admits: scheme://host[:port], default port
// dropped. With `wildcard`, host stands behind one or more whole labels.
struct OriginPattern {
  enum class Kind : std::uint8_t { kExact, kSuffix, kAny, kNull };
  Kind kind = Kind::kExact;
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;  // 0: the scheme's default
  std::string text;        // canonical, as compared byte for byte for kExact
  NodeId node = kNoNode;
};

struct Cors {
  std::string name;
  std::vector<OriginPattern> origins;
  std::vector<std::string> methods;
  std::vector<std::string> headers;  // lower case
  std::vector<std::string> expose;   // lower case
  bool credentials = false;
  std::optional<Duration> max_age;
  NodeId node = kNoNode;
};

// A cause for another try (semantics: retry causes).
struct RetryCause {
  enum class Kind : std::uint8_t {
    kConnectFailure,
    kRefusedStream,
    kReset,
    kPerTryTimeout,
    kGatewayError,
    k5xx,
    kRetriable4xx,
    kStatus
  };
  Kind kind = Kind::kConnectFailure;
  std::uint16_t status = 0;  // for kStatus
  friend bool operator==(const RetryCause&, const RetryCause&) = default;
};

struct Retry {
  std::string name;
  std::uint32_t attempts = 1;  // all tries, the first included; 1 to 100
  std::optional<Duration> per_try;
  std::optional<Duration> hedge;  // a try unanswered for so long gets another beside it
  std::vector<RetryCause> on;
  std::uint32_t budget_percent = 20;
  std::uint32_t budget_minimum = 3;
  Duration backoff_base{25'000'000};
  Duration backoff_max{250'000'000};
  bool unsafe = false;           // also methods that are not idempotent, after bytes went out
  std::uint64_t buffer = 65536;  // replay buffer, octets
  NodeId node = kNoNode;
};

struct Breaker {
  std::string name;
  std::uint32_t failures = 0;
  Duration window;
  Duration open_for;
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_TRAFFIC_H_
