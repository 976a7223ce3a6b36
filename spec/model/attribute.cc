#include "spec/model/attribute.h"

#include "spec/model/address.h"
#include "spec/model/canonical.h"
#include "spec/model/query.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

template <class T>
std::optional<Value> Optional(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return Value(*value);
}

std::optional<Value> ClaimOf(const syntax::Attribute& attribute, const Identity& identity) {
  const auto claim = identity.claims.find(attribute.name);
  if (claim == identity.claims.end()) return std::nullopt;
  return std::visit([](const auto& value) { return Value(value); }, claim->second);
}

// A Cookie header that is absent has no cookies.
std::optional<Value> CookieOf(const syntax::Attribute& attribute, const CanonicalRequest& request) {
  return Optional(Cookie(HeaderValue(request, "cookie").value_or(""), attribute.name));
}

std::optional<Value> CaptureOf(const syntax::Attribute& attribute, const Facts& facts) {
  const auto capture = facts.captures.find(attribute.name);
  if (capture == facts.captures.end()) return std::nullopt;
  return Value(capture->second);
}

bool HasType(const Value& value, syntax::Type type) {
  using syntax::Type;
  switch (type) {
    case Type::kString:
      return std::holds_alternative<std::string>(value);
    case Type::kInteger:
      return std::holds_alternative<std::int64_t>(value);
    case Type::kBoolean:
      return std::holds_alternative<bool>(value);
    case Type::kAddress:
      return std::holds_alternative<syntax::Address>(value);
    case Type::kStringList:
      return std::holds_alternative<std::vector<std::string>>(value);
    default:
      return false;
  }
}

std::optional<Value> Untyped(const syntax::Attribute& attribute, const Facts& facts) {
  using syntax::Subject;
  const CanonicalRequest& request = facts.request;
  switch (attribute.subject) {
    case Subject::kClientAddress:
      return request.client;
    case Subject::kListenerPort:
      return std::int64_t{request.listener_port};
    case Subject::kScheme:
      return request.scheme;
    case Subject::kMethod:
      return request.method;
    case Subject::kHost:
      return request.host;
    case Subject::kPath:
      return request.path;
    case Subject::kHeader:
      return Optional(HeaderValue(request, attribute.name));
    case Subject::kQuery:
      return Optional(QueryParameter(request.query, attribute.name));
    case Subject::kCookie:
      return CookieOf(attribute, request);
    case Subject::kJwtVerified:
      return facts.identity.jwt_verified;
    case Subject::kJwtClaim:
      return ClaimOf(attribute, facts.identity);
    case Subject::kPeer:
      return Optional(request.peer);
    case Subject::kConsumer:
      return Optional(facts.identity.consumer);
    case Subject::kCapture:
      return CaptureOf(attribute, facts);
    case Subject::kRoute:
      return Optional(facts.route);
    case Subject::kUpstreamPath:
      return Optional(facts.upstream_path);
  }
  return std::nullopt;
}

struct TextOf {
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const syntax::Address& value) const { return AddressText(value); }
  std::string operator()(const std::vector<std::string>& value) const { return Join(value, ","); }
};

}  // namespace

std::optional<Value> ValueOf(const syntax::Attribute& attribute, const Facts& facts) {
  const auto value = Untyped(attribute, facts);
  if (!value) return std::nullopt;
  // Only a claim's type is the caller's to choose; one of another type is absent.
  const bool claim = attribute.subject == syntax::Subject::kJwtClaim;
  if (claim && !HasType(*value, attribute.type)) return std::nullopt;
  return value;
}

std::string ValueText(const Value& value) { return std::visit(TextOf(), value); }

}  // namespace weir::model
