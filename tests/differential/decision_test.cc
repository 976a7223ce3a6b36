// model = table on random policies, requests and worlds; and the cases are
// worth having: enough of them are routed, and every outcome is met.
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "fuzz/generators/policy_generator.h"
#include "fuzz/harness/decision.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

constexpr int kRequestsPerPolicy = 40;

struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t routed = 0;
  std::map<std::string, std::uint64_t> reasons;

  void Add(const model::Outcome& outcome) {
    ++cases;
    if (outcome.route) ++routed;
    ++reasons[outcome.reason];
  }
  void Print(double seconds) const {
    std::printf("%llu cases, %.0f a second, %.0f %% routed\n",
                static_cast<unsigned long long>(cases), static_cast<double>(cases) / seconds,
                100.0 * static_cast<double>(routed) / static_cast<double>(cases));
    for (const auto& [reason, count] : reasons) {
      std::printf("  %5.1f %% %s\n",
                  100.0 * static_cast<double>(count) / static_cast<double>(cases), reason.c_str());
    }
  }
};

TEST(Decision, TableSaysWhatTheModelSays) {
  const std::uint64_t cases = CasesOr(20'000);
  Tally tally;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; tally.cases < cases; ++i) {
    fuzz::Choices choices(Seed() + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    const auto compiled = fuzz::Compile(policy);
    ASSERT_TRUE(compiled) << "seed " << Seed() + i << ": " << compiled.error();
    for (int k = 0; k < kRequestsPerPolicy; ++k) {
      const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
      const fuzz::RandomWorld world = fuzz::WorldFor(policy, choices);
      model::Outcome outcome;
      const auto difference = fuzz::CompareDecision(*compiled, policy, request, world, &outcome);
      ASSERT_FALSE(difference) << "WEIR_SEED=" << Seed() + i << "\n" << *difference;
      tally.Add(outcome);
    }
  }
  tally.Print(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());

  EXPECT_GE(tally.routed * 100, tally.cases * 30);
  for (const char* reason :
       {"ok", "bad-request", "no-route", "method", "respond", "redirect", "preflight",
        "preflight-origin", "rate-limited", "store-down", "unauthenticated", "keys-unavailable",
        "denied", "not-allowed", "rewrite"}) {
    EXPECT_GE(tally.reasons[reason] * 100, tally.cases) << reason << " is too rare";
  }
  for (const char* reason : {"forwarded", "loop", "options"}) {
    EXPECT_GE(tally.reasons[reason] * 400, tally.cases) << reason << " is too rare";
  }
}

}  // namespace
}  // namespace weir::testing
