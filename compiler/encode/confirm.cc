#include "compiler/encode/confirm.h"

#include <utility>

#include "compiler/witness/replay.h"

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
  const auto value_of = [&](const DimensionKey& key) -> const Value* {
    const auto at = universe.Known(key);
    return at && !request[*at].absent ? &request[*at] : nullptr;
  };
  if (keys == kVerified) {
    const KeyFacts* facts = universe.KeysOf(*place.keys);
    if (const Value* consumer = value_of({Part::kConsumer, *place.keys, ""})) {
      identity.consumer = consumer->text;
    } else if (facts != nullptr && !facts->keys.empty()) {
      identity.consumer = facts->keys[0].consumer;  // as Decode says
    }
  }
  if (jwt != kVerified) return identity;
  for (const auto& [claim, source] : place.claims) {
    const Value* value = value_of({source.part, *place.jwt, source.member});
    if (value == nullptr) continue;
    syntax::ClaimValue& to = identity.claims[claim.first];
    switch (source.part) {
      case Part::kIntegerClaim:
        to = value->integer;
        break;
      case Part::kBooleanClaim:
        to = value->integer != 0;
        break;
      case Part::kListClaim:
      case Part::kWordsClaim:
        to = value->list;
        break;
      default:
        to = value->text;
        break;
    }
  }
  return identity;
}

namespace {

// The policy, its route denying what breaks the claim before it denies anything else.
syntax::Policy DenyingBreaks(const syntax::Policy& policy, std::uint32_t gateway,
                             std::uint32_t route, const syntax::RequestClaim& claim) {
  using Kind = syntax::Expression::Kind;
  syntax::Policy denying = policy;
  syntax::Expression broken;
  broken.kind = Kind::kAnd;
  broken.children = {claim.where, {}};
  broken.children[1].kind = Kind::kNot;
  broken.children[1].children = {claim.satisfies};
  auto& rules = denying.gateways[gateway].routes[route].rules;
  rules.insert(rules.begin(), {false, std::move(broken), syntax::kNoNode});
  return denying;
}

}  // namespace

// A request that is forwarded, and is denied where one deny is added, is one for
// which that deny holds.
std::string ConfirmBroken(const syntax::Policy& policy, std::uint32_t gateway,
                          const std::shared_ptr<const runtime::Table>& table,
                          const Witness& witness, const model::Identity& identity,
                          std::uint32_t route, const syntax::RequestClaim& claim) {
  std::string wrong = Confirm(policy, gateway, table, witness, identity, {true, 0, "ok", route});
  if (!wrong.empty()) return wrong;
  const syntax::Policy denying = DenyingBreaks(policy, gateway, route, claim);
  std::shared_ptr<const runtime::Table> denying_table;
  if (table != nullptr) {
    const WitnessReplay lowered(denying, gateway);
    if (lowered.table() == nullptr) return "the claim cannot be lowered to be played on a table";
    denying_table = lowered.table();
  }
  wrong =
      Confirm(denying, gateway, denying_table, witness, identity, {false, 403, "denied", route});
  return wrong.empty() ? "" : "the claim holds of it: " + wrong;
}

}  // namespace weir::compiler
