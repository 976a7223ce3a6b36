// Admission control for the connections of a service: the limits of its pool over
// all workers (spec/rules/pool.md).
//
// Connections live in their worker; this machine holds only how many there are, and
// how many requests they carry: one each by HTTP/1.1, more where the protocol has
// streams. A connection (one of `connections`) is in use, idle with a worker, or
// promised: idle with a worker that was asked to yield it. A request that finds neither
// room nor a connection waits; waiters are served in order of arrival over all workers.
//
//   PoolAdmission pool({.connections = 100, .pending = 10, .requests = 1000});
//   const auto answer = pool.Ask(worker, what_it_has_to_that_endpoint);
//   if (answer.ask_to_yield) Post(*answer.ask_to_yield, CallYield);
//   ...                                          // when the try is over:
//   if (auto ticket = pool.Finish(worker, left)) Post(ticket->worker, Granted(*ticket));
//   if (auto drains = pool.WhoDrains()) Post(*drains, DrainOne);   // after each step
//
// A ticket that is returned is a grant: from then on it counts as a request in
// flight of its worker, on a connection in use, which must give it back by Finish,
// used or not. The place among `connections` comes with it; whether the connection
// itself does (same worker, same endpoint) or is closed for a new one is the
// callers' affair.
//
// Each worker reports what happens to its idle connections at once, so that it
// holds idle(w) + promised(w) of them. A worker that leaves ends its connections
// by Finish and IdleClosed and its waiters by Cancel. Not synchronised. Every step
// takes constant time. Memory: a few words for each worker and for each of the
// most requests that ever waited at once.
#ifndef WEIR_RUNTIME_STATE_POOL_ADMISSION_H_
#define WEIR_RUNTIME_STATE_POOL_ADMISSION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/state/ticket_queue.h"

namespace weir::runtime {

struct PoolLimits {
  std::uint32_t connections = 1024;
  std::uint32_t pending = 1024;
  std::uint32_t requests = 1024;
};

class PoolAdmission {
 public:
  // What the worker has to the endpoint that a try goes to: an idle connection, or
  // room on one that is in use.
  enum class Offer : std::uint8_t { kNone, kIdle, kRoom };
  // What is left of the connection when a request ends: it carries others still,
  // can be used again, or neither.
  enum class Left : std::uint8_t { kInUse, kIdle, kGone };
  enum class Verdict : std::uint8_t {
    kShare,    // use the room
    kReuse,    // use the idle connection
    kConnect,  // open a connection
    kReplace,  // close an idle connection, to whatever endpoint, and open one
    kWait,     // until the ticket `id` is granted or cancelled
    kOverflow,
  };
  struct Answer {
    Verdict verdict = Verdict::kOverflow;
    std::uint64_t id = 0;
    std::optional<std::uint32_t> ask_to_yield;  // this worker must call Yield
  };

  explicit PoolAdmission(const PoolLimits& limits) : limits_(limits) {}

  // Worker w has a try to make.
  Answer Ask(std::uint32_t w, Offer offer);
  // A request of w is over. None: the connection goes on, is idle with w, or closed.
  // `drained`: it is free and was the one that w was asked to drain.
  std::optional<Ticket> Finish(std::uint32_t w, Left left, bool drained = false);
  // There is room for a waiter on a connection in use of its worker.
  enum class Shared : std::uint8_t {
    kYes,      // it is in flight, and no longer waits
    kGranted,  // it was granted a connection meanwhile, or has given up
    kFull,     // as many requests are in flight as may
  };
  Shared Share(const Ticket& ticket);
  // Which worker is to be asked to drain a connection, if one is: it calls Finish with
  // `drained` once that is free, or DrainOver if it has none in use.
  std::optional<std::uint32_t> WhoDrains();
  void DrainOver() { draining_ = false; }
  // An idle connection of w has ended by itself.
  std::optional<Ticket> IdleClosed(std::uint32_t w);
  // w was asked to yield. A ticket: w gives up an idle connection (or has none
  // to give, and its place goes over). None: the connection, if any, stays.
  std::optional<Ticket> Yield(std::uint32_t w, bool has_idle);
  // A waiter gives up. False: it was granted meanwhile, and the grant that is on
  // its way must be given back by Finish.
  bool Cancel(const Ticket& ticket) { return queue_.Remove(ticket); }

  std::uint32_t connections() const { return connections_; }
  std::uint32_t in_flight() const { return in_flight_; }
  std::uint32_t waiting() const { return queue_.size(); }
  std::uint32_t promised() const { return promised_; }
  std::uint32_t idle(std::uint32_t w) const { return w < workers_.size() ? workers_[w].idle : 0; }
  std::uint32_t in_use(std::uint32_t w) const {
    return w < workers_.size() ? workers_[w].in_use : 0;
  }
  std::uint32_t promised(std::uint32_t w) const {
    return w < workers_.size() ? workers_[w].promised : 0;
  }
  std::uint64_t overflows() const { return overflows_; }

 private:
  struct Worker {
    std::uint32_t idle = 0;
    std::uint32_t promised = 0;
    std::uint32_t place = 0;  // in with_idle_, while idle > 0
    std::uint32_t in_use = 0;
    std::uint32_t requests = 0;      // in flight, at least in_use
    std::uint32_t shared_place = 0;  // in with_shared_, while requests > in_use
  };

  Worker& At(std::uint32_t w);
  void AddIdle(std::uint32_t w);
  void TakeIdle(std::uint32_t w);
  // Counts what changes of a worker's connections in use and their requests.
  void Use(std::uint32_t w, int connections, int requests);
  void TookRoom();
  Answer Overflow();
  Answer Wait(std::uint32_t w, std::optional<std::uint32_t> ask_to_yield = {});
  // A place is free and counted in connections_ only: the head takes it.
  std::optional<Ticket> Grant();

  PoolLimits limits_;
  std::vector<Worker> workers_;
  std::vector<std::uint32_t> with_idle_;    // the workers with idle > 0, in any order
  std::vector<std::uint32_t> with_shared_;  // those with more requests than connections in use
  TicketQueue queue_;
  std::uint32_t connections_ = 0;
  std::uint32_t in_flight_ = 0;
  std::uint32_t promised_ = 0;
  std::uint64_t overflows_ = 0;
  bool draining_ = false;           // a worker was asked to
  std::uint64_t overtaken_id_ = 0;  // who waited longest when room was taken last
  std::uint32_t overtaken_ = 0;     // ... and how often since it does
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_POOL_ADMISSION_H_
