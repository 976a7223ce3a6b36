// A service: where requests go, and how its hosts are looked after.
#ifndef WEIR_SPEC_SYNTAX_SERVICE_H_
#define WEIR_SPEC_SYNTAX_SERVICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/expression.h"
#include "spec/syntax/node.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

// An `allow` or `deny` with its condition (kTrue when none is written).
struct Rule {
  bool allow = false;
  Expression when;
  NodeId node = kNoNode;
};

struct Endpoint {
  SocketAddress address;
  std::uint32_t weight = 1;
  NodeId node = kNoNode;
};

struct Balance {
  enum class Kind : std::uint8_t { kRoundRobin, kLeastRequest, kRandom, kConsistentHash };
  Kind kind = Kind::kRoundRobin;
  std::optional<Attribute> hash_by;  // for kConsistentHash: header, cookie, client.address or path
  std::uint32_t bound_percent =
      0;  // for kConsistentHash: a host's most of the mean load; 0: without end
};

// Session affinity: the answer sets a cookie that names the host.
struct Affinity {
  std::string cookie;
  std::optional<Duration> max_age;  // none: for the browser's session
  NodeId node = kNoNode;
};

// An active health check.
struct Check {
  enum class Kind : std::uint8_t { kHttp, kTcp };
  Kind kind = Kind::kHttp;
  std::string path;
  Duration every{5'000'000'000};
  Duration timeout{1'000'000'000};
  std::uint32_t unhealthy = 3;
  std::uint32_t healthy = 2;
  NodeId node = kNoNode;
};

struct Pool {
  std::uint32_t connections = 1024;
  std::uint32_t pending = 1024;
  std::uint32_t requests = 1024;
  std::uint32_t requests_per_connection = 0;  // 0: without end
  NodeId node = kNoNode;
};

struct Ejection {
  std::uint32_t consecutive_5xx = 5;  // 0: off, here and below
  std::uint32_t consecutive_gateway_errors = 0;
  std::uint32_t consecutive_local_failures = 0;
  bool success_rate = false;
  Duration every{10'000'000'000};
  Duration base{30'000'000'000};
  std::uint32_t max_percent = 10;
  bool at_least_one = false;
  std::uint32_t panic_percent = 0;  // 0: off
  NodeId node = kNoNode;
};

// The application of this service calls `callee` up to `times` times for one
// request it serves.
struct Service;
struct Call {
  Ref<Service> callee;
  std::uint32_t times = 1;
  NodeId node = kNoNode;
};

struct Service {
  std::string name;
  std::vector<Endpoint> endpoints;  // literal ones
  std::optional<std::string> dns;   // "host:port", looked up while running
  std::optional<std::string> file;  // a watched JSON file of endpoints
  Balance balance;
  std::optional<Affinity> affinity;
  std::optional<Check> check;
  std::optional<Pool> pool;
  std::optional<Ejection> ejection;
  std::optional<std::string> identity;  // SPIFFE id that its hosts must present
  std::vector<Call> calls;
  std::optional<std::uint32_t> call_depth;  // bound on passes through a cycle of calls
  std::vector<Rule> rules;                  // hold for every route to this service
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_SERVICE_H_
