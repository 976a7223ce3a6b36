// Every theorem about the stateful parts of the data plane holds.
#include <gtest/gtest.h>

#include "proofs/obligations/delivered_once.h"
#include "proofs/obligations/ejection_bound.h"
#include "proofs/obligations/one_probe.h"
#include "proofs/obligations/pool_bound.h"

namespace weir::proofs {
namespace {

void ExpectHolds(const std::vector<Obligation>& obligations) {
  EXPECT_TRUE(Holds(obligations)) << Explain(obligations);
}

TEST(Theorem, OneProbe) { ExpectHolds(OneProbe(TheBreakerRule())); }
TEST(Theorem, OneProbeOnShortHistories) { ExpectHolds({OneProbeUpTo(TheBreakerRule(), 5)}); }

TEST(Theorem, EjectionBound) { ExpectHolds(EjectionBound(TheEjectionRule())); }
TEST(Theorem, EjectionBoundOnShortHistories) {
  ExpectHolds({EjectionBoundUpTo(TheEjectionRule(), 4)});
}

TEST(Theorem, EjectionsEnd) { ExpectHolds(EjectionsEnd(TheReturnRule())); }
TEST(Theorem, EjectionsEndOnShortHistories) { ExpectHolds({EjectionsEndUpTo(TheReturnRule(), 4)}); }

TEST(Theorem, PoolBound) { ExpectHolds(PoolBound(ThePoolRule())); }
TEST(Theorem, PoolBoundOnShortHistories) { ExpectHolds({PoolBoundUpTo(ThePoolRule(), 4)}); }

TEST(Theorem, DeliveredOnce) { ExpectHolds(DeliveredOnce(TheRetryRule())); }
TEST(Theorem, DeliveredOnceOnShortHistories) {
  ExpectHolds({DeliveredOnceUpTo(TheRetryRule(), 6)});
}

}  // namespace
}  // namespace weir::proofs
