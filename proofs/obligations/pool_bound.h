// Theorem (pool bound). Take any pool: at most c connections, r requests in flight,
// q pending; any number of workers; connections of any capacities; and any
// interleaving of: a try is asked for, a request ends (its connection going on, kept
// or not), a waiter takes room, an idle connection ends (promised or not), a worker
// yields, a waiter gives up. Let C be the connections, U those in use, F the requests
// in flight, R the room on connections in use (how many more they can carry), W the
// waiters, P the promises, I the idle connections not promised. Then at all times
//   (a) C <= c,  F <= r,  W - P <= q;
//   (b) C = U + P + I: no connection is counted twice or lost;
//   (c) if W > P then C = c and I = 0: nobody waits while there is a connection;
//   (d) if nothing is in flight and nothing promised, nobody waits: whoever waits is
//       served once what is in flight ends and what is promised arrives;
//   (e) U <= F and R >= 0: a connection in use carries a request, none more than it can.
// In which order waiters are served is not modelled, nor who drains; both are tested
// (POOL-8, POOL-14). With capacities of 1, R is 0 and U is F: HTTP/1.1.
#ifndef WEIR_PROOFS_OBLIGATIONS_POOL_BOUND_H_
#define WEIR_PROOFS_OBLIGATIONS_POOL_BOUND_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// The rule of runtime/state/pool_admission.h.
struct PoolRule {
  smt::Bool (*overflows)(smt::Int f, smt::Int p, smt::Int w, smt::Int r);  // POOL-1
  smt::Bool (*may_connect)(smt::Int c, smt::Int most);                     // POOL-4
  smt::Bool (*is_covered)(smt::Int p, smt::Int w);                         // POOL-6, the first half
  smt::Bool (*may_wait)(smt::Int p, smt::Int w, smt::Int q);               // POOL-7
  smt::Bool (*grants)(smt::Int p, smt::Int w);                             // POOL-8
  smt::Bool (*may_share)(smt::Int f, smt::Int p, smt::Int w, smt::Int r);  // POOL-13
  // What is left of the promises when a promised connection has closed.
  smt::Int (*promises_left)(smt::Int p);
};
PoolRule ThePoolRule();

std::vector<Obligation> PoolBound(const PoolRule& rule);
Obligation PoolBoundUpTo(const PoolRule& rule, int steps);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_POOL_BOUND_H_
