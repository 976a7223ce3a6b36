// Text that elsewhere stands for a part of the request, and here for itself: $1 and
// \1 of a regular expression's groups, $uri of nginx, %REQ(..)% of Envoy, ${x}, :id,
// `*`, and {id} or an attribute's name in quotes where only `rewrite` and `redirect`
// know {id}. The octets are sent, or matched, as they are written.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;
using syntax::Transform;
using Kind = Transform::Kind;

constexpr std::size_t kWitnesses = 50;

bool IsNameByte(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '-'; }

// The name that begins at `at`.
std::string_view NameAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsNameByte(text[end])) ++end;
  return text.substr(at, end - at);
}

// Of nginx, as people carry them over. Others, such as OData's $metadata, are text.
bool IsVariable(std::string_view name) {
  for (const char* each :
       {"uri", "request_uri", "document_uri", "host", "args", "is_args", "query_string", "scheme",
        "remote_addr", "remote_user", "request_method", "server_name", "server_port",
        "proxy_add_x_forwarded_for", "request_id"}) {
    if (name == each) return true;
  }
  return name.starts_with("http_") || name.starts_with("arg_") || name.starts_with("cookie_");
}

// "{id}", where the braces hold a name; at `at` stands the opening one.
std::string_view Braced(std::string_view text, std::size_t at) {
  const std::string_view name = NameAt(text, at + 1);
  const std::size_t end = at + 1 + name.size();
  if (name.empty() || !IsLetter(name[0]) || end >= text.size() || text[end] != '}') return {};
  return text.substr(at, end + 1 - at);
}

// "$1", "${x}", "$uri", "\1" and "%NAME%", "%NAME(".
std::string_view Reference(std::string_view text, std::size_t at) {
  const auto digit = [&](std::size_t i) { return i < text.size() && IsDigit(text[i]); };
  if (text[at] == '$' || text[at] == '\\') {
    // One digit: "$100" is a price.
    if (digit(at + 1) && !digit(at + 2)) return text.substr(at, 2);
    if (text[at] == '\\') return {};
    if (at + 1 < text.size() && text[at + 1] == '{') {
      const std::size_t end = text.find('}', at);
      return end == text.npos ? std::string_view() : text.substr(at, end + 1 - at);
    }
    std::string_view name = NameAt(text, at + 1);
    return IsVariable(name) ? text.substr(at, name.size() + 1) : std::string_view();
  }
  if (text[at] != '%') return {};
  const std::string_view name = NameAt(text, at + 1);
  const std::size_t end = at + 1 + name.size();
  const bool upper = name.size() > 2 && std::ranges::all_of(name, [](char c) {
                       return c == '_' || std::isupper(static_cast<unsigned char>(c)) != 0;
                     });
  if (!upper || end >= text.size() || (text[end] != '%' && text[end] != '(')) return {};
  return text.substr(at, end + 1 - at);
}

std::string_view AnyReference(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const auto found = Reference(text, i); !found.empty()) return found;
  }
  return {};
}

std::string_view AnyBraced(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') continue;
    if (const auto found = Braced(text, i); !found.empty()) return found;
  }
  return {};
}

// A segment ":id", or one with `*` in it.
std::string_view AnyWildcard(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, std::min(path.find('/'), path.size()));
    if (segment.find('*') != segment.npos) return segment;
    if (segment.size() > 1 && segment[0] == ':' && IsLetter(segment[1]) &&
        NameAt(segment, 1).size() + 1 == segment.size()) {
      return segment;
    }
    path.remove_prefix(segment.size());
  }
  return {};
}

// The name of an attribute, in quotes.
bool IsAttribute(std::string_view text) {
  if (text == "client.address" || text == "listener.port") return true;
  for (const std::string_view kind : {"jwt.", "header.", "query.", "cookie.", "capture."}) {
    if (text.starts_with(kind) && text.size() > kind.size() &&
        NameAt(text, kind.size()).size() + kind.size() == text.size()) {
      return true;
    }
  }
  return false;
}

// In a path where {name} is filled in, or refused, before this.
std::string_view InPath(std::string_view path) {
  const auto found = AnyReference(path);
  return found.empty() ? AnyWildcard(path) : found;
}

std::string_view InValue(std::string_view text) {
  if (IsAttribute(text)) return text;
  const auto found = AnyReference(text);
  return found.empty() ? AnyBraced(text) : found;
}

