#include "fuzz/generators/world_generator.h"

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/words.h"

namespace weir::fuzz {
namespace {

using model::Identity;
using model::LimitAnswer;
using model::LimitVerdict;

syntax::ClaimValue ClaimValueOf(syntax::Type type, Choices& choices) {
  switch (type) {
    case syntax::Type::kInteger:
      return std::int64_t{choices.Below(9)};
    case syntax::Type::kBoolean:
      return choices.Chance(50);
    case syntax::Type::kStringList: {
      std::vector<std::string> items;
      for (std::uint32_t i = choices.Below(4); i > 0; --i) items.push_back(ValueWord(choices));
      return items;
    }
    default:
      return choices.Chance(4) ? "line\r\nbreak" : ValueWord(choices);
  }
}

Identity RandomIdentity(Choices& choices) {
  Identity identity;
  const std::uint32_t kind = choices.Below(12);
  if (kind == 0) return identity;
  if (kind == 1) {
    identity.kind = Identity::Kind::kBad;
    return identity;
  }
  if (kind == 2) {
    identity.kind = Identity::Kind::kKeysUnavailable;
    return identity;
  }
  identity.kind = Identity::Kind::kVerified;
  if (kind < 5) {
    identity.consumer = choices.Of({"one", "two"});
    return identity;
  }
  identity.jwt_verified = true;
  if (choices.Chance(90)) identity.claims["sub"] = choices.Of({"u1", "u2"});
  for (const syntax::Claim& claim : DeclaredClaims()) {
    if (choices.Chance(70)) identity.claims[claim.name] = ClaimValueOf(claim.type, choices);
  }
  return identity;
}

LimitAnswer RandomAnswer(Choices& choices) {
  LimitAnswer answer;
  answer.remaining = choices.Below(9);
  answer.reset = std::int64_t{choices.Below(8)} * 500'000'000;
  const std::uint32_t kind = choices.Below(12);
  if (kind == 11) answer.verdict = LimitVerdict::kUnavailable;
  if (kind < 2) {
    answer.verdict = LimitVerdict::kRefused;
    answer.remaining = 0;
    answer.retry_after = 1 + std::int64_t{choices.Below(5)} * 700'000'000;
  }
  return answer;
}

}  // namespace

RandomWorld WorldFor(const syntax::Policy& policy, Choices& choices) {
  RandomWorld world;
  world.identity = RandomIdentity(choices);
  for (std::size_t i = 0; i < policy.limits.size(); ++i) {
    world.answers.push_back(RandomAnswer(choices));
  }
  for (std::uint32_t i = choices.Below(4); i > 0; --i) {
    world.response.emplace_back(
        choices.Of({"X-A", "x-b", "Content-Type", "Access-Control-Allow-Origin", "vary",
                    "access-control-expose-headers"}),
        ValueWord(choices));
  }
  return world;
}

// A credential that the route does not ask for is as good as none.
model::Identity IdentityFor(const RandomWorld& world, bool takes_jwt, bool takes_keys) {
  const bool unwanted = (world.identity.jwt_verified && !takes_jwt) ||
                        (world.identity.consumer.has_value() && !takes_keys);
  return unwanted ? Identity() : world.identity;
}

model::World AsModelWorld(const RandomWorld& world) {
  return {.charge = [&world](std::uint32_t limit, const auto&) { return world.answers[limit]; },
          .identify =
              [&world](const syntax::Authentication& wanted) {
                return IdentityFor(world, wanted.jwt.has_value(), wanted.keys.has_value());
              }};
}

}  // namespace weir::fuzz
