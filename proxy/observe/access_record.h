// One access-log record: a JSON object on one line, whatever octets came.
//
// Gateways and sidecars each have one schema; both end with the members that
// say why (reason, route, attempts, upstream, octets). Octets that are no UTF-8
// are written as %HH, so a line is always valid JSON.
#ifndef WEIR_PROXY_OBSERVE_ACCESS_RECORD_H_
#define WEIR_PROXY_OBSERVE_ACCESS_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::proxy::observe {

struct AccessRecord {
  bool sidecar = false;
  std::int64_t unix_ms = 0;
  std::string_view service;  // the gateway's or sidecar's name
  std::string_view request_id;
  std::string_view method;
  std::string_view host;
  std::string_view path;
  std::uint16_t status = 0;
  std::int64_t duration = 0;  // ns
  std::string_view user_id;
  std::string_view client_ip;
  std::string_view source_app;           // sidecars
  std::string_view destination_service;  // sidecars
  std::string_view mtls = "OFF";         // sidecars
  std::string_view trace_id;
  std::string_view reason;
  std::string_view detail;
  std::string_view route;
  std::string_view upstream;
  std::uint32_t attempts = 0;
  std::uint64_t bytes_in = 0;  // of bodies
  std::uint64_t bytes_out = 0;
};

void AppendJson(const AccessRecord& record, std::string& out);  // with the line feed
// A JSON string with its quotes.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace weir::proxy::observe

#endif  // WEIR_PROXY_OBSERVE_ACCESS_RECORD_H_