class Placeholders {
 public:
  explicit Placeholders(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      requests_.reset();
      gateway_ = g;
      const auto& gateway = policy_.gateways[g];
      for (route_ = 0; route_ < gateway.routes.size(); ++route_) Meet(gateway.routes[route_]);
      if (gateway.otherwise) Answer(*gateway.otherwise, "the otherwise", false);
    }
    return std::move(result_);
  }

 private:
  void Meet(const Route& route) {
    const std::string owner = "route '" + route.name + "'";
    for (const auto& path : route.match.paths) {
      if (path.kind != syntax::PathPattern::Kind::kSegments) continue;
      // A wildcard of the pattern is no text any more.
      std::string literals;
      for (const auto& segment : path.segments) {
        if (segment.kind == syntax::PathSegment::Kind::kLiteral) literals += "/" + segment.literal;
      }
      if (const auto found = InPath(literals); !found.empty()) {
        Tell(path.node,
             "the path \"" + path.text + "\" of " + owner + " matches " + Quoted(found) +
                 " as it is written: it stands for nothing else",
             "Write {name} for a segment, `*` for one without a name, ~\"...\" for an expression.");
      }
    }
    const bool forwards = std::holds_alternative<syntax::Forward>(route.action);
    for (const auto& transform : route.request) {
      if (forwards) Transformed(transform, owner, true);
    }
    for (const auto& transform : route.response) {
      if (forwards) Transformed(transform, owner, false);
    }
    const auto* redirect = std::get_if<syntax::Redirect>(&route.action);
    if (redirect != nullptr && redirect->path) {
      if (const auto found = InPath(*redirect->path); !found.empty()) {
        Sent(redirect->node, "redirect", found, owner,
             "Capture the segment in `match` with {name}, and write {name} here.", *redirect->path);
      }
    }
    if (const auto* response = std::get_if<syntax::Response>(&route.action)) {
      Answer(*response, owner, true);
    }
    if (route.fallback) Answer(*route.fallback, owner, false);
  }

  // Bodies are not looked into: they are text of any kind.
  void Answer(const syntax::Response& response, const std::string& owner, bool shown) {
    for (const auto& [name, value] : response.headers) {
      if (const auto found = InValue(value); !found.empty()) {
        Sent(response.node, "header " + name, found, owner,
             "Answers of the proxy hold no parts of the request: write what is meant.",
             shown ? value : "");
      }
    }
  }

  void Transformed(const Transform& transform, const std::string& owner, bool request) {
    const auto* text = std::get_if<std::string>(&transform.value);
    switch (transform.kind) {
      case Kind::kStripPrefix: {
        const auto found = InPath(transform.name);
        if (found.empty()) return;
        return Tell(transform.node,
                    "strip-prefix of " + owner + " takes off " + Quoted(found) +
                        " as it is written: it stands for nothing else",
                    "Capture the rest with {name} in `match`, and `rewrite` to it.");
      }
      case Kind::kRewritePath:
        if (const auto found = InPath(transform.name); !found.empty()) {
          Sent(transform.node, "rewrite", found, owner,
               "Capture the segment in `match` with {name}, and write {name} here; to take "
               "leading segments off, use strip-prefix.",
               transform.name);
        }
        return;
      case Kind::kSetHeader:
      case Kind::kAddHeader:
      case Kind::kSetQuery:
      case Kind::kSetHost:
        if (text == nullptr) return;
        if (const auto found = InValue(*text); !found.empty()) {
          const bool query = transform.kind == Kind::kSetQuery;
          const std::string verb = transform.kind == Kind::kSetHost ? "set-host"
                                   : query                          ? "set-query " + transform.name
                                   : transform.kind == Kind::kAddHeader ? "add " + transform.name
                                                                        : "set " + transform.name;
          Sent(transform.node, verb, found, owner,
               "Write an attribute without quotes: capture.id, header.x-a, jwt.sub, "
               "client.address.",
               request && !query ? *text : "");
        }
        return;
      case Kind::kRemoveHeader:
      case Kind::kRemoveQuery:
        return;
    }
  }

  static std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

  void Sent(syntax::NodeId node, const std::string& what, std::string_view found,
            const std::string& owner, std::string fix, const std::string& shown_as) {
    Tell(node,
         what + " of " + owner + " sends " + Quoted(found) +
             " as it is written: it stands for nothing here",
         std::move(fix), shown_as);
  }

  void Tell(syntax::NodeId node, std::string message, std::string fix,
            const std::string& shown_as = "") {
    const dsl::Span span = SpanOf(policy_, node);
    // What stands in the text once is told once, though many routes have it.
    const std::string part = message.substr(0, message.find(" of "));
    if (span.end != 0 && !told_.insert({span.file, span.begin, part}).second) return;
    Finding finding = Found("literal-placeholder", dsl::Severity::kWarning, span,
                            std::move(message), std::move(fix));
    if (!shown_as.empty()) finding.witness = Show(shown_as);
    result_.findings.push_back(std::move(finding));
  }

  // A request that gets upstream, or back, with that text.
  std::optional<Witness> Show(const std::string& text) {
    if (++shown_ > kWitnesses) return std::nullopt;
    if (!requests_) requests_ = std::make_unique<RouteRequests>(policy_, gateway_);
    auto sent = requests_->To(route_);
    if (!sent) return std::nullopt;
    const auto outcome = requests_->OutcomeOf(*sent);
    if (!outcome || outcome->route != route_) return std::nullopt;
    const auto holds = [&](const auto& field) { return field.second.find(text) != text.npos; };
    const bool there = outcome->upstream_path.find(text) != text.npos ||
                       outcome->upstream_host == text ||
                       std::ranges::any_of(outcome->upstream_fields, holds) ||
                       std::ranges::any_of(outcome->response_fields, holds);
    if (!there) return std::nullopt;
    return std::move(sent->witness);
  }

  const Policy& policy_;
  std::unique_ptr<RouteRequests> requests_;  // of the gateway that is looked at
  std::uint32_t gateway_ = 0;
  std::uint32_t route_ = 0;
  std::size_t shown_ = 0;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> told_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckPlaceholders(const Policy& policy) { return Placeholders(policy).Run(); }

}  // namespace weir::compiler
