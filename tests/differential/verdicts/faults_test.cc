// Each planted mistake is found by the great random run, and each construct of the core
// has one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/differential/verdicts/faults.h"
#include "tests/differential/verdicts/print.h"
#include "tests/support/members/census.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

constexpr std::size_t kRequests = 40;
constexpr std::uint64_t kPolicies = 200;

// The policies until it shows; 0: it never did. A change that `diff` is asked about is
// one of the construct's own: otherwise it would take thousands of policies to meet one.
std::uint64_t PoliciesUntilFound(const Fault& fault) {
  std::uint64_t tried = 0;
  for (std::uint64_t i = 0; tried < kPolicies && i < 20 * kPolicies; ++i) {
    Trial trial(Seed() + i, kRequests);
    syntax::Policy bent = trial.policy;
    fault.bend(bent);
    if (Print(bent) == Print(trial.policy)) continue;
    ++tried;
    trial.focus = fault.construct;
    trial.seen = [&](const syntax::Policy& policy) {
      syntax::Policy other = policy;
      fault.bend(other);
      return other;
    };
    Tally tally;
    if (!fault.judge(trial, tally)) continue;
    // Without the mistake the same run finds nothing.
    Trial sound(Seed() + i, kRequests);
    sound.focus = fault.construct;
    if (const auto wrong = fault.judge(sound, tally)) ADD_FAILURE() << *wrong;
    return tried;
  }
  return 0;
}

TEST(Faults, EachIsFound) {
  EXPECT_GE(Faults().size(), 40u);
  const char* only = std::getenv("WEIR_FOCUS");  // those of one construct
  for (const Fault& fault : Faults()) {
    if (only && fault.construct != only) continue;
    const std::uint64_t policies = PoliciesUntilFound(fault);
    std::printf("%5llu policies: %s: %s\n", static_cast<unsigned long long>(policies),
                fault.construct.c_str(), fault.mistake);
    EXPECT_GT(policies, 0u) << fault.mistake << " was not found in " << kPolicies << " policies";
  }
}

// Why no mistake is planted in it.
const std::map<std::string, std::string> kWithout = {
    {"origins", "where things are written"},
    {"unused", "no part of what a policy means"},
    {"gateways.routes.written", "what a check says about the text"},
    {"examples", "played on model and table by `weir test`, without an encoding"},
    {"proofs", "its name, and what is claimed: see there"},
    {"proofs.claim<AmplificationClaim>", "no claim about requests: judged by a simulation"},
};

// A duration or an address is part of what holds it.
const std::set<std::string> kPlainValues = {"address",     "base",         "every",  "timeout",
                                            "max_age",     "skew",         "period", "window",
                                            "open_for",    "per_try",      "hedge",  "backoff_base",
                                            "backoff_max", "idle_timeout", "headers"};

TEST(Faults, EachConstructHasOne) {
  std::set<std::string> constructs;
  tests::ForEachConstruct([&](const std::string& key) {
    const std::size_t end = key.rfind('.');
    if (end != std::string::npos) constructs.insert(key.substr(0, end));
  });
  EXPECT_GT(constructs.size(), 40u);
  std::set<std::string> excuses;  // that some construct needs
  for (const std::string& construct : constructs) {
    if (std::ranges::count(Faults(), construct, &Fault::construct) > 0) continue;
    std::string excuse = construct.substr(construct.rfind('.') + 1);
    bool excused = kPlainValues.contains(excuse);
    for (const auto& [without, why] : kWithout) {  // the longest comes last
      if (construct != without && !construct.starts_with(without + ".")) continue;
      excuse = without;
      excused = true;
    }
    EXPECT_TRUE(excused) << construct;
    excuses.insert(excuse);
  }
  for (const auto& [construct, why] : kWithout) EXPECT_TRUE(excuses.contains(construct)) << why;
  for (const std::string& value : kPlainValues) EXPECT_TRUE(excuses.contains(value)) << value;
  for (const Fault& fault : Faults())
    EXPECT_TRUE(constructs.contains(fault.construct)) << fault.construct;
}

}  // namespace
}  // namespace weir::testing
