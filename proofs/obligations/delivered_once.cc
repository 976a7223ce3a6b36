#include "proofs/obligations/delivered_once.h"

#include <string>

#include "proofs/obligations/machine.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Bool Retries(Bool idempotent, Bool unsafe, Bool sent, Bool refused, Int tries, Int attempts) {
  return tries < attempts && (refused || !sent || idempotent || unsafe);
}
Bool Resends(Bool idempotent, Bool sent, Bool resent_before) {
  return !resent_before && (idempotent || !sent);
}

enum Phase { kNext, kTrying, kOver };

struct Machine {
  struct State {
    Int phase, tries, made, got, resent;
  };
  std::string name = "delivered once";
  RetryRule rule;

  static Bool Flag(Context& context, const std::string& what) { return context.BoolVariable(what); }
  static Int Attempts(Context& context) { return context.IntVariable("attempts"); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("phase"), variable("tries"), variable("made"), variable("got"),
            variable("resent")};
  }
  std::vector<Int> Show(const State& at) const {
    return {Attempts(*at.phase.context()), at.phase, at.tries, at.made, at.got, at.resent};
  }
  Bool Parameters(Context& context) const { return Attempts(context) >= context.Integer(1); }
  Bool Start(const State& at) const {
    Context& context = *at.phase.context();
    const Int zero = context.Integer(0);
    return at.phase == context.Integer(kNext) && at.tries == context.Integer(1) &&
           at.made == zero && at.got == zero && at.resent == zero;
  }
  static Bool MustGoOnce(Context& context) {
    return !Flag(context, "idempotent") && !Flag(context, "unsafe");
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.phase.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Int to_come = Choose(at.phase == context.Integer(kNext), one, zero);
    return at.phase >= zero && at.phase <= context.Integer(kOver) && at.resent >= zero &&
           at.resent <= one && at.tries <= Attempts(context) &&
           at.made + to_come == at.tries + at.resent &&
           Implies(MustGoOnce(context), at.got >= zero && at.got <= one &&
                                            (at.phase == context.Integer(kOver) || at.got == zero));
  }
  Bool Claim(const State& at) const {
    Context& context = *at.phase.context();
    const Int one = context.Integer(1);
    return Implies(MustGoOnce(context), at.got <= one) && at.made <= Attempts(context) + one;
  }
  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.phase.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Bool idempotent = Flag(context, "idempotent"), unsafe = Flag(context, "unsafe");
    const Bool sent = Flag(context, "sent" + n), refused = Flag(context, "refused" + n),
               stale = Flag(context, "stale" + n), wanted = Flag(context, "wanted" + n);
    const Bool ends = from.phase == context.Integer(kTrying) && to.made == from.made &&
                      to.got == from.got + Choose(sent && !refused, one, zero);
    const Bool resends = stale && !refused && rule.resends(idempotent, sent, from.resent > zero);
    // `wanted`: the cause, the budget, the time, the body and the caller all allow it.
    const Bool retries =
        !resends && wanted &&
        rule.retries(idempotent, unsafe, sent, refused, from.tries, Attempts(context));
    std::vector<Event> events;
    events.push_back({"a try is made", from.phase == context.Integer(kNext) &&
                                           to.phase == context.Integer(kTrying) &&
                                           to.tries == from.tries && to.made == from.made + one &&
                                           to.got == from.got && to.resent == from.resent});
    events.push_back({"a try ends on a stale connection, another follows",
                      ends && resends && to.phase == context.Integer(kNext) &&
                          to.tries == from.tries && to.resent == from.resent + one});
    events.push_back({"a try ends, another follows",
                      ends && retries && to.phase == context.Integer(kNext) &&
                          to.tries == from.tries + one && to.resent == from.resent});
    events.push_back({"a try ends, and with it the request",
                      ends && !resends && !retries && to.phase == context.Integer(kOver) &&
                          to.tries == from.tries && to.resent == from.resent});
    return events;
  }
};

}  // namespace

RetryRule TheRetryRule() { return {Retries, Resends}; }

std::vector<Obligation> DeliveredOnce(const RetryRule& rule) {
  Machine machine;
  machine.rule = rule;
  return ByInduction(machine);
}

Obligation DeliveredOnceUpTo(const RetryRule& rule, int steps) {
  Machine machine;
  machine.rule = rule;
  return OnHistoriesUpTo(machine, steps);
}

}  // namespace weir::proofs
