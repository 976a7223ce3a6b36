#include "compiler/encode/confirm.h"

#include <algorithm>
#include <expected>
#include <utility>

#include "compiler/replay/replay.h"
#include "compiler/witness/replay.h"
#include "spec/model/expression.h"

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

model::World WorldOf(const model::Identity& identity) {
  model::World world;
  world.charge = [](std::uint32_t, const model::LimitKey&) {
    return model::LimitVerdict::kAdmitted;
  };
  world.identify = [identity](const syntax::Authentication&) { return identity; };
  return world;
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
  // What the claim reads is read by no rule of the policy: it may come twice.
  for (syntax::Listener& listener : denying.gateways[gateway].listeners) {
    listener.query = listener.cookies = syntax::Listener::Reading::kFirst;
  }
  auto& rules = denying.gateways[gateway].routes[route].rules;
  rules.insert(rules.begin(), {false, std::move(broken), syntax::kNoNode});
  return denying;
}

bool ReadsUpstreamPath(const syntax::Expression& expression) {
  if (expression.kind == syntax::Expression::Kind::kPredicate) {
    return expression.predicate.attribute.subject == syntax::Subject::kUpstreamPath;
  }
  return std::ranges::any_of(expression.children, ReadsUpstreamPath);
}

// A deny comes before the path is written: what is asked of it is answered beforehand.
void FillIn(syntax::Expression& expression, const std::string& upstream_path) {
  using Kind = syntax::Expression::Kind;
  for (syntax::Expression& child : expression.children) FillIn(child, upstream_path);
  if (expression.kind != Kind::kPredicate || !ReadsUpstreamPath(expression)) return;
  model::Facts facts;
  facts.upstream_path = upstream_path;
  expression.kind = model::Holds(expression, facts) ? Kind::kTrue : Kind::kFalse;
}

// The path that the model and the table send for a request that both forward.
std::expected<std::string, std::string> SentPath(const syntax::Policy& policy,
                                                 std::uint32_t gateway,
                                                 const std::shared_ptr<const runtime::Table>& table,
                                                 const Witness& witness,
                                                 const model::Identity& identity) {
  const model::World world = WorldOf(identity);
  const model::RawRequest raw = RawRequestOf(witness);
  const model::Connection connection = ConnectionOf(witness);
  const std::string path = model::Decide(policy, gateway, raw, connection, world).upstream_path;
  if (table == nullptr) return path;
  const TableReplay replay(policy, gateway, table);
  if (replay.Run(raw, connection, world).upstream_path == path) return path;
  return std::unexpected("the model and the table send it to different paths");
}

}  // namespace

// A request that is forwarded, and is denied where one deny is added, is one for
// which that deny holds.
std::string ConfirmBroken(const syntax::Policy& policy, std::uint32_t gateway,
                          const std::shared_ptr<const runtime::Table>& table,
                          const Witness& witness, const model::Identity& identity,
                          std::uint32_t route, const syntax::RequestClaim& asked) {
  std::string wrong = Confirm(policy, gateway, table, witness, identity, {true, 0, "ok", route});
  if (!wrong.empty()) return wrong;
  syntax::RequestClaim claim = asked;
  if (ReadsUpstreamPath(claim.where) || ReadsUpstreamPath(claim.satisfies)) {
    const auto sent = SentPath(policy, gateway, table, witness, identity);
    if (!sent) return sent.error();
    FillIn(claim.where, *sent);
    FillIn(claim.satisfies, *sent);
  }
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
