// Wrong limiters. Each must be refuted by a real history of a new key.
#include <gtest/gtest.h>

#include "proofs/obligations/limit_bound.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Int;

LimitRule With(void (*mutate)(LimitRule&)) {
  LimitRule rule = TheLimitRule();
  mutate(rule);
  return rule;
}

void ExpectRefuted(const LimitRule& rule) {
  const Obligation obligation = LimitBoundUpTo(rule, 4);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(LimitBound(rule)));
}

// Admits one more than the burst.
TEST(LimitBoundMutant, ToleranceBesideTheIncrement) {
  ExpectRefuted(With([](LimitRule& rule) {
    rule.admits = [](Int s, Int tau, Int, Int p) { return Max(tau, s) - tau <= p; };
  }));
}

// An idle key saves up credit without end.
TEST(LimitBoundMutant, IdleTimeIsCredit) {
  ExpectRefuted(With([](LimitRule& rule) {
    rule.admits = [](Int s, Int tau, Int c, Int p) { return s + c - tau <= p; };
    rule.next = [](Int s, Int, Int c) { return s + c; };
  }));
}

// The increment loses a unit each time, as T/N in whole nanoseconds does.
TEST(LimitBoundMutant, IncrementRoundedDown) {
  ExpectRefuted(With([](LimitRule& rule) {
    rule.next = [](Int s, Int tau, Int c) { return Max(tau, s) + c - c.context()->Integer(1); };
  }));
}

// An entry is dropped while it still holds back.
TEST(LimitBoundMutant, DropsLiveEntries) {
  ExpectRefuted(With(
      [](LimitRule& rule) { rule.may_drop = [](Int s, Int) { return s.context()->True(); }; }));
}

// A charge is not written back.
TEST(LimitBoundMutant, ForgetsTheCharge) {
  ExpectRefuted(With([](LimitRule& rule) { rule.next = [](Int s, Int, Int) { return s; }; }));
}

// The bound is on the time of the last charge: a clock that goes back breaks it.
TEST(LimitBoundMutant, ClockGoesBack) {
  ExpectRefuted(With([](LimitRule& rule) {
    rule.clock = [](Int before, Int) { return before.context()->True(); };
  }));
}

}  // namespace
}  // namespace weir::proofs
