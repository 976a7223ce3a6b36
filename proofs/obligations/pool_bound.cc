// All workers are one here but for the one that asks: `own` is how many of the
// idle connections are its own, any number of them. So the proof is for any
// number of workers.
#include "proofs/obligations/pool_bound.h"

#include <string>

#include "proofs/obligations/machine.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Int Min(Int a, Int b) { return Choose(a <= b, a, b); }

Bool Overflows(Int f, Int p, Int w, Int r) { return f + Min(p, w) >= r; }
Bool MayConnect(Int c, Int most) { return c < most; }
Bool IsCovered(Int p, Int w) { return w < p; }
Bool MayWait(Int p, Int w, Int q) { return w - p < q; }
Bool Grants(Int, Int w) { return w > w.context()->Integer(0); }
Bool MayShare(Int f, Int p, Int w, Int r) { return f + Min(p, w - w.context()->Integer(1)) < r; }
Int PromisesLeft(Int p) { return p - p.context()->Integer(1); }

struct Machine {
  struct State {
    Int c, u, f, room, w, p, i;
  };
  std::string name = "pool bound";
  PoolRule rule;

  static Int Most(Context& context) { return context.IntVariable("most_connections"); }
  static Int Requests(Context& context) { return context.IntVariable("most_requests"); }
  static Int Pending(Context& context) { return context.IntVariable("most_pending"); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("connections"), variable("in_use"),   variable("in_flight"), variable("room"),
            variable("waiting"),     variable("promised"), variable("idle")};
  }
  std::vector<Int> Show(const State& at) const {
    Context& context = *at.c.context();
    return {
        Most(context), Requests(context), Pending(context), at.c, at.u, at.f, at.room, at.w, at.p,
        at.i};
  }
  Bool Parameters(Context& context) const {
    const Int one = context.Integer(1);
    return Most(context) >= one && Requests(context) >= one &&
           Pending(context) >= context.Integer(0);
  }
  Bool Start(const State& at) const {
    const Int zero = at.c.context()->Integer(0);
    return at.c == zero && at.u == zero && at.f == zero && at.room == zero && at.w == zero &&
           at.p == zero && at.i == zero;
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.c.context();
    const Int zero = context.Integer(0);
    return at.u >= zero && at.u <= at.f && at.room >= zero && at.w >= zero && at.p >= zero &&
           at.i >= zero && at.c == at.u + at.p + at.i && at.c <= Most(context) &&
           at.f + Min(at.p, at.w) <= Requests(context) && at.w - at.p <= Pending(context) &&
           Implies(at.w > at.p, at.c == Most(context) && at.i == zero);
  }
  Bool Claim(const State& at) const {
    Context& context = *at.c.context();
    const Int zero = context.Integer(0);
    return at.c <= Most(context) && at.f <= Requests(context) && at.w - at.p <= Pending(context) &&
           at.c == at.u + at.p + at.i && at.u >= zero && at.u <= at.f && at.room >= zero &&
           at.p >= zero && at.i >= zero &&
           Implies(at.w > at.p, at.c == Most(context) && at.i == zero) &&
           Implies(at.f == zero && at.p == zero, at.w == zero);
  }

  // What a step adds to each number.
  struct Change {
    int c = 0, u = 0, f = 0, w = 0, p = 0, i = 0;
  };
  // `room`: what it adds to the room.
  static Bool Moves(const State& from, const State& to, const Change& by, Int room) {
    Context& context = *from.c.context();
    const auto plus = [&](Int before, int change) { return before + context.Integer(change); };
    return to.c == plus(from.c, by.c) && to.u == plus(from.u, by.u) && to.f == plus(from.f, by.f) &&
           to.w == plus(from.w, by.w) && to.p == plus(from.p, by.p) && to.i == plus(from.i, by.i) &&
           to.room == from.room + room;
  }

  void AddAsk(const State& from, const State& to, const std::string& n,
              std::vector<Event>& events) const {
    Context& context = *from.c.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Int own = context.IntVariable("own" + n), capacity = context.IntVariable("capacity" + n);
    const Int offer = context.IntVariable("offer" + n);  // 0 none, 1 idle, 2 room
    const Bool asked = own >= zero && own <= from.i && capacity >= one;
    const Bool refused = rule.overflows(from.f, from.p, from.w, Requests(context));
    const Bool share = asked && !refused && offer == context.Integer(2) && from.room > zero;
    const Bool free = asked && !refused && !share && from.w <= from.p;  // POOL-2
    const Bool reuse = free && offer == one && own > zero;
    const Bool connect = free && !reuse && rule.may_connect(from.c, Most(context));
    const Bool replace = free && !reuse && !connect && own > zero;
    const Bool stuck = free && !reuse && !connect && !replace;
    const Bool covered = stuck && rule.is_covered(from.p, from.w);
    const Bool yield = stuck && !covered && from.i - own > zero;
    const Bool queues = asked && !refused && !share && !reuse && !connect && !replace && !covered &&
                        !yield && rule.may_wait(from.p, from.w, Pending(context));
    const auto add = [&](const std::string& what, Bool when, const Change& change, Int room) {
      events.push_back({what, when && Moves(from, to, change, room)});
    };
    const Int rest = capacity - one;  // the room of a connection that carries one request
    add("room is used", share, {.f = 1}, zero - one);
    add("a connection is used again", reuse, {.u = 1, .f = 1, .i = -1}, rest);
    add("one is opened", connect, {.c = 1, .u = 1, .f = 1}, rest);
    add("one replaces another", replace, {.u = 1, .f = 1, .i = -1}, rest);
    add("a try waits for a promise that is free", covered, {.w = 1}, zero);
    add("a worker is asked to yield", yield, {.w = 1, .p = 1, .i = -1}, zero);
    add("a try waits", queues, {.w = 1}, zero);
  }

  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.c.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    std::vector<Event> events;
    AddAsk(from, to, n, events);
    // A request ends on a connection that carries another, so that there are more
    // requests than connections in use.
    events.push_back({"a request ends and its connection goes on",
                      from.f > from.u && Moves(from, to, {.f = -1}, one)});
    events.push_back(
        {"a waiter takes room", from.w > zero && from.room > zero &&
                                    rule.may_share(from.f, from.p, from.w, Requests(context)) &&
                                    Moves(from, to, {.f = 1, .w = -1}, zero - one)});
    // Peers say how many streams they take, and may say it anew. What room is left by a
    // connection that takes no more requests, as when it drains, is none.
    const Int change = context.IntVariable("change" + n);
    events.push_back({"capacities change",
                      from.u > zero && from.room + change >= zero && Moves(from, to, {}, change)});
    AddFreed(from, to, n, events);
    events.push_back({"a waiter gives up", from.w > zero && Moves(from, to, {.w = -1}, zero)});
    return events;
  }

  // A connection is free: its place goes to a waiter, with the room of what takes it.
  void AddFreed(const State& from, const State& to, const std::string& n,
                std::vector<Event>& events) const {
    Context& context = *from.c.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Int had = context.IntVariable("capacity_before" + n);
    const Int gets = context.IntVariable("capacity_after" + n);
    const Bool grants = rule.grants(from.p, from.w) && from.w > zero;
    const auto add = [&](const std::string& what, Bool can, const Change& granted,
                         const Change& otherwise, Int lost) {
      events.push_back(
          {what + ", and a waiter goes on",
           can && grants && gets >= one && Moves(from, to, granted, gets - one - lost)});
      events.push_back(
          {what + ", and nobody waits", can && !grants && Moves(from, to, otherwise, zero - lost)});
    };
    // The last request of a connection: what is left of requests is on the others, and
    // the room that it had goes.
    const Bool last = from.f > zero && from.u > zero && had >= one && had - one <= from.room &&
                      Implies(from.u == one, from.f == one && had - one == from.room);
    add("a request ends and its connection is kept", last, {.w = -1}, {.u = -1, .f = -1, .i = 1},
        had - one);
    add("a request ends with its connection", last, {.w = -1}, {.c = -1, .u = -1, .f = -1},
        had - one);
    add("an idle connection closes", from.i > zero, {.u = 1, .f = 1, .w = -1, .i = -1},
        {.c = -1, .i = -1}, zero);
    add("a worker yields", from.p > zero, {.u = 1, .f = 1, .w = -1, .p = -1}, {.p = -1, .i = 1},
        zero);
    const auto left = [&](const Change& by, Int room) {
      const auto plus = [&](Int before, int change) { return before + context.Integer(change); };
      return to.c == plus(from.c, by.c) && to.u == plus(from.u, by.u) &&
             to.f == plus(from.f, by.f) && to.w == plus(from.w, by.w) &&
             to.p == rule.promises_left(from.p) && to.i == from.i && to.room == from.room + room;
    };
    const Bool can = from.p > zero;
    events.push_back({"a promised connection closes, and a waiter goes on",
                      can && grants && gets >= one && left({.u = 1, .f = 1, .w = -1}, gets - one)});
    events.push_back({"a promised connection closes, and nobody waits",
                      can && !grants && left({.c = -1}, zero)});
  }
};

}  // namespace

PoolRule ThePoolRule() {
  return {Overflows, MayConnect, IsCovered, MayWait, Grants, MayShare, PromisesLeft};
}

std::vector<Obligation> PoolBound(const PoolRule& rule) {
  Machine machine;
  machine.rule = rule;
  return ByInduction(machine);
}

Obligation PoolBoundUpTo(const PoolRule& rule, int steps) {
  Machine machine;
  machine.rule = rule;
  return OnHistoriesUpTo(machine, steps);
}

}  // namespace weir::proofs
