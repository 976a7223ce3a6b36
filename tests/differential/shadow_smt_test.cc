// The second opinion: on random small tables every verdict of the shadow engine
// is Z3's, and so are its blockers: they cover the route, and none can go.
#include <gtest/gtest.h>

#include "compiler/encode/match.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"
#include "compiler/shadow/engine.h"
#include "tests/differential/small_policy.h"

namespace weir::compiler {
namespace {

class Opinion {
 public:
  explicit Opinion(const syntax::Gateway& gateway) {
    const auto listeners = AddListeners(u_, gateway);
    const std::uint32_t method = u_.At({Part::kMethod, "", ""});
    for (const syntax::Route& route : gateway.routes) {
      matches_.push_back(u_.f.And(MatchesButMethod(u_, route.match, listeners),
                                  MatchesMethod(u_, route.match, method)));
    }
    classes_ = *ClassesOf(u_);
    symbolic_ = std::make_unique<Symbolic>(u_, classes_);
  }

  // Whether some request matches `route` and none of `others`.
  bool Escapes(std::uint32_t route, const std::vector<std::uint32_t>& others) {
    std::vector<Formula> all{matches_[route]};
    for (std::uint32_t other : others) all.push_back(u_.f.Not(matches_[other]));
    const auto found = symbolic_->Find("escapes", u_.f.And(all), 5000);
    EXPECT_NE(found.kind, Symbolic::Found::Kind::kUnknown) << found.reason;
    return found.kind == Symbolic::Found::Kind::kSome;
  }

 private:
  Universe u_;
  Classes classes_;
  std::vector<Formula> matches_;
  std::unique_ptr<Symbolic> symbolic_;
};

TEST(ShadowSmt, VerdictsAndBlockersAgree) {
  int dead = 0, alive = 0;
  for (unsigned seed = 1; seed <= 120; ++seed) {
    testing::SmallPolicies random(seed);
    const syntax::Policy policy = random.Policy();
    const syntax::Gateway& gateway = policy.gateways[0];
    ShadowEngine engine(gateway);
    Opinion opinion(gateway);
    std::vector<std::uint32_t> earlier;
    for (std::uint32_t i = 0; i < gateway.routes.size(); ++i) {
      const RouteVerdict verdict = engine.Decide(i);
      ASSERT_NE(verdict.kind, RouteVerdict::Kind::kUnknown) << verdict.reason << " seed " << seed;
      const bool lives = opinion.Escapes(i, earlier);
      EXPECT_EQ(verdict.kind == RouteVerdict::Kind::kAlive, lives)
          << "route " << i << ", seed " << seed;
      (lives ? alive : dead) += 1;
      if (verdict.kind == RouteVerdict::Kind::kDead) {
        EXPECT_FALSE(opinion.Escapes(i, verdict.blockers)) << "route " << i << ", seed " << seed;
        for (std::size_t drop = 0; drop < verdict.blockers.size(); ++drop) {
          std::vector<std::uint32_t> fewer = verdict.blockers;
          fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(drop));
          EXPECT_TRUE(opinion.Escapes(i, fewer))
              << "blocker " << verdict.blockers[drop] << " of route " << i << ", seed " << seed;
        }
      }
      earlier.push_back(i);
    }
  }
  EXPECT_GT(dead, 10);
  EXPECT_GT(alive, 10);
}

}  // namespace
}  // namespace weir::compiler
