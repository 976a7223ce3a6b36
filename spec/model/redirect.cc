#include "spec/model/redirect.h"

#include "spec/model/forwarded.h"

namespace weir::model {
namespace {

// ":port" of the request's authority, or nothing.
std::string PortOf(const CanonicalRequest& request) {
  return request.authority.substr(request.host.size());
}

bool IsDefault(const std::string& scheme, std::uint16_t port) {
  return (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
}

}  // namespace

std::string Location(const syntax::Redirect& redirect, const Facts& facts) {
  const CanonicalRequest& request = facts.request;
  const std::string scheme = redirect.scheme.value_or(request.scheme);
  std::string port;
  if (redirect.port) {
    if (!IsDefault(scheme, *redirect.port)) port = ":" + std::to_string(*redirect.port);
  } else if (!redirect.scheme && !redirect.host) {
    port = PortOf(request);
  }
  const std::string host = redirect.host.value_or(request.host);
  const std::string path = redirect.path ? Substitute(*redirect.path, facts) : request.path;
  const std::string query = request.has_query ? "?" + request.query : "";
  if (host.empty()) return path + query;  // nobody said where the client is
  return scheme + "://" + host + port + path + query;
}

}  // namespace weir::model
