// The great random run: policies of whole systems, with the verdicts of lint, prove, diff
// and explain on each judged by brute force (judge.h). WEIR_CASES=10000 is the whole of
// it; then every construct of the core and every verdict must have been common.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "tests/differential/verdicts/judge.h"
#include "tests/support/members/census.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

constexpr std::uint64_t kUsual = 50, kWhole = 10'000;
constexpr std::size_t kRequests = 60;  // for the first gateway of each policy

// What no policy that the resolver gives has, and why.
const std::map<std::string, std::string> kNever = {
    {"attribute.type=3", "no attribute is a duration"},
    {"attribute.type=4", "no attribute is a size"},
    {"attribute.type=6", "an address is no network"},
    {"attribute.type=8", "claims are read one by one"},
    {"attribute.type=9", "absent is no type that is declared"},
    {"jwts.claims.type=3", "a claim is a string, an integer, a boolean or a list"},
    {"jwts.claims.type=4", "the same"},
    {"jwts.claims.type=5", "the same"},
    {"jwts.claims.type=6", "the same"},
    {"jwts.claims.type=8", "the same"},
    {"jwts.claims.type=9", "the same"},
    {"gateways.routes.response.kind=0", "responses have header transforms only"},
    {"gateways.routes.response.kind=1", "responses have header transforms only"},
    {"gateways.routes.response.kind=5", "responses have header transforms only"},
    {"gateways.routes.response.kind=6", "responses have header transforms only"},
    {"gateways.routes.response.kind=7", "responses have header transforms only"},
    {"origins.file", "a random policy has one file"},
};

bool Never(const std::string& construct) { return kNever.contains(construct); }

void Print(const char* what, const std::map<std::string, std::uint64_t>& counts) {
  std::printf("%s:\n", what);
  for (const auto& [name, count] : counts) {
    std::printf("  %8llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  }
}

TEST(Verdicts, NoneIsFalse) {
  const std::uint64_t seed = Seed(), cases = CasesOr(kUsual);
  Tally all;
  std::map<std::string, std::uint64_t> constructs, policies;  // that have it
  std::set<std::string> never;
  tests::ForEachConstruct([&](const std::string& key) {
    if (Never(key)) {
      never.insert(key);
    } else {
      constructs[key];
    }
  });
  EXPECT_EQ(never.size(), kNever.size()) << "a row is about no construct";
  std::uint64_t with_unknown = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed + i) + " WEIR_CASES=1");
    Trial trial(seed + i, kRequests);
    std::set<std::string> present;
    tests::ForEachPresent(trial.policy, [&](const std::string& key) { present.insert(key); });
    for (const std::string& key : present) {
      EXPECT_FALSE(Never(key)) << key;
      ++constructs[key];
    }
    if (const char* focus = std::getenv("WEIR_FOCUS")) trial.focus = focus;  // what diff is asked
    Tally tally;
    for (const auto judge : {JudgeLint, JudgeProve, JudgeDiff, JudgeExplain}) {
      if (const auto wrong = judge(trial, tally)) ADD_FAILURE() << *wrong;
    }
    for (const auto& [verdict, count] : tally.verdicts) ++policies[verdict];
    if (tally.Unknown() > 0) ++with_unknown;
    all.Add(tally);
  }
  Print("verdicts", all.verdicts);
  Print("policies with such a verdict", policies);
  Print("unknown", all.unknown);
  Print("held against", all.evidence);
  std::uint64_t rarest = cases;
  for (const auto& [key, count] : constructs) {
    rarest = std::min(rarest, count);
    if (count * 50 < cases) {
      std::printf("rare: %s, %llu\n", key.c_str(), static_cast<unsigned long long>(count));
    }
  }
  std::printf(
      "%llu policies, %llu with an unknown verdict; %llu of %llu verdicts unknown; "
      "%zu constructs, the rarest in %llu policies\n",
      static_cast<unsigned long long>(cases), static_cast<unsigned long long>(with_unknown),
      static_cast<unsigned long long>(all.Unknown()),
      static_cast<unsigned long long>(all.Decided() + all.Unknown()), constructs.size(),
      static_cast<unsigned long long>(rarest));
  if (cases < kUsual) return;
  // Each of these is given on a third of the policies or more.
  for (const char* verdict :
       {"dead", "alive", "proved", "refuted", "same", "explained: forward", "explained: answer"}) {
    EXPECT_GT(policies[verdict], 0u) << verdict;
  }
  EXPECT_LE(all.Unknown() * 10, all.Decided() + all.Unknown());
  if (cases < 1'000) return;
  // At the whole run: 200 policies for a construct, 500 for a verdict.
  for (const auto& [key, count] : constructs) {
    EXPECT_GE(count * kWhole, 200 * cases * 9 / 10) << key;
    if (cases >= kWhole) {
      EXPECT_GE(count, 200u) << key;
    }
  }
  for (const char* verdict :
       {"dead", "partly", "alive", "proved", "refuted", "opened", "closed", "same"}) {
    EXPECT_GE(policies[verdict] * kWhole, 500 * cases * 9 / 10) << verdict;
    if (cases >= kWhole) {
      EXPECT_GE(policies[verdict], 500u) << verdict;
    }
  }
  if (cases >= kWhole) {
    EXPECT_LE(all.Unknown() * 100, all.Decided() + all.Unknown());
  }
}

}  // namespace
}  // namespace weir::testing
