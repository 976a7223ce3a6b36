#include "spec/model/canonical.h"

#include <set>

#include "spec/model/address.h"
#include "spec/model/client_address.h"
#include "spec/model/headers.h"
#include "spec/model/host.h"
#include "spec/model/path.h"
#include "spec/model/readings.h"
#include "spec/model/scalar_fields.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

Refusal Bad() { return {400, "bad-request"}; }

// A request target taken apart (CANON-1): origin-form has no authority.
struct Target {
  std::optional<Authority> authority;
  std::string path;
  std::optional<std::string> query;
  bool whole_server = false;
};

std::expected<Target, Refusal> OriginForm(const std::string& text) {
  Target target;
  if (!text.starts_with("/")) return std::unexpected(Bad());
  for (char c : text) {
    if (c <= 0x20 || c >= 0x7f || c == '#') return std::unexpected(Bad());
  }
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  if (question != std::string::npos) target.query = text.substr(question + 1);
  return target;
}

// Its scheme is the connection's: we are no proxy for others.
std::expected<Target, Refusal> AbsoluteForm(const std::string& scheme, const std::string& text) {
  const std::size_t colon = text.find("://");
  if (Lower(text.substr(0, colon)) != scheme) return std::unexpected(Bad());
  const std::string rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string origin_form = rest.substr(end);
  const bool empty = origin_form.empty();
  if (!origin_form.starts_with("/")) origin_form = "/" + origin_form;
  auto target = OriginForm(origin_form);
  if (!target) return target;
  target->authority = CanonicalAuthority(rest.substr(0, end));
  if (!target->authority) return std::unexpected(Bad());
  target->whole_server = empty;
  return target;
}

// CANON-19: how many hops of a Via are ours.
std::uint64_t TimesPassed(const std::string& via, const std::string& name) {
  std::uint64_t times = 0;
  for (const std::string& element : Split(via, ',')) {
    std::string hop = Trim(element);
    for (char& c : hop) c = c == '\t' ? ' ' : c;
    const std::size_t version_end = hop.find(' ');
    if (version_end == std::string::npos) continue;
    std::string received_by = Trim(hop.substr(version_end));
    received_by = received_by.substr(0, received_by.find_first_of(" ("));
    if (Lower(received_by) == Lower(name)) ++times;
  }
  return times;
}

// CANON-19 to CANON-21: what is answered before anything is decided.
std::optional<Refusal> AnsweredHere(const CanonicalRequest& request, const Connection& connection,
                                    bool whole_server) {
  const auto via = HeaderValue(request, "via");
  if (via && !connection.via.empty() &&
      TimesPassed(*via, connection.via) > connection.loops_allowed) {
    return Refusal{508, "loop"};
  }
  if (request.method == "OPTIONS" && whole_server) return Refusal{200, "options"};
  const auto hops = HeaderValue(request, "max-forwards");
  if (!hops || (request.method != "OPTIONS" && request.method != "TRACE")) return std::nullopt;
  bool zero = true;
  for (char c : *hops) {
    if (c < '0' || c > '9') return Bad();
    zero = zero && c == '0';
  }
  if (hops->empty()) return Bad();
  if (!zero) return std::nullopt;
  if (request.method == "OPTIONS") return Refusal{200, "options"};
  return Refusal{501, "not-implemented"};
}

std::expected<Target, Refusal> ParseTarget(const RawRequest& raw) {
  if (raw.method == "OPTIONS" && raw.target == "*") {
    Target target;
    target.path = "/";
    target.whole_server = true;
    return target;
  }
  if (raw.target.starts_with("/")) return OriginForm(raw.target);
  if (raw.target.find("://") != std::string::npos) return AbsoluteForm(raw.scheme, raw.target);
  return std::unexpected(Bad());
}

}  // namespace

std::optional<std::string> HeaderValue(const CanonicalRequest& request, const std::string& name) {
  for (const CanonicalRequest::Header& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

std::expected<CanonicalRequest, Refusal> Canonicalise(const syntax::Policy& policy,
                                                      std::uint32_t gateway, const RawRequest& raw,
                                                      const Connection& connection) {
  const syntax::Gateway& proxy = policy.gateways[gateway];
  const syntax::Listener& listener = proxy.listeners[connection.listener];
  CanonicalRequest request;

  if (!IsToken(raw.method)) return std::unexpected(Bad());
  if (raw.method == "CONNECT") return std::unexpected(Refusal{501, "not-implemented"});
  request.method = raw.method;
  request.scheme = raw.scheme;
  const auto target = ParseTarget(raw);
  if (!target) return std::unexpected(target.error());

  const auto lines = CheckedLines(raw.fields);
  if (!lines) return std::unexpected(lines.error());

  // CANON-8: exactly one Host, in place of which a target's authority stands.
  const std::vector<std::string> hosts = Values(*lines, "host");
  const bool none = hosts.empty() && raw.minor_version == 0;  // HTTP/1.0 has no such duty
  if (hosts.size() != 1 && !none) return std::unexpected(Bad());
  const auto authority = none ? Authority{} : CanonicalAuthority(hosts[0]);
  if (!authority) return std::unexpected(Bad());
  const Authority& meant = target->authority ? *target->authority : *authority;
  request.host = meant.host;
  request.authority = meant.Text();

  const auto path = CanonicalPath(target->path, listener);
  if (!path) return std::unexpected(Bad());
  request.path = *path;
  request.has_query = target->query.has_value();
  request.query = target->query.value_or("");

  const ScalarNames names = ScalarFields(policy, gateway);
  const std::set<std::string>& scalars = names.headers;
  using Reading = syntax::Listener::Reading;
  if (listener.query == Reading::kStrict && !QueryIsPlain(request.query, names.queries)) {
    return std::unexpected(Bad());
  }
  if (ConnectionTakesReadField(*lines, scalars)) return std::unexpected(Bad());
  const auto kept = WithoutUnderscores(EndToEnd(*lines), listener.underscores);
  if (!kept) return std::unexpected(kept.error());
  const bool trusted = ContainsAny(proxy.trusted_proxies, connection.peer_address);
  auto headers = Combine(BelievedLines(*kept, trusted), scalars);
  if (!headers) return std::unexpected(headers.error());
  request.headers = *headers;
  if (listener.cookies == Reading::kStrict &&
      !CookiesArePlain(HeaderValue(request, "cookie").value_or(""), names.cookies)) {
    return std::unexpected(Bad());
  }

  request.peer_address = connection.peer_address;
  const auto client =
      ClientAddress(proxy, connection.peer_address, HeaderValue(request, "x-forwarded-for"));
  if (!client) return std::unexpected(client.error());
  request.client = *client;
  if (const auto said = HeaderValue(request, "x-forwarded-proto"); said && trusted) {
    const auto scheme = ForwardedScheme(*said);
    if (!scheme) return std::unexpected(scheme.error());
    request.scheme = *scheme;
  }
  request.listener = connection.listener;
  request.listener_port = listener.address.port;
  request.peer = connection.peer_identity;
  if (!connection.via.empty()) {
    request.via = (raw.minor_version == 0 ? "1.0 " : "1.1 ") + connection.via;
  }
  if (const auto here = AnsweredHere(request, connection, target->whole_server)) {
    return std::unexpected(*here);
  }
  return request;
}

}  // namespace weir::model
