// The differential test would notice: each deliberate mistake is found, and
// found soon.
#include <gtest/gtest.h>

#include "fuzz/generators/policy_generator.h"
#include "fuzz/harness/decision.h"
#include "tests/differential/mutants.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

// Cases until the mistake shows; 0: it never did.
std::uint64_t CasesUntilCaught(const Mutant& mutant) {
  std::uint64_t cases = 0;
  for (std::uint64_t i = 0; cases < 60'000; ++i) {
    fuzz::Choices choices(Seed() + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    syntax::Policy bent = policy;
    if (!mutant.bend(bent)) continue;
    const auto compiled = fuzz::Compile(bent);
    if (!compiled) continue;
    for (int k = 0; k < 40; ++k) {
      const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
      const fuzz::RandomWorld world = fuzz::WorldFor(policy, choices);
      ++cases;
      if (fuzz::CompareDecision(*compiled, policy, request, world)) return cases;
    }
  }
  return 0;
}

TEST(Mutants, EachIsCaught) {
  for (const Mutant& mutant : Mutants()) {
    const std::uint64_t cases = CasesUntilCaught(mutant);
    std::printf("%6llu cases: %s\n", static_cast<unsigned long long>(cases), mutant.mistake);
    EXPECT_GT(cases, 0u) << "'" << mutant.mistake << "' was not noticed in 60,000 cases";
  }
}

}  // namespace
}  // namespace weir::testing
