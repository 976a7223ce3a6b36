// Breaker, ejection, checked health, pool and balancer, each step by step beside
// its model. RapidCheck makes the octets that the histories are read from
// (fuzz/harness/state.h) and shrinks them to the shortest that fails.
#include "fuzz/harness/state.h"
#include "runtime/state/ejection.h"
#include "tests/property/rapidcheck_settings.h"

namespace weir::testing {
namespace {

const bool kSet = SetRapidCheck(1'000);

using History = fuzz::Difference (*)(fuzz::Choices&, fuzz::Seen&);

// The histories of a property, and what they must have been about.
class Machine : public ::testing::Test {
 protected:
  void Check(History history, std::initializer_list<const char*> expected) {
    ASSERT_TRUE(kSet);
    fuzz::Seen seen;
    rc::detail::checkGTest([&] {
      const std::vector<std::uint8_t> octets = Octets();
      fuzz::Choices choices(octets);
      const fuzz::Difference difference = history(choices, seen);
      if (difference) RC_FAIL(*difference);
    });
    for (const char* what : expected) EXPECT_GT(seen[what], 0u) << "never seen: " << what;
  }
};

TEST_F(Machine, BreakerIsItsHistory) {
  Check(fuzz::BreakerHistory,
        {"admitted", "refused", "probe", "half-open", "late", "probe cancelled"});
}

TEST_F(Machine, EjectionIsItsHistory) {
  Check(fuzz::EjectionHistory, {"ejected by a run", "ended", "ended by a check",
                                "an ejected host leaves", "above the share"});
}

TEST_F(Machine, HealthIsItsReports) {
  Check(fuzz::HealthHistory, {"turned healthy", "turned unhealthy"});
}

TEST_F(Machine, PoolIsItsConnections) {
  Check(fuzz::PoolHistory,
        {"share", "reuse", "connect", "replace", "wait", "overflow", "asked to yield", "granted",
         "gave up", "too late to give up", "a promised connection closed", "nothing left to yield",
         "the last request ended", "one of several ended", "a waiter took room",
         "room, but too many requests", "asked to drain", "drained", "nothing left to drain"});
}

TEST_F(Machine, BalancerPicksAsTheModel) {
  Check(fuzz::BalanceHistory, {"picked", "no host", "bounded"});
}

// These rates put the lowest at mean - 1.9 sigma to the last digit; a history
// hardly ever does.
TEST(Ejection, WhoIsExactlyAtTheThresholdStays) {
  for (const int lowest : {19, 18}) {
    runtime::Ejection ejection({.consecutive_5xx = 0, .success_rate = true, .max_percent = 50});
    for (const int successes : {lowest, 60, 62, 66, 78}) {
      const std::uint32_t host = ejection.Add();
      for (int i = 0; i < 100; ++i) {
        using Outcome = runtime::Ejection::Outcome;
        ejection.Report(host, i < successes ? Outcome::kSuccess : Outcome::k5xx, 0);
      }
    }
    ejection.Sweep(0);
    EXPECT_EQ(ejection.ejected_count(), lowest == 19 ? 0u : 1u);
  }
}

}  // namespace
}  // namespace weir::testing
