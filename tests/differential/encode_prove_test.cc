// Claims and differences on random policies, against brute force: what is proved
// no random request breaks, what is refuted is refuted by a request that replays,
// and two policies differ where the model says they do.
#include <gtest/gtest.h>

#include "compiler/encode/confirm.h"
#include "compiler/encode/diff.h"
#include "compiler/encode/prove.h"
#include "compiler/lower/lower.h"
#include "tests/differential/small_request.h"

namespace weir::compiler {
namespace {

using testing::DecideFor;
using testing::SmallPolicies;
using testing::SmallRequest;

syntax::Expression Verified() {
  syntax::Expression expression;
  expression.kind = syntax::Expression::Kind::kPredicate;
  expression.predicate.attribute = {syntax::Subject::kJwtVerified, "", syntax::Type::kBoolean};
  expression.predicate.op = syntax::Operator::kEqual;
  expression.predicate.constants = {true};
  return expression;
}

syntax::Proof Claim(std::optional<std::uint32_t> service, syntax::Expression satisfies) {
  syntax::RequestClaim claim;
  if (service) claim.to = syntax::Ref<syntax::Service>{*service};
  claim.satisfies = std::move(satisfies);
  return {"claim", claim, syntax::kNoNode};
}

TEST(EncodeProve, VerdictsAgreeWithRandomRequests) {
  int proved = 0, refuted = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SmallPolicies random(seed);
    syntax::Policy policy = random.Policy();
    policy.proofs = {Claim(0, Verified()), Claim(std::nullopt, Verified()),
                     Claim(1, {syntax::Expression::Kind::kFalse, {}, {}, syntax::kNoNode})};
    const auto octets = Lower(policy, nullptr, 0);
    ASSERT_TRUE(octets.has_value());
    const auto table = runtime::Table::LoadOctets(*octets);
    ASSERT_TRUE(table.has_value());
    const auto verdicts = ProveClaims(policy, {*table});
    ASSERT_EQ(verdicts.size(), 3u);
    for (const ClaimVerdict& verdict : verdicts) {
      // Unknown would also mean a counterexample that does not replay.
      const auto* unknown = std::get_if<smt::Unknown>(&verdict.verdict);
      ASSERT_EQ(unknown, nullptr) << unknown->reason << ", seed " << seed;
      (smt::IsProved(verdict.verdict) ? proved : refuted) += 1;
    }
    for (int i = 0; i < 100; ++i) {
      const Witness request = SmallRequest(random);
      const model::Outcome outcome = DecideFor(policy, request);
      if (outcome.kind != model::Outcome::Kind::kForward) continue;
      // Nobody is verified here, so a forwarded request breaks the claims.
      EXPECT_TRUE(smt::IsRefuted(verdicts[1].verdict)) << "seed " << seed;
      for (std::uint32_t service : outcome.services) {
        EXPECT_TRUE(smt::IsRefuted(verdicts[service == 0 ? 0 : 2].verdict)) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(proved, 10);
  EXPECT_GT(refuted, 10);
}

TEST(EncodeDiff, APolicyDoesNotDifferFromItself) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const syntax::Policy policy = SmallPolicies(seed).Policy();
    const DiffResult result = Diff(policy, policy);
    EXPECT_TRUE(result.regions.empty() && result.unknown.empty()) << "seed " << seed;
  }
}

TEST(EncodeDiff, DifferencesOfTheModelLieInARegion) {
  int differing = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SmallPolicies random(seed);
    const syntax::Policy before = random.Policy();
    syntax::Policy after = before;
    auto& routes = after.gateways[0].routes;
    std::swap(routes.front(), routes.back());
    if (seed % 2 == 0) routes.front().rules.clear();
    const DiffResult result = Diff(before, after);
    ASSERT_TRUE(result.unknown.empty()) << result.unknown[0] << ", seed " << seed;
    differing += !result.regions.empty();
    for (int i = 0; i < 100; ++i) {
      const Witness request = SmallRequest(random);
      const model::Outcome a = DecideFor(before, request), b = DecideFor(after, request);
      const bool same = a.kind == b.kind && a.status == b.status && a.reason == b.reason;
      if (same) continue;
      bool found = false;
      for (const Region& region : result.regions) {
        const auto is_it = [&](const Shown& shown) {
          return shown.before.reason == a.reason && shown.after.reason == b.reason;
        };
        found |= is_it(region.shown);
        for (const auto& [change, shown] : region.also) found |= is_it(shown);
      }
      EXPECT_TRUE(found) << a.reason << " became " << b.reason << " unnoticed, seed " << seed;
    }
  }
  EXPECT_GT(differing, 10);
}

}  // namespace
}  // namespace weir::compiler
