// The hosts of a service as a file lists them (spec/endpoints.md):
//
//   {"endpoints": [{"address": "10.0.0.7:8080", "weight": 2, "zone": "eu-1", "ready": true}]}
#ifndef WEIR_PROXY_UPSTREAM_ENDPOINTS_FILE_H_
#define WEIR_PROXY_UPSTREAM_ENDPOINTS_FILE_H_

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/net/socket.h"

namespace weir::proxy::upstream {

struct Endpoint {
  net::SocketAddress address;
  std::uint32_t weight = 1;  // 0: gets no new requests
  std::string zone;
  bool ready = true;
};

inline constexpr std::size_t kMaxEndpoints = 10'000;

// The error is a sentence that says which endpoint and what is wrong with it.
std::expected<std::vector<Endpoint>, std::string> ParseEndpoints(std::string_view json);

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_ENDPOINTS_FILE_H_
