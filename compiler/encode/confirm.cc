#include "compiler/encode/confirm.h"

namespace weir::compiler {

model::Identity IdentityOf(const Universe& universe, const std::vector<Value>& request,
                           const RulePlace& place) {
  using Kind = model::Identity::Kind;
  const auto outcome = [&](Part part, const std::optional<std::string>& scope) {
    const auto at = scope ? universe.Known({part, *scope, ""}) : std::nullopt;
    return at ? static_cast<Outcome>(request[*at].integer) : kNoCredential;
  };
  const Outcome jwt = outcome(Part::kJwt, place.jwt), keys = outcome(Part::kKeys, place.keys);
  const auto either = [&](Outcome one) { return jwt == one || keys == one; };
  model::Identity identity;
  if (either(kKeysUnavailable))
    identity.kind = Kind::kKeysUnavailable;
  else if (either(kBadCredential))
    identity.kind = Kind::kBad;
  else if (either(kVerified))
    identity.kind = Kind::kVerified;
  identity.jwt_verified = jwt == kVerified;
  for (std::uint32_t d = 0; d < request.size(); ++d) {
    const DimensionKey& key = universe.dimensions()[d].key;
    const Value& value = request[d];
    if (value.absent) continue;
    if (key.part == Part::kConsumer && keys == kVerified && place.keys == key.scope) {
      identity.consumer = value.text;
    }
    if (jwt != kVerified || place.jwt != key.scope) continue;
    switch (key.part) {
      case Part::kTextClaim:
        identity.claims[key.name] = value.text;
        break;
      case Part::kIntegerClaim:
        identity.claims[key.name] = value.integer;
        break;
      case Part::kBooleanClaim:
        identity.claims[key.name] = value.integer != 0;
        break;
      case Part::kListClaim:
        identity.claims[key.name] = value.list;
        break;
      default:
        break;
    }
  }
  return identity;
}

}  // namespace weir::compiler
