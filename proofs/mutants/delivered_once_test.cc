// Wrong retries. Each must be refuted by a real history from the start.
#include "proofs/obligations/delivered_once.h"

#include <gtest/gtest.h>

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Int;

void ExpectRefuted(void (*mutate)(RetryRule&)) {
  RetryRule rule = TheRetryRule();
  mutate(rule);
  const Obligation obligation = DeliveredOnceUpTo(rule, 6);
  EXPECT_TRUE(smt::IsRefuted(obligation.verdict)) << Explain({obligation});
  EXPECT_FALSE(Holds(DeliveredOnce(rule)));
}

TEST(DeliveredOnceMutant, RetriesWhateverWasSent) {
  ExpectRefuted([](RetryRule& rule) {
    rule.retries = [](Bool, Bool, Bool, Bool, Int tries, Int attempts) { return tries < attempts; };
  });
}

// Only idempotent requests are looked at, and only when the stream was refused.
TEST(DeliveredOnceMutant, SentAndNotSentMixedUp) {
  ExpectRefuted([](RetryRule& rule) {
    rule.retries = [](Bool idempotent, Bool unsafe, Bool sent, Bool refused, Int tries,
                      Int attempts) {
      return tries < attempts && (refused || sent || idempotent || unsafe);
    };
  });
}

// A stale connection is taken for proof that nothing was processed.
TEST(DeliveredOnceMutant, StaleConnectionsAreHarmless) {
  ExpectRefuted([](RetryRule& rule) {
    rule.resends = [](Bool, Bool, Bool resent_before, Int tries, Int attempts) {
      return !resent_before && tries < attempts;
    };
  });
}

TEST(DeliveredOnceMutant, StaleConnectionsWithoutEnd) {
  ExpectRefuted([](RetryRule& rule) {
    rule.resends = [](Bool idempotent, Bool sent, Bool, Int tries, Int attempts) {
      return !sent || (idempotent && tries < attempts);
    };
  });
}

// Once more for free, though the upstream may have seen it.
TEST(DeliveredOnceMutant, StaleConnectionsAreNoTries) {
  ExpectRefuted([](RetryRule& rule) {
    rule.resends = [](Bool idempotent, Bool sent, Bool resent_before, Int, Int) {
      return !resent_before && (idempotent || !sent);
    };
  });
}

// N retries after the first, as Envoy and Istio count.
TEST(DeliveredOnceMutant, AttemptsCountRetries) {
  ExpectRefuted([](RetryRule& rule) {
    rule.retries = [](Bool idempotent, Bool unsafe, Bool sent, Bool refused, Int tries,
                      Int attempts) {
      return tries <= attempts && (refused || !sent || idempotent || unsafe);
    };
  });
}

TEST(DeliveredOnceMutant, HedgesWhateverTheMethod) {
  ExpectRefuted([](RetryRule& rule) {
    rule.hedges = [](Bool, Bool, Int tries, Int attempts) { return tries < attempts; };
  });
}

TEST(DeliveredOnceMutant, HedgesDoNotCount) {
  ExpectRefuted([](RetryRule& rule) {
    rule.hedges = [](Bool idempotent, Bool unsafe, Int tries, Int attempts) {
      return tries <= attempts && (idempotent || unsafe);
    };
  });
}

}  // namespace
}  // namespace weir::proofs
