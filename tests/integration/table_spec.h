// Tables for tests of the proxy, put together record by record: each field of
// the spec adds one thing to a gateway "edge" with one listener on port 0.
#ifndef WEIR_TESTS_INTEGRATION_TABLE_SPEC_H_
#define WEIR_TESTS_INTEGRATION_TABLE_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weir::tests {

struct TableSpec {
  std::vector<std::uint16_t> upstreams;  // of the one service, "app"
  std::string route = "all";             // matches /**
  std::uint32_t attempts = 1;            // with causes 5xx
  bool unsafe = false;
  std::int64_t per_try = -1;              // ns
  std::int64_t timeout = 15'000'000'000;  // ns
  std::string fallback;                   // the body of a 503
  std::uint64_t limit = 0;                // requests an hour by client address
  std::string jwks;                       // file; asks for a token
  std::string cors_origin;                // "https://app.example"
  std::uint64_t max_body = 0;
  bool explain = true;
  bool sidecar = false;   // of "user", for what comes in
  bool outbound = false;  // ... for what goes out
  bool trusted = false;   // 127.0.0.1 is a trusted proxy
  std::string dns;        // where the hosts are, which is not served
};

// The octets of the table. Throws when they cannot be had.
std::string TableOf(const TableSpec& spec);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_TABLE_SPEC_H_
