// ejection-of-all and ejection-never-acts beside the ejection that is shipped.
#include "compiler/checks/ejectable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "runtime/state/ejection.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

runtime::EjectionSettings SettingsOf(const syntax::Ejection& ejection) {
  return {.consecutive_5xx = ejection.consecutive_5xx,
          .consecutive_gateway = ejection.consecutive_gateway_errors,
          .consecutive_local = ejection.consecutive_local_failures,
          .success_rate = ejection.success_rate,
          .max_percent = ejection.max_percent,
          .at_least_one = ejection.at_least_one};
}

// The most hosts ejected at one time while every host does nothing but fail.
std::uint32_t AllFail(const syntax::Ejection& ejection, std::uint32_t hosts) {
  runtime::Ejection state(SettingsOf(ejection));
  for (std::uint32_t i = 0; i < hosts; ++i) state.Add();
  std::uint32_t most = 0;
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t host = 0; host < hosts; ++host) {
      for (const auto outcome :
           {runtime::Ejection::Outcome::kGatewayError, runtime::Ejection::Outcome::kLocalFailure}) {
        for (int i = 0; i < 4; ++i) state.Report(host, outcome, round);
      }
      most = std::max(most, state.ejected_count());
    }
  }
  return most;
}

// The same while hosts differ in how often they fail, as success rates need.
std::uint32_t RatesDiffer(const syntax::Ejection& ejection, std::uint32_t hosts,
                          std::mt19937_64& random) {
  runtime::Ejection state(SettingsOf(ejection));
  for (std::uint32_t i = 0; i < hosts; ++i) state.Add();
  std::uint32_t most = 0;
  for (int interval = 0; interval < 12; ++interval) {
    const auto bad = static_cast<std::uint32_t>(random() % hosts);
    for (std::uint32_t host = 0; host < hosts; ++host) {
      const std::uint64_t fails = host == bad ? 100 : random() % 3;
      for (std::uint64_t i = 0; i < 100; ++i) {
        state.Report(
            host,
            i < fails ? runtime::Ejection::Outcome::k5xx : runtime::Ejection::Outcome::kSuccess,
            interval);
      }
    }
    state.Sweep(interval);
    most = std::max(most, state.ejected_count());
  }
  return most;
}

TEST(Ejectable, IsWhatTheShippedEjectionTakes) {
  for (std::uint32_t hosts = 1; hosts <= 12; ++hosts) {
    for (std::uint32_t percent = 0; percent <= 100; ++percent) {
      for (const bool at_least_one : {false, true}) {
        for (int counts = 0; counts < 3; ++counts) {
          syntax::Ejection ejection;
          ejection.max_percent = percent;
          ejection.at_least_one = at_least_one;
          ejection.consecutive_5xx = counts == 1 ? 3 : 0;
          ejection.consecutive_local_failures = counts == 2 ? 4 : 0;
          ASSERT_EQ(Ejectable(ejection, hosts), AllFail(ejection, hosts))
              << hosts << " hosts, " << percent << "%, counts " << counts;
        }
      }
    }
  }
}

TEST(Ejectable, SuccessRatesLeaveFour) {
  std::uint32_t most_of_ten = 0;
  for (std::uint32_t hosts = 1; hosts <= 12; ++hosts) {
    for (std::uint64_t i = 0; i < 40; ++i) {
      std::mt19937_64 random(testing::Seed() + i);
      syntax::Ejection ejection;
      ejection.consecutive_5xx = 0;
      ejection.success_rate = true;
      ejection.max_percent = 100;
      const std::uint32_t taken = RatesDiffer(ejection, hosts, random);
      ASSERT_LE(taken, Ejectable(ejection, hosts))
          << hosts << " hosts, seed " << testing::Seed() + i;
      if (hosts == 10) most_of_ten = std::max(most_of_ten, taken);
    }
  }
  EXPECT_EQ(most_of_ten, 6u);  // the bound is met, not only kept
}

}  // namespace
}  // namespace weir::compiler
