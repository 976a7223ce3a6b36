#include "runtime/decide/attribute.h"

#include "runtime/decide/match.h"
#include "runtime/decide/parameter.h"

namespace weir::runtime {
namespace {

Value TextValue(std::string_view text) { return {.kind = Value::Kind::kText, .text = {text}}; }

// An empty view stands for absent where the value itself is never empty.
Value NonEmpty(std::string_view text) { return text.empty() ? Value{} : TextValue(text); }

Value IntegerValue(std::int64_t integer) {
  return {.kind = Value::Kind::kInteger, .integer = integer};
}

Value BooleanValue(bool value) { return {.kind = Value::Kind::kBoolean, .integer = value}; }

Value ReadQuery(const Facts& facts, std::string_view name) {
  const auto text = FindParameter(facts.request.query, name);
  if (!text) return {};
  return {.kind = Value::Kind::kText, .text = *text};
}

Value ReadCookie(const Facts& facts, std::string_view name) {
  const Header* header = facts.request.Find("cookie");
  const auto text = header ? FindCookie(header->value, name) : std::nullopt;
  return text ? TextValue(*text) : Value{};
}

Value FromClaim(const ClaimValue& claim) {
  switch (claim.kind) {
    case ClaimValue::Kind::kAbsent:
      return {};
    case ClaimValue::Kind::kString:
      return TextValue(claim.string);
    case ClaimValue::Kind::kInteger:
      return IntegerValue(claim.integer);
    case ClaimValue::Kind::kBoolean:
      return BooleanValue(claim.integer != 0);
    case ClaimValue::Kind::kList:
      return {.kind = Value::Kind::kList, .list = claim.list};
  }
  return {};
}

// Claims are named, as rules of a service are read on routes with different
// issuers, whose claims stand in different places.
Value ReadClaim(const Facts& facts, std::string_view name) {
  constexpr std::string_view kRegistered[kRegisteredClaims] = {"sub", "iss", "jti", "aud"};
  const auto claims = facts.identity.claims;
  for (std::size_t i = 0; i < kRegisteredClaims && i < claims.size(); ++i) {
    if (name == kRegistered[i]) return FromClaim(claims[i]);
  }
  if (facts.route == kNoIndex) return {};
  const Index jwt = facts.table.routes()[facts.route].jwt;
  if (jwt == kNoIndex) return {};
  std::size_t place = kRegisteredClaims;
  for (const ClaimRecord& claim :
       TableView::Slice(facts.table.claims(), facts.table.jwts()[jwt].claims)) {
    if (place >= claims.size()) return {};
    if (facts.table.text(claim.name) == name) return FromClaim(claims[place]);
    ++place;
  }
  return {};
}

Value ReadCapture(const Facts& facts, std::string_view name) {
  if (facts.route == kNoIndex) return {};
  return NonEmpty(
      CaptureOf(facts.table, facts.table.routes()[facts.route], facts.request.path, name));
}

bool HasType(const Value& value, AttributeType type) {
  switch (type) {
    case AttributeType::kString:
      return value.kind == Value::Kind::kText;
    case AttributeType::kInteger:
      return value.kind == Value::Kind::kInteger;
    case AttributeType::kBoolean:
      return value.kind == Value::Kind::kBoolean;
    case AttributeType::kAddress:
      return value.kind == Value::Kind::kAddress;
    case AttributeType::kStringList:
      return value.kind == Value::Kind::kList;
  }
  return false;
}

Value ReadAny(const Facts& facts, const AttributeRecord& attribute) {
  const CanonicalRequest& request = facts.request;
  switch (attribute.subject) {
    case AttributeSubject::kClientAddress:
      return {.kind = Value::Kind::kAddress, .address = &request.client};
    case AttributeSubject::kListenerPort:
      return IntegerValue(request.listener_port);
    case AttributeSubject::kScheme:
      return TextValue(request.scheme);
    case AttributeSubject::kMethod:
      return TextValue(request.method);
    case AttributeSubject::kHost:
      return TextValue(request.host);
    case AttributeSubject::kPath:
      return TextValue(request.path);
    case AttributeSubject::kHeader: {
      const Header* header = request.Find(facts.table.text(attribute.name));
      return header ? TextValue(header->value) : Value{};
    }
    case AttributeSubject::kQuery:
      return ReadQuery(facts, facts.table.text(attribute.name));
    case AttributeSubject::kCookie:
      return ReadCookie(facts, facts.table.text(attribute.name));
    case AttributeSubject::kJwtVerified:
      return BooleanValue(facts.identity.jwt_verified);
    case AttributeSubject::kJwtClaim:
      return ReadClaim(facts, facts.table.text(attribute.name));
    case AttributeSubject::kPeer:
      return NonEmpty(request.peer);
    case AttributeSubject::kConsumer:
      return NonEmpty(facts.identity.consumer);
    case AttributeSubject::kCapture:
      return ReadCapture(facts, facts.table.text(attribute.name));
    case AttributeSubject::kRoute:
      if (facts.route == kNoIndex) return {};
      return TextValue(facts.table.text(facts.table.routes()[facts.route].name));
  }
  return {};
}

}  // namespace

Value ReadAttribute(const Facts& facts, const AttributeRecord& attribute) {
  const Value value = ReadAny(facts, attribute);
  return HasType(value, attribute.type) ? value : Value{};
}

}  // namespace weir::runtime
