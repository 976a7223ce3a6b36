// The generators' requests are worth their time: measured on the model alone.
#include <gtest/gtest.h>

#include <map>

#include "fuzz/generators/policy_generator.h"
#include "fuzz/generators/request_generator.h"
#include "fuzz/generators/world_generator.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

TEST(Generators, EveryOutcomeIsMet) {
  std::map<std::string, int> reasons;
  int routed = 0;
  int cases = 0;
  for (std::uint64_t i = 0; cases < 20'000; ++i) {
    fuzz::Choices choices(Seed() + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    for (int k = 0; k < 40; ++k, ++cases) {
      const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
      const fuzz::RandomWorld world = fuzz::WorldFor(policy, choices);
      const model::Outcome outcome =
          model::Decide(policy, 0, request.raw, request.connection, fuzz::AsModelWorld(world));
      ++reasons[outcome.reason];
      routed += outcome.route ? 1 : 0;
    }
  }
  for (const auto& [reason, count] : reasons) {
    std::printf("  %5.1f %% %s\n", 100.0 * count / cases, reason.c_str());
  }
  EXPECT_GE(routed * 100, cases * 30);
  for (const char* reason :
       {"ok", "bad-request", "no-route", "method", "respond", "redirect", "preflight",
        "preflight-origin", "rate-limited", "store-down", "unauthenticated", "keys-unavailable",
        "denied", "not-allowed", "rewrite"}) {
    EXPECT_GE(reasons[reason] * 100, cases) << reason << " is too rare";
  }
}

TEST(Generators, OctetsThatRunOutGiveThePlainestCase) {
  fuzz::Choices choices{std::span<const std::uint8_t>()};
  const syntax::Policy policy = fuzz::RandomPolicy(choices);
  const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
  EXPECT_TRUE(policy.gateways[0].routes.empty());
  EXPECT_EQ(request.raw.method, "GET");
}

}  // namespace
}  // namespace weir::testing
