// Wrong breakers. Each must be refuted by a real history from the start.
#include "proofs/obligations/one_probe.h"

#include <gtest/gtest.h>

namespace weir::proofs {
namespace {

using smt::Int;

void ExpectRefuted(void (*mutate)(BreakerRule&)) {
  BreakerRule rule = TheBreakerRule();
  mutate(rule);
  const Obligation obligation = OneProbeUpTo(rule, 6);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(OneProbe(rule)));
}

// Half-open as a small share of the load, not as one probe.
TEST(OneProbeMutant, LetsEveryoneThroughWhileHalfOpen) {
  ExpectRefuted(
      [](BreakerRule& rule) { rule.lets_through = [](Int out) { return out.context()->True(); }; });
}

// A failure from before opens it under the probe's feet; the next probe is the second.
TEST(OneProbeMutant, LateResultsCount) {
  ExpectRefuted([](BreakerRule& rule) {
    rule.counts = [](Int permit, Int) { return permit.context()->True(); };
  });
}

TEST(OneProbeMutant, ResultsOfEarlierEpochsCountToo) {
  ExpectRefuted([](BreakerRule& rule) {
    rule.counts = [](Int permit, Int epoch) { return permit <= epoch; };
  });
}

// Then results carry the same epoch for ever, and late ones look like new ones.
TEST(OneProbeMutant, EpochStays) {
  ExpectRefuted([](BreakerRule& rule) { rule.next_epoch = [](Int epoch) { return epoch; }; });
}

TEST(OneProbeMutant, CancelledProbeKeepsItsPlace) {
  ExpectRefuted([](BreakerRule& rule) { rule.after_cancelled = [](Int out) { return out; }; });
}

TEST(OneProbeMutant, LetsThroughTooEarly) {
  ExpectRefuted([](BreakerRule& rule) {
    rule.over = [](Int now, Int until) { return now + now.context()->Integer(1) >= until; };
  });
}

}  // namespace
}  // namespace weir::proofs
