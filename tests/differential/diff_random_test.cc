// `weir diff` of random policies that differ in one member of a route, picked at random:
// where it tells no region, the models of both decide every random request alike, and
// where it tells nothing, they treat it alike. Each request that is shown is treated as
// told, for the caller who is told.
#include <gtest/gtest.h>

#include <cstdio>

#include "compiler/encode/diff.h"
#include "spec/model/model.h"
#include "tests/differential/small_request.h"
#include "tests/support/members/flip.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

using testing::DecideFor;
using testing::SmallPolicies;
using testing::SmallRequest;

// Members that the resolver ties to others: changed alone they make no policy.
bool IsTied(const std::string& key) {
  const auto ends = [&](const char* with) { return key.ends_with(with); };
  return key.find("kind") != std::string::npos || key.find(".type") != std::string::npos ||
         ends(".op") || ends(".quantifier") || ends(".subject") || ends("|") ||
         key.find("source") != std::string::npos || key.find(".test") != std::string::npos ||
         key.find("listeners") != std::string::npos || key.find("regex") != std::string::npos ||
         key.starts_with("proofs") || key.starts_with("examples") ||
         key.find("children") != std::string::npos || key.find("paths") != std::string::npos ||
         (ends("[]") && !ends("rules[]")) || ends("retry?") || ends("cors?") || ends("breaker?") ||
         ends("jwt?") || ends("keys?") || ends("max_body?") || ends("fallback?");
}

// The policy with one member changed, and its key; none: it has no such member.
std::string ChangeOne(syntax::Policy& policy, unsigned pick) {
  unsigned count = 0;
  const auto usable = [](const std::string& key) {
    return key.starts_with("gateways.routes") && !IsTied(key);
  };
  tests::ForEachFlip(policy, [&](const std::string& key) { count += usable(key); });
  if (count == 0) return "";
  pick %= count;
  std::optional<syntax::Policy> changed;
  std::string name;
  tests::ForEachFlip(policy, [&](const std::string& key) {
    if (!usable(key) || changed || pick-- != 0) return;
    changed = policy;
    name = key;
  });
  if (changed) policy = *std::move(changed);
  return name;
}

TEST(DiffRandom, RegionsAreWhatTheModelsSay) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  const auto count = static_cast<unsigned>(testing::CasesOr(150));
  unsigned with_regions = 0, without = 0, unknown = 0;
  for (unsigned i = 0; i < count; ++i) {
    SmallPolicies random(seed + i);
    const syntax::Policy before = random.Policy();
    syntax::Policy after = before;
    const std::string key = ChangeOne(after, (seed + i) * 31);
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1, " + key);
    const DiffResult result = Diff(before, after);
    for (const std::string& reason : result.unknown) ADD_FAILURE() << reason;
    (result.regions.empty() ? without : with_regions) += 1;
    unknown += !result.unknown.empty();
    const auto replay = [&](const Shown& shown) {
      SCOPED_TRACE(Curl(shown.witness) + " " + shown.circumstance);
      const auto a = DecideFor(before, shown.witness, shown.caller_before);
      const auto b = DecideFor(after, shown.witness, shown.caller_after);
      EXPECT_EQ(a.reason, shown.before.reason);
      EXPECT_EQ(b.reason, shown.after.reason);
    };
    for (const Region& region : result.regions) {
      replay(region.shown);
      for (const auto& [change, shown] : region.also) replay(shown);
    }
    for (int n = 0; n < 100; ++n) {
      const Witness request = SmallRequest(random);
      const model::Outcome a = DecideFor(before, request), b = DecideFor(after, request);
      // A service of the same hosts and another name is a setting.
      const bool decided = a.kind == b.kind && a.status == b.status && a.reason == b.reason;
      const bool same = decided && a.services == b.services && a.body == b.body &&
                        a.upstream_path == b.upstream_path &&
                        a.upstream_fields == b.upstream_fields;
      const bool told = decided ? !result.same() : !result.regions.empty();
      EXPECT_TRUE(same || told) << Curl(request) << "\n" << a.reason << " became " << b.reason;
    }
  }
  std::printf("%u with regions, %u without, %u unknown\n", with_regions, without, unknown);
  if (count >= 100) {
    EXPECT_GT(with_regions, 10u);
    EXPECT_GT(without, 10u);
  }
}

}  // namespace
}  // namespace weir::compiler
