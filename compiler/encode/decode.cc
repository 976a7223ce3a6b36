#include "compiler/encode/decode.h"

namespace weir::compiler {
namespace {

std::optional<Outcome> OutcomeOf(const Universe& universe, const std::vector<Value>& request,
                                 Part part, const std::optional<std::string>& scope) {
  if (!scope) return std::nullopt;
  const auto at = universe.Known({part, *scope, ""});
  if (!at) return std::nullopt;
  return static_cast<Outcome>(request[*at].integer);
}

void DecodeClaim(const Dimension& dimension, const Value& value, Witness& witness) {
  syntax::ClaimValue claim;
  switch (dimension.domain) {
    case Domain::kInteger:
      claim = value.integer;
      break;
    case Domain::kBoolean:
      claim = value.integer != 0;
      break;
    case Domain::kList:
      claim = value.list;
      break;
    default:
      claim = value.text;
      break;
  }
  witness.claims.emplace_back(dimension.key.name, std::move(claim));
}

std::string CookieHeader(const std::string& so_far, const std::string& name,
                         const std::string& value) {
  return (so_far.empty() ? "" : so_far + "; ") + name + "=" + value;
}

}  // namespace

Witness Decode(const Universe& universe, const std::vector<Value>& request, const RulePlace& place,
               const std::vector<std::uint32_t>& listeners) {
  Witness witness;
  witness.scheme = universe.listeners().empty() ? "http" : universe.listeners()[0].scheme;
  if (!listeners.empty()) witness.scheme = universe.listeners()[listeners[0]].scheme;
  const bool verified = OutcomeOf(universe, request, Part::kJwt, place.jwt) == kVerified;
  const bool has_key = OutcomeOf(universe, request, Part::kKeys, place.keys) == kVerified;
  witness.jwt = verified;
  std::string cookies;
  for (std::uint32_t d = 0; d < request.size(); ++d) {
    const Dimension& dimension = universe.dimensions()[d];
    const Value& value = request[d];
    if (value.absent) continue;
    const DimensionKey& key = dimension.key;
    switch (key.part) {
      case Part::kMethod:
        witness.method = value.text;
        break;
      case Part::kHost:
        witness.host = value.text;
        break;
      case Part::kPath:
        witness.path = value.text;
        break;
      case Part::kClient:
        witness.client = value.address;
        break;
      case Part::kPeer:
        witness.peer = value.text;
        break;
      case Part::kHeader:
        witness.headers.emplace_back(key.name, value.text);
        break;
      case Part::kQuery:
        witness.query.emplace_back(key.name, value.text);
        break;
      case Part::kCookie:
        cookies = CookieHeader(cookies, key.name, value.text);
        break;
      case Part::kListener:
        for (std::uint32_t i = static_cast<std::uint32_t>(listeners.size()); i-- > 0;) {
          if (listeners[i] == static_cast<std::uint32_t>(value.integer)) witness.listener = i;
        }
        witness.scheme = universe.listeners()[static_cast<std::size_t>(value.integer)].scheme;
        break;
      case Part::kTextClaim:
      case Part::kIntegerClaim:
      case Part::kBooleanClaim:
      case Part::kListClaim:
        if (verified && place.jwt == key.scope) DecodeClaim(dimension, value, witness);
        break;
      case Part::kConsumer:
        if (has_key && place.keys == key.scope) witness.consumer = value.text;
        break;
      case Part::kJwt:
      case Part::kKeys:
        break;
    }
  }
  if (!cookies.empty()) witness.headers.emplace_back("cookie", cookies);
  // A key was verified though no condition reads whose it is: any consumer does.
  if (has_key && !witness.consumer) witness.consumer = "";
  return witness;
}

std::string Circumstance(const Universe& universe, const std::vector<Value>& request,
                         const RulePlace& place) {
  const auto jwt = OutcomeOf(universe, request, Part::kJwt, place.jwt);
  const auto keys = OutcomeOf(universe, request, Part::kKeys, place.keys);
  if (jwt == kKeysUnavailable || keys == kKeysUnavailable) return "while its key set cannot be had";
  if (jwt == kBadCredential) return "with a token that does not hold";
  if (keys == kBadCredential) return "with an API key that does not hold";
  return "";
}

}  // namespace weir::compiler
