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
Int PromisesLeft(Int p) { return p - p.context()->Integer(1); }

struct Machine {
  struct State {
    Int c, f, w, p, i;
  };
  std::string name = "pool bound";
  PoolRule rule;

  static Int Most(Context& context) { return context.IntVariable("most_connections"); }
  static Int Requests(Context& context) { return context.IntVariable("most_requests"); }
  static Int Pending(Context& context) { return context.IntVariable("most_pending"); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("connections"), variable("in_flight"), variable("waiting"),
            variable("promised"), variable("idle")};
  }
  std::vector<Int> Show(const State& at) const {
    Context& context = *at.c.context();
    return {Most(context), Requests(context), Pending(context), at.c, at.f, at.w, at.p, at.i};
  }
  Bool Parameters(Context& context) const {
    const Int one = context.Integer(1);
    return Most(context) >= one && Requests(context) >= one &&
           Pending(context) >= context.Integer(0);
  }
  Bool Start(const State& at) const {
    const Int zero = at.c.context()->Integer(0);
    return at.c == zero && at.f == zero && at.w == zero && at.p == zero && at.i == zero;
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.c.context();
    const Int zero = context.Integer(0);
    return at.f >= zero && at.w >= zero && at.p >= zero && at.i >= zero &&
           at.c == at.f + at.p + at.i && at.c <= Most(context) &&
           at.f + Min(at.p, at.w) <= Requests(context) && at.w - at.p <= Pending(context) &&
           Implies(at.w > at.p, at.c == Most(context) && at.i == zero);
  }
  Bool Claim(const State& at) const {
    Context& context = *at.c.context();
    const Int zero = context.Integer(0);
    return at.c <= Most(context) && at.f <= Requests(context) && at.w - at.p <= Pending(context) &&
           at.c == at.f + at.p + at.i && at.f >= zero && at.p >= zero && at.i >= zero &&
           Implies(at.w > at.p, at.c == Most(context) && at.i == zero) &&
           Implies(at.f == zero && at.p == zero, at.w == zero);
  }

  // The numbers after a step, each told as what it adds.
  static Bool Moves(const State& from, const State& to, int c, int f, int w, int p, int i) {
    Context& context = *from.c.context();
    const auto by = [&](Int before, int change) { return before + context.Integer(change); };
    return to.c == by(from.c, c) && to.f == by(from.f, f) && to.w == by(from.w, w) &&
           to.p == by(from.p, p) && to.i == by(from.i, i);
  }

  void AddAsk(const State& from, const State& to, const std::string& n,
              std::vector<Event>& events) const {
    Context& context = *from.c.context();
    const Int zero = context.Integer(0), own = context.IntVariable("own" + n);
    const Bool matches = context.IntVariable("match" + n) == context.Integer(1);
    const Bool asked = own >= zero && own <= from.i;
    const Bool refused = rule.overflows(from.f, from.p, from.w, Requests(context));
    const Bool free = asked && !refused && from.w <= from.p;  // POOL-2
    const Bool reuse = free && matches && own > zero;
    const Bool connect = free && !reuse && rule.may_connect(from.c, Most(context));
    const Bool replace = free && !reuse && !connect && own > zero;
    const Bool stuck = free && !reuse && !connect && !replace;
    const Bool covered = stuck && rule.is_covered(from.p, from.w);
    const Bool yield = stuck && !covered && from.i - own > zero;
    const Bool queues = asked && !refused && !reuse && !connect && !replace && !covered && !yield &&
                        rule.may_wait(from.p, from.w, Pending(context));
    events.push_back({"a connection is used again", reuse && Moves(from, to, 0, 1, 0, 0, -1)});
    events.push_back({"one is opened", connect && Moves(from, to, 1, 1, 0, 0, 0)});
    events.push_back({"one replaces another", replace && Moves(from, to, 0, 1, 0, 0, -1)});
    events.push_back(
        {"a try waits for a promise that is free", covered && Moves(from, to, 0, 0, 1, 0, 0)});
    events.push_back({"a worker is asked to yield", yield && Moves(from, to, 0, 0, 1, 1, -1)});
    events.push_back({"a try waits", queues && Moves(from, to, 0, 0, 1, 0, 0)});
  }

  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.c.context();
    const Int zero = context.Integer(0);
    std::vector<Event> events;
    AddAsk(from, to, n, events);
    const Bool grants = rule.grants(from.p, from.w) && from.w > zero;
    const auto add = [&](const std::string& what, Bool can, Bool granted, Bool otherwise) {
      events.push_back({what + ", and a waiter goes on", can && grants && granted});
      events.push_back({what + ", and nobody waits", can && !grants && otherwise});
    };
    add("a try ends and its connection is kept", from.f > zero, Moves(from, to, 0, 0, -1, 0, 0),
        Moves(from, to, 0, -1, 0, 0, 1));
    add("a try ends with its connection", from.f > zero, Moves(from, to, 0, 0, -1, 0, 0),
        Moves(from, to, -1, -1, 0, 0, 0));
    add("an idle connection closes", from.i > zero, Moves(from, to, 0, 1, -1, 0, -1),
        Moves(from, to, -1, 0, 0, 0, -1));
    add("a worker yields", from.p > zero, Moves(from, to, 0, 1, -1, -1, 0),
        Moves(from, to, 0, 0, 0, -1, 1));
    const auto left = [&](int c, int f, int w) {
      return to.c == from.c + context.Integer(c) && to.f == from.f + context.Integer(f) &&
             to.w == from.w + context.Integer(w) && to.p == rule.promises_left(from.p) &&
             to.i == from.i;
    };
    add("a promised connection closes", from.p > zero, left(0, 1, -1), left(-1, 0, 0));
    events.push_back({"a waiter gives up", from.w > zero && Moves(from, to, 0, 0, -1, 0, 0)});
    return events;
  }
};

}  // namespace

PoolRule ThePoolRule() { return {Overflows, MayConnect, IsCovered, MayWait, Grants, PromisesLeft}; }

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
