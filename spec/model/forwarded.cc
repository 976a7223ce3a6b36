#include "spec/model/forwarded.h"

#include "spec/model/address.h"
#include "spec/model/canonical.h"
#include "spec/model/headers.h"
#include "spec/model/path.h"
#include "spec/model/query.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

using Kind = syntax::Transform::Kind;

void RemoveField(const std::string& name, Fields& fields) {
  std::erase_if(fields, [&](const auto& field) { return Lower(field.first) == name; });
}

// TRANSFORM-4: what a transform writes; none: absent, or octets that no field
// value may hold (a decoded query or a claim can hold line breaks).
std::optional<std::string> Written(const syntax::Transform& transform, const Facts& facts) {
  if (const auto* constant = std::get_if<std::string>(&transform.value)) return *constant;
  const auto value = ValueOf(std::get<syntax::Attribute>(transform.value), facts);
  if (!value) return std::nullopt;
  return ValueText(*value);
}

std::optional<std::string> WrittenField(const syntax::Transform& transform, const Facts& facts) {
  const auto value = Written(transform, facts);
  if (!value || !IsFieldValue(*value)) return std::nullopt;
  return Trim(*value);
}

// TRANSFORM-2: whole leading segments; a path that does not begin so is kept.
std::string StripPrefix(const std::string& path, const std::string& prefix) {
  if (path == prefix) return "/";
  if (path.starts_with(prefix + "/")) return path.substr(prefix.size());
  return path;
}

void SetQuery(const std::string& name, const std::string& value, UpstreamHead& head) {
  const std::string rest = head.has_query ? WithoutParameter(head.query, name) : "";
  head.query = (rest.empty() ? "" : rest + "&") + EncodedParameter(name, value);
  head.has_query = true;
}

void RemoveQuery(const std::string& name, UpstreamHead& head) {
  head.query = WithoutParameter(head.query, name);
  head.has_query = !head.query.empty();
}

// TRANSFORM-5.
void ApplyToFields(const syntax::Transform& transform, const Facts& facts, Fields& fields) {
  if (transform.kind != Kind::kAddHeader) RemoveField(transform.name, fields);
  if (transform.kind == Kind::kRemoveHeader) return;
  const auto value = WrittenField(transform, facts);
  if (value) fields.emplace_back(transform.name, *value);
}

void Apply(const syntax::Transform& transform, const Facts& facts, UpstreamHead& head) {
  switch (transform.kind) {
    case Kind::kStripPrefix:
      head.path = StripPrefix(head.path, transform.name);
      return;
    case Kind::kRewritePath:
      head.path = Substitute(transform.name, facts);
      return;
    case Kind::kSetHeader:
    case Kind::kAddHeader:
    case Kind::kRemoveHeader:
      if (transform.kind != Kind::kAddHeader) {
        std::erase_if(head.fields, [&](const auto& field) {
          return Hyphenated(field.first) == Hyphenated(transform.name);
        });
      }
      ApplyToFields(transform, facts, head.fields);
      return;
    case Kind::kSetQuery:
      if (const auto value = Written(transform, facts)) {
        SetQuery(transform.name, *value, head);
      } else {
        RemoveQuery(transform.name, head);
      }
      return;
    case Kind::kRemoveQuery:
      RemoveQuery(transform.name, head);
      return;
    case Kind::kSetHost:
      if (const auto value = WrittenField(transform, facts)) head.host = *value;
      return;
  }
}

// TRANSFORM-1: what the client said of itself goes, and we say it.
Fields OwnFields(const syntax::Gateway& gateway, const CanonicalRequest& request) {
  const bool trusted = ContainsAny(gateway.trusted_proxies, request.peer_address);
  const auto received = [&](const std::string& name) {
    return trusted ? HeaderValue(request, name) : std::nullopt;
  };
  const std::string chain = received("x-forwarded-for").value_or("");
  Fields fields = {
      {"x-forwarded-for", (chain.empty() ? "" : chain + ", ") + AddressText(request.peer_address)},
      {"x-forwarded-proto", request.scheme}};
  const auto named = received("x-forwarded-host");
  if (named || !request.authority.empty()) {
    fields.emplace_back("x-forwarded-host", named.value_or(request.authority));
  }
  const auto port = received("x-forwarded-port");
  if (port) fields.emplace_back("x-forwarded-port", *port);
  return fields;
}

// CANON-21: digits, and not only zeros.
std::string OneHopLess(const std::string& hops) {
  const std::size_t first = hops.find_first_not_of('0');
  const std::string digits = hops.substr(first);
  if (digits.size() > 9) return "999999998";
  return std::to_string(std::stoul(digits) - 1);
}

}  // namespace

Fields ForwardedResponse(const syntax::Route& route, const Facts& facts, Fields upstream) {
  if (route.cors && !route.cors_upstream) {  // CORS-6
    std::erase_if(upstream, [](const auto& field) {
      return Lower(field.first).starts_with("access-control-");
    });
  }
  for (const syntax::Transform& transform : route.response) {
    ApplyToFields(transform, facts, upstream);
  }
  return upstream;
}

std::string Substitute(const std::string& text, const Facts& facts) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      result += text[i];
      continue;
    }
    const auto capture = facts.captures.find(text.substr(i + 1, end - i - 1));
    if (capture != facts.captures.end()) result += capture->second;
    i = end;
  }
  return result;
}

std::expected<UpstreamHead, Refusal> ForwardedHead(const syntax::Gateway& gateway,
                                                   const syntax::Route& route, const Facts& facts) {
  const CanonicalRequest& request = facts.request;
  UpstreamHead head;
  head.path = request.path;
  head.query = request.query;
  head.has_query = request.has_query;
  head.host = request.authority;
  for (const CanonicalRequest::Header& header : request.headers) {
    if (IsForwardingField(header.name) || header.name == "content-length") continue;
    if (Hyphenated(header.name) == "x-request-id") continue;
    const bool counted =
        header.name == "max-forwards" && (request.method == "OPTIONS" || request.method == "TRACE");
    head.fields.emplace_back(header.name, counted ? OneHopLess(header.value) : header.value);
  }
  for (const auto& field : OwnFields(gateway, request)) head.fields.push_back(field);
  for (const syntax::Transform& transform : route.request) Apply(transform, facts, head);
  RemoveField("x-request-id", head.fields);
  if (!request.via.empty()) head.fields.emplace_back("via", request.via);  // TRANSFORM-12

  // TRANSFORM-3: a path that would be read otherwise than it stands is not sent.
  const auto canonical = CanonicalPath(head.path, gateway.listeners[request.listener]);
  if (canonical != head.path) return std::unexpected(Refusal{400, "rewrite"});
  return head;
}

}  // namespace weir::model
