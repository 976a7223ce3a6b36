// A cookie that the policy writes and that no browser keeps, or none that follows
// RFC 6265bis: its domain is one under which strangers have names, or not the
// host's; or it lacks what its name or SameSite asks for.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/public_suffixes.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Policy;
using syntax::Route;
using Host = syntax::HostPattern;

struct Cookie {
  std::string name;
  std::optional<std::string> domain, path, same_site;
  bool secure = false;
};

// RFC 6265bis 5.6.
Cookie Parse(std::string_view text) {
  Cookie cookie;
  bool first = true;
  while (!text.empty() || first) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view name = TrimOws(part.substr(0, equals));
    const std::string value(TrimOws(part.substr(std::min(equals + 1, part.size()))));
    if (std::exchange(first, false)) {
      cookie.name = name;
      continue;
    }
    const std::string attribute = Lowered(name);
    if (attribute == "domain") cookie.domain = Lowered(value);
    if (attribute == "path") cookie.path = value;
    if (attribute == "samesite") cookie.same_site = Lowered(value);
    if (attribute == "secure") cookie.secure = true;
  }
  if (cookie.domain && cookie.domain->starts_with('.')) cookie.domain->erase(0, 1);
  return cookie;
}

bool IsWithin(const std::string& host, const std::string& domain) {
  return host == domain || host.ends_with("." + domain);
}

// Whether some host that the route matches may set a cookie for the domain.
bool MaySet(const Route& route, const std::string& domain) {
  if (route.match.hosts.empty()) return true;
  return std::ranges::any_of(route.match.hosts, [&](const Host& host) {
    if (IsWithin(host.name, domain)) return true;
    return host.kind == Host::Kind::kSuffix && domain.ends_with("." + host.name);
  });
}

std::string Fault(const Cookie& cookie, const Route* route) {
  if (cookie.domain && IsOpenToStrangers(*cookie.domain)) {
    return "anyone can have a name under its Domain '" + *cookie.domain + "'";
  }
  if (cookie.domain && route != nullptr && !cookie.domain->empty() &&
      !MaySet(*route, *cookie.domain)) {
    return "its Domain '" + *cookie.domain + "' holds no host that the route matches";
  }
  const std::string name = Lowered(cookie.name);
  if (name.starts_with("__host-")) {
    if (cookie.domain) return "a name with __Host- goes without Domain";
    if (cookie.path != "/") return "a name with __Host- asks for Path=/";
  }
  const bool prefixed = name.starts_with("__host-") || name.starts_with("__secure-");
  if (prefixed && !cookie.secure) return "its name asks for Secure";
  if (cookie.same_site == "none" && !cookie.secure) return "SameSite=None asks for Secure";
  return "";
}

class Cookies {
 public:
  explicit Cookies(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (const Gateway& gateway : policy_.gateways) {
      for (const Route& route : gateway.routes) {
        if (std::holds_alternative<syntax::Forward>(route.action)) Transforms(route);
        if (const auto* answer = std::get_if<syntax::Response>(&route.action)) {
          Answer(*answer, &route);
        }
        if (route.fallback) Answer(*route.fallback, &route);
        Affinities(gateway, route);
      }
      if (gateway.otherwise) Answer(*gateway.otherwise, nullptr);
    }
    return std::move(result_);
  }

 private:
  void Transforms(const Route& route) {
    using Kind = syntax::Transform::Kind;
    for (const auto& transform : route.response) {
      const auto* text = std::get_if<std::string>(&transform.value);
      const bool writes = transform.kind == Kind::kSetHeader || transform.kind == Kind::kAddHeader;
      if (writes && text != nullptr && transform.name == "set-cookie") {
        Tell(transform.node, *text, &route);
      }
    }
  }

  void Answer(const syntax::Response& response, const Route* route) {
    for (const auto& [name, value] : response.headers) {
      if (name == "set-cookie") Tell(response.node, value, route);
    }
  }

  // BALANCE-14: Path=/, no Domain, Secure over https alone.
  void Affinities(const Gateway& gateway, const Route& route) {
    const auto* forward = std::get_if<syntax::Forward>(&route.action);
    const bool plain = std::ranges::any_of(gateway.listeners, [](const auto& listener) {
      return listener.protocol == syntax::Listener::Protocol::kHttp;
    });
    if (forward == nullptr || !plain) return;
    for (const auto& target : forward->targets) {
      const auto& affinity = policy_[target.service].affinity;
      if (!affinity) continue;
      const std::string name = Lowered(affinity->cookie);
      if (!name.starts_with("__host-") && !name.starts_with("__secure-")) continue;
      Add(affinity->node, affinity->cookie,
          "its name asks for Secure, which it has over https alone, and a listener of gateway '" +
              gateway.name + "' is http",
          "Take the prefix off the name.");
    }
  }

  void Tell(syntax::NodeId node, const std::string& text, const Route* route) {
    const Cookie cookie = Parse(text);
    std::string fault = Fault(cookie, route);
    if (!fault.empty()) {
      Add(node, cookie.name, fault, "Write a cookie that browsers keep, or leave Domain out.");
    }
  }

  // What stands in the text once is told once.
  void Add(syntax::NodeId node, const std::string& name, const std::string& fault,
           std::string fix) {
    const dsl::Span span = SpanOf(policy_, node);
    const std::string message = "no browser keeps the cookie \"" + name + "\": " + fault;
    const bool told = std::ranges::any_of(result_.findings, [&](const Finding& each) {
      const dsl::Span& other = each.diagnostic.span;
      return other.file == span.file && other.begin == span.begin &&
             each.diagnostic.message == message;
    });
    if (told) return;
    result_.findings.push_back(
        Found("cookie-rejected", dsl::Severity::kWarning, span, message, std::move(fix)));
  }

  const Policy& policy_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckCookies(const Policy& policy) { return Cookies(policy).Run(); }

}  // namespace weir::compiler
