// Wrong pools. Each must be refuted by a real history from the start.
#include "proofs/obligations/pool_bound.h"

#include <gtest/gtest.h>

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Int;

void ExpectRefuted(void (*mutate)(PoolRule&), int steps = 6) {
  PoolRule rule = ThePoolRule();
  mutate(rule);
  const Obligation obligation = PoolBoundUpTo(rule, steps);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(PoolBound(rule)));
}

// Those who are promised a place will be in flight as well: two connections are
// opened and become idle, two tries wait for them at a limit of one.
TEST(PoolBoundMutant, PromisesAreNoRequests) {
  const auto mutate = [](PoolRule& rule) {
    rule.overflows = [](Int f, Int, Int, Int r) { return f >= r; };
  };
  ExpectRefuted(mutate, 8);
}

TEST(PoolBoundMutant, OneRequestTooMany) {
  ExpectRefuted([](PoolRule& rule) {
    rule.overflows = [](Int f, Int p, Int w, Int r) { return f + Choose(p <= w, p, w) > r; };
  });
}

TEST(PoolBoundMutant, OneConnectionTooMany) {
  ExpectRefuted(
      [](PoolRule& rule) { rule.may_connect = [](Int c, Int most) { return c <= most; }; });
}

TEST(PoolBoundMutant, OneWaiterTooMany) {
  ExpectRefuted(
      [](PoolRule& rule) { rule.may_wait = [](Int p, Int w, Int q) { return w - p <= q; }; });
}

// One promise is taken for enough for any number of waiters.
TEST(PoolBoundMutant, OnePromiseCoversAll) {
  ExpectRefuted([](PoolRule& rule) {
    rule.is_covered = [](Int p, Int) { return p > p.context()->Integer(0); };
  });
}

// A place goes back to idle though somebody waits.
TEST(PoolBoundMutant, NobodyIsGranted) {
  ExpectRefuted(
      [](PoolRule& rule) { rule.grants = [](Int p, Int) { return p.context()->False(); }; });
}

// Only who waits without a promise is granted what comes; when a promised
// connection closes, its waiter waits for ever.
TEST(PoolBoundMutant, PromisedWaitersAreLeftToTheirPromise) {
  ExpectRefuted([](PoolRule& rule) { rule.grants = [](Int p, Int w) { return w > p; }; });
}

// A waiter that takes room must leave enough for those who are promised a connection.
TEST(PoolBoundMutant, RoomForgetsThePromises) {
  const auto mutate = [](PoolRule& rule) {
    rule.may_share = [](Int f, Int, Int, Int r) { return f < r; };
  };
  ExpectRefuted(mutate, 8);
}

TEST(PoolBoundMutant, OneRequestTooManyByRoom) {
  ExpectRefuted([](PoolRule& rule) {
    rule.may_share = [](Int f, Int p, Int w, Int r) { return f + Choose(p <= w, p, w) <= r; };
  });
}

TEST(PoolBoundMutant, APromiseOutlivesItsConnection) {
  ExpectRefuted([](PoolRule& rule) { rule.promises_left = [](Int p) { return p; }; });
}

}  // namespace
}  // namespace weir::proofs
