// The second opinion: on random small tables every verdict of the shadow engine
// is Z3's, and so are its blockers: they cover the route, and none can go.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/checks/solver_fallback.h"
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

// Routes of one path that differ in their header tests alone: of six headers
// each tests three; those over the first three may cover every request.
class HeaderTables {
 public:
  static constexpr std::uint32_t kHeaders = 6;
  explicit HeaderTables(unsigned seed) : random_(seed) {}

  syntax::Gateway Table() {
    syntax::Gateway gateway;
    gateway.listeners.emplace_back();
    const unsigned left_out = random_() % 16;  // past 8: nothing, the split covers all
    for (unsigned part = 0; part < 8; ++part) {
      if (part == left_out) continue;
      auto& match = gateway.routes.emplace_back().match;
      for (std::uint32_t h = 0; h < 3; ++h) match.fields.push_back(Test(h, (part >> h & 1) != 0));
    }
    for (int i = 0; i < 12; ++i) {
      auto& match = gateway.routes.emplace_back().match;
      for (int t = 0; t < 3; ++t) match.fields.push_back(Test(random_() % kHeaders, random_() % 2));
    }
    std::shuffle(gateway.routes.begin(), gateway.routes.end(), random_);
    gateway.routes.emplace_back();
    return gateway;
  }

  // Every header absent or one of the two values that are told apart.
  static bool Escapes(const syntax::Gateway& gateway, std::uint32_t route) {
    std::uint32_t cases = 1;
    for (std::uint32_t h = 0; h < kHeaders; ++h) cases *= 3;
    for (std::uint32_t request = 0; request < cases; ++request) {
      std::uint32_t first = 0;
      while (first < route && !Matches(gateway.routes[first].match, request)) ++first;
      if (first == route && Matches(gateway.routes[route].match, request)) return true;
    }
    return false;
  }

 private:
  static syntax::FieldMatch Test(std::uint32_t header, bool negated) {
    using syntax::FieldMatch;
    return {FieldMatch::Source::kHeader,
            "h" + std::to_string(header),
            FieldMatch::Test::kOneOf,
            negated,
            {"u"}};
  }
  static bool Matches(const syntax::Match& match, std::uint32_t request) {
    return std::ranges::all_of(match.fields, [&](const syntax::FieldMatch& field) {
      std::uint32_t value = request;
      for (char h = '0'; h < field.name[1]; ++h) value /= 3;
      return (value % 3 == 1) != field.negated;  // 0 absent, 1 "u", 2 another
    });
  }

  std::mt19937 random_;
};

// What is spent on one route is gone for the next; past it nothing is asked, a route
// that needs no search is still decided, and the same is said each time.
TEST(ShadowSmt, StepsAreSharedAndEndAtTheSameRoute) {
  const auto verdicts = [](const syntax::Gateway& gateway, std::size_t steps) {
    ShadowEngine engine(gateway, {.max_steps = steps, .fallback = SolveByClasses});
    std::string said;
    for (std::uint32_t i = 0; i < gateway.routes.size(); ++i) {
      const RouteVerdict verdict = engine.Decide(i);
      said += verdict.kind == RouteVerdict::Kind::kAlive  ? "a"
              : verdict.kind == RouteVerdict::Kind::kDead ? "d"
                                                          : "?" + verdict.reason;
    }
    return said;
  };
  bool spent = false;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const syntax::Gateway gateway = HeaderTables(seed).Table();
    const std::string whole = verdicts(gateway, 100'000'000), some = verdicts(gateway, 1'000);
    EXPECT_EQ(whole.find('?'), std::string::npos) << whole;
    EXPECT_EQ(verdicts(gateway, 1'000), some);
    EXPECT_EQ(some.front(), 'a') << "seed " << seed;
    spent = spent || some.find("over its budget") != std::string::npos;
  }
  EXPECT_TRUE(spent);
}

// With no budget of its own the engine asks the solver about every residue, and
// says the same as the search does and as brute force.
TEST(ShadowSmt, TheFallbackAgreesWithTheSearchAndWithBruteForce) {
  int asked = 0, dead = 0, alive = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const syntax::Gateway gateway = HeaderTables(seed).Table();
    ShadowEngine search(gateway);
    ShadowEngine solver(gateway, {.max_residue_nodes = 0, .fallback = [&](const Residue& residue) {
                                    ++asked;
                                    return SolveByClasses(residue);
                                  }});
    ShadowEngine neither(gateway, {.max_residue_nodes = 0});
    for (std::uint32_t i = 0; i < gateway.routes.size(); ++i) {
      const RouteVerdict a = search.Decide(i), b = solver.Decide(i);
      ASSERT_NE(b.kind, RouteVerdict::Kind::kUnknown) << b.reason;
      EXPECT_EQ(a.kind, b.kind) << "route " << i << ", seed " << seed;
      const bool lives = HeaderTables::Escapes(gateway, i);
      EXPECT_EQ(b.kind == RouteVerdict::Kind::kAlive, lives) << "route " << i << ", seed " << seed;
      (lives ? alive : dead) += 1;
      if (!lives) {
        syntax::Gateway part;
        for (std::uint32_t blocker : b.blockers) part.routes.push_back(gateway.routes[blocker]);
        part.routes.push_back(gateway.routes[i]);
        const auto last = static_cast<std::uint32_t>(b.blockers.size());
        EXPECT_FALSE(HeaderTables::Escapes(part, last)) << "route " << i << ", seed " << seed;
        if (b.blockers.empty()) continue;  // contradicts itself: nothing to search for
      }
      const RouteVerdict undecided = neither.Decide(i);
      EXPECT_EQ(undecided.kind, RouteVerdict::Kind::kUnknown);
      EXPECT_FALSE(undecided.reason.empty());
    }
  }
  EXPECT_GT(asked, 50);
  EXPECT_GT(dead, 4);
  EXPECT_GT(alive, 10);
}

}  // namespace
}  // namespace weir::compiler
