// Theorem (delivered once). Take one request under any retry policy of N attempts,
// with hedges or without, and let its tries end in whatever way: with an answer or
// not, with octets of the request sent or not, refused by the upstream as never
// processed (REFUSED_STREAM, past a GOAWAY's last id), on a kept connection that had
// gone stale, or given up because another one answered. An upstream
// may have got the request by a try of which an octet was sent and that it did not
// refuse as never processed. Then
//   (a) unless the method is idempotent or the policy says `unsafe`, that is so for
//       at most one try;
//   (b) whatever the method, an octet of the request is sent by at most N tries, and
//       at most N + 1 are made: one more than N only where nothing had been sent on a
//       stale connection.
// Causes, budget, back-off and time can only end a request earlier; they are any.
#ifndef WEIR_PROOFS_OBLIGATIONS_DELIVERED_ONCE_H_
#define WEIR_PROOFS_OBLIGATIONS_DELIVERED_ONCE_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// RETRY-1, -3, -9 and -11, of spec/model/retry.h.
struct RetryRule {
  // May a counted try follow? `tries` were made; the cause is one that the policy names.
  smt::Bool (*retries)(smt::Bool idempotent, smt::Bool unsafe, smt::Bool sent, smt::Bool refused,
                       smt::Int tries, smt::Int attempts);
  // May one at once, after a stale connection? It counts if octets had been sent.
  smt::Bool (*resends)(smt::Bool idempotent, smt::Bool sent, smt::Bool resent_before,
                       smt::Int tries, smt::Int attempts);
  // May a counted one be made beside one under way?
  smt::Bool (*hedges)(smt::Bool idempotent, smt::Bool unsafe, smt::Int tries, smt::Int attempts);
};
RetryRule TheRetryRule();

std::vector<Obligation> DeliveredOnce(const RetryRule& rule);
Obligation DeliveredOnceUpTo(const RetryRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_DELIVERED_ONCE_H_
