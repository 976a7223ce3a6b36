#include "spec/model/cors.h"

#include <algorithm>

#include "spec/model/canonical.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

using Kind = syntax::OriginPattern::Kind;

bool IsOriginLabel(const std::string& label) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && std::ranges::all_of(label, fine);
}

// scheme "://" one or more labels "." host [":" port]
bool MatchesSuffix(const syntax::OriginPattern& pattern, const std::string& origin) {
  const std::string head = pattern.scheme + "://";
  const std::string port = pattern.port == 0 ? "" : ":" + std::to_string(pattern.port);
  const std::string tail = "." + pattern.host + port;
  if (!origin.starts_with(head) || !origin.ends_with(tail)) return false;
  if (origin.size() < head.size() + tail.size()) return false;
  const std::string labels = origin.substr(head.size(), origin.size() - head.size() - tail.size());
  return std::ranges::all_of(Split(labels, '.'), IsOriginLabel);
}

bool Admits(const syntax::OriginPattern& pattern, const std::string& origin) {
  switch (pattern.kind) {
    case Kind::kAny:
      return true;
    case Kind::kNull:
      return origin == "null";
    case Kind::kExact:
      return origin == pattern.text;
    case Kind::kSuffix:
      return MatchesSuffix(pattern, origin);
  }
  return false;
}

bool AdmitsAny(const syntax::Cors& cors) {
  return std::ranges::any_of(cors.origins, [](const auto& o) { return o.kind == Kind::kAny; });
}

// CORS-4: what says who may read; empty but for Vary when the origin may not.
Fields OriginFields(const syntax::Cors& cors, const std::optional<std::string>& origin) {
  if (AdmitsAny(cors)) return {{"access-control-allow-origin", "*"}};
  Fields fields = {{"vary", "Origin"}};
  if (!origin || origin->empty() || !AdmitsOrigin(cors, *origin)) return fields;
  fields.emplace_back("access-control-allow-origin", *origin);
  if (cors.credentials) fields.emplace_back("access-control-allow-credentials", "true");
  return fields;
}

bool MayRead(const Fields& fields) {
  return std::ranges::any_of(
      fields, [](const auto& field) { return field.first == "access-control-allow-origin"; });
}

}  // namespace

bool AdmitsOrigin(const syntax::Cors& cors, const std::string& origin) {
  return std::ranges::any_of(cors.origins, [&](const auto& o) { return Admits(o, origin); });
}

std::optional<std::string> PreflightMethod(const CanonicalRequest& request) {
  if (request.method != "OPTIONS") return std::nullopt;
  if (HeaderValue(request, "origin").value_or("").empty()) return std::nullopt;
  const auto method = HeaderValue(request, "access-control-request-method");
  return method.value_or("").empty() ? std::nullopt : method;
}

Fields PreflightFields(const syntax::Cors& cors, const std::string& origin) {
  Fields fields = OriginFields(cors, origin);
  if (!MayRead(fields)) return fields;
  if (!cors.methods.empty()) {
    fields.emplace_back("access-control-allow-methods", Join(cors.methods, ", "));
  }
  if (!cors.headers.empty()) {
    fields.emplace_back("access-control-allow-headers", Join(cors.headers, ", "));
  }
  if (cors.max_age) {
    const std::int64_t seconds = cors.max_age->nanoseconds / 1'000'000'000;
    fields.emplace_back("access-control-max-age", std::to_string(seconds));
  }
  return fields;
}

Fields CorsFields(const syntax::Cors& cors, const std::optional<std::string>& origin) {
  Fields fields = OriginFields(cors, origin);
  if (MayRead(fields) && !cors.expose.empty()) {
    fields.emplace_back("access-control-expose-headers", Join(cors.expose, ", "));
  }
  return fields;
}

}  // namespace weir::model
