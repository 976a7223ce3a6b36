// Wrong ejections. Each must be refuted by a real history from the start.
#include "proofs/obligations/ejection_bound.h"

#include <gtest/gtest.h>

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Int;

void ExpectRefuted(const EjectionRule& rule) {
  const Obligation obligation = EjectionBoundUpTo(rule, 5);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(EjectionBound(rule)));
}

void ExpectRefuted(void (*mutate)(ReturnRule&)) {
  ReturnRule rule = TheReturnRule();
  mutate(rule);
  const Obligation obligation = EjectionsEndUpTo(rule, 6);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(EjectionsEnd(rule)));
}

Int Share(Int x) { return Divide(x, x.context()->Integer(100)); }

// Looks at the count before the ejection, not after it.
TEST(EjectionBoundMutant, OneTooMany) {
  ExpectRefuted(EjectionRule{[](Int ejected, Int x, Int, Int) { return ejected <= Share(x); }});
}

TEST(EjectionBoundMutant, ShareRoundedUp) {
  ExpectRefuted(EjectionRule{[](Int ejected, Int x, Int, Int) {
    return ejected + x.context()->Integer(1) <= Share(x + x.context()->Integer(99));
  }});
}

// One on top of the share, where it should be one instead of none.
TEST(EjectionBoundMutant, AtLeastOneOnTop) {
  ExpectRefuted(EjectionRule{[](Int ejected, Int x, Int, Int at_least_one) {
    return ejected + x.context()->Integer(1) <= Share(x) + at_least_one;
  }});
}

// Of a single host `at-least-one` leaves none.
TEST(EjectionBoundMutant, TheLastHostToo) {
  ExpectRefuted(EjectionRule{[](Int ejected, Int x, Int, Int at_least_one) {
    return ejected + x.context()->Integer(1) <= Max(Share(x), at_least_one);
  }});
}

TEST(EjectionsEndMutant, TimeWithoutEnd) {
  ExpectRefuted([](ReturnRule& rule) { rule.time = [](Int wanted, Int) { return wanted; }; });
}

// Tries that were on their way when the host was ejected fail late, and prolong it.
TEST(EjectionsEndMutant, FailuresMeanwhileProlongIt) {
  ExpectRefuted([](ReturnRule& rule) {
    rule.after_report = [](Int, Int now, Int time) { return now + time; };
  });
}

// A sweep ends only what was over at the one before it.
TEST(EjectionsEndMutant, AnIntervalLate) {
  ExpectRefuted([](ReturnRule& rule) {
    rule.ends = [](Int until, Int now, Int every) { return until + every <= now; };
  });
}

}  // namespace
}  // namespace weir::proofs
