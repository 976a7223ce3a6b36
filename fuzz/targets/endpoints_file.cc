// Endpoints files from strangers: any octets end in a list or in a sentence that
// says what is wrong; what is listed is within its bounds, no address twice, and
// each address, printed, reads back as itself.
#include "proxy/upstream/endpoints_file.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace weir::proxy;  // NOLINT: a program of one page

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto endpoints = upstream::ParseEndpoints({reinterpret_cast<const char*>(data), size});
  if (!endpoints) {
    Require(!endpoints.error().empty(), "a refusal says why");
    return 0;
  }
  Require(endpoints->size() <= upstream::kMaxEndpoints, "a list is bounded");
  std::set<net::SocketAddress> seen;
  std::string again;
  for (const upstream::Endpoint& endpoint : *endpoints) {
    Require(seen.insert(endpoint.address).second, "no address stands twice");
    Require(endpoint.address.port != 0, "a port is a port");
    Require(endpoint.weight <= 1'000'000, "a weight is within its bounds");
    Require(endpoint.zone.size() <= 128, "a zone is within its bounds");
    const std::string text = net::ToString(endpoint.address);
    Require(net::ParseSocketAddress(text) == endpoint.address, "an address reads back as itself");
    again += (again.empty() ? "{\"address\":\"" : ",{\"address\":\"") + text +
             "\",\"weight\":" + std::to_string(endpoint.weight) +
             ",\"ready\":" + (endpoint.ready ? "true}" : "false}");
  }
  const auto written = upstream::ParseEndpoints("{\"endpoints\":[" + again + "]}");
  Require(written && written->size() == endpoints->size(), "what was read can be written");
  for (std::size_t i = 0; i < written->size(); ++i) {
    const upstream::Endpoint &a = (*endpoints)[i], &b = (*written)[i];
    Require(a.address == b.address && a.weight == b.weight && a.ready == b.ready,
            "what was written reads the same");
  }
  return 0;
}
