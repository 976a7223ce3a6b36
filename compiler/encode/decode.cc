#include "compiler/encode/decode.h"

#include <map>
#include <utility>

#include "compiler/encode/derived.h"

namespace weir::compiler {
namespace {

std::optional<Outcome> OutcomeOf(const Universe& universe, const std::vector<Value>& request,
                                 Part part, const std::optional<std::string>& scope) {
  if (!scope) return std::nullopt;
  const auto at = universe.Known({part, *scope, ""});
  if (!at) return std::nullopt;
  return static_cast<Outcome>(request[*at].integer);
}

syntax::ClaimValue ClaimOf(const Dimension& dimension, const Value& value) {
  switch (dimension.domain) {
    case Domain::kInteger:
      return value.integer;
    case Domain::kBoolean:
      return value.integer != 0;
    case Domain::kList:
      return value.list;
    case Domain::kText:
    case Domain::kAddress:
    case Domain::kChoice:
      break;
  }
  return value.text;
}

// The payload's members. One that is read as words is there as a string or a list,
// if it is read so too.
void DecodeClaims(const Universe& universe, const std::vector<Value>& request,
                  const std::string& scope, Witness& witness) {
  std::map<std::string, syntax::ClaimValue> members;
  const auto decode = [&](bool words) {
    for (std::uint32_t d = 0; d < request.size(); ++d) {
      const Dimension& dimension = universe.dimensions()[d];
      const Part part = dimension.key.part;
      const bool claim = part == Part::kTextClaim || part == Part::kIntegerClaim ||
                         part == Part::kBooleanClaim || part == Part::kListClaim ||
                         part == Part::kWordsClaim;
      if (!claim || dimension.key.scope != scope || request[d].absent) continue;
      if (words != (part == Part::kWordsClaim)) continue;
      // An `aud` that is read as a string is one.
      if (part == Part::kListClaim && members.contains(dimension.key.name)) continue;
      members.try_emplace(dimension.key.name, ClaimOf(dimension, request[d]));
    }
  };
  decode(false);
  decode(true);
  for (auto& [name, value] : members) witness.claims.emplace_back(name, std::move(value));
}

std::string CookieHeader(const std::string& so_far, const std::string& name,
                         const std::string& value) {
  return (so_far.empty() ? "" : so_far + "; ") + name + "=" + value;
}

// Nobody but its holder can write a good credential: the place of it is told of by
// whose it is.
void HideCredential(const Universe& universe, Part part, const std::string& scope,
                    Witness& witness) {
  const auto at = CredentialText(universe, part, scope);
  if (!at) return;
  const DimensionKey& key = universe.dimensions()[*at].key;
  (key.part == Part::kQuery ? witness.hidden_query : witness.hidden_headers).push_back(key.name);
}

}  // namespace

Witness Decode(const Universe& universe, const std::vector<Value>& request, const RulePlace& place,
               const std::vector<std::uint32_t>& listeners) {
  Witness witness;
  const bool verified = OutcomeOf(universe, request, Part::kJwt, place.jwt) == kVerified;
  const bool has_key = OutcomeOf(universe, request, Part::kKeys, place.keys) == kVerified;
  witness.jwt = verified;
  std::string cookies;
  // Where the field itself is read, its value holds them.
  const bool whole_cookies = universe.Known({Part::kHeader, "", "cookie"}).has_value();
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
        witness.headers.emplace_back(
            key.name, key.name == "x-forwarded-for" ? ChainOf(universe, request, d) : value.text);
        break;
      case Part::kQuery:
        witness.query.emplace_back(key.name, value.text);
        break;
      case Part::kCookie:
        if (!whole_cookies) cookies = CookieHeader(cookies, key.name, value.text);
        break;
      case Part::kListener:
        for (std::uint32_t i = static_cast<std::uint32_t>(listeners.size()); i-- > 0;) {
          if (listeners[i] == static_cast<std::uint32_t>(value.integer)) witness.listener = i;
        }
        break;
      case Part::kTextClaim:
      case Part::kIntegerClaim:
      case Part::kBooleanClaim:
      case Part::kListClaim:
      case Part::kWordsClaim:
        break;  // below, as members of one payload
      case Part::kConsumer:
        if (has_key && place.keys == key.scope) witness.consumer = value.text;
        break;
      case Part::kJwt:
      case Part::kKeys:
        break;
    }
  }
  if (!listeners.empty()) {
    const ListenerFacts& facts = universe.listeners()[listeners[witness.listener]];
    witness.scheme = facts.scheme;
    witness.address = syntax::SocketAddress{facts.address, facts.port};
    witness.one_of_several = listeners.size() > 1;
    if (facts.must_have_peer && !witness.peer) witness.peer = kSomePeer;
  }
  if (!cookies.empty()) witness.headers.emplace_back("cookie", cookies);
  if (!listeners.empty() && NeedsAProxy(witness)) {
    witness.proxy = universe.listeners()[listeners[witness.listener]].a_proxy;
  }
  if (verified) {
    DecodeClaims(universe, request, *place.jwt, witness);
    HideCredential(universe, Part::kJwt, *place.jwt, witness);
  }
  if (has_key) {
    const KeyFacts* facts = universe.KeysOf(*place.keys);
    // Where no condition reads whose key it is, any consumer does.
    if (!witness.consumer) {
      witness.consumer = facts == nullptr || facts->keys.empty() ? "" : facts->keys[0].consumer;
    }
    HideCredential(universe, Part::kKeys, *place.keys, witness);
  }
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
