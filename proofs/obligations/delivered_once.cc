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
Bool Resends(Bool idempotent, Bool sent, Bool resent_before, Int tries, Int attempts) {
  return !resent_before && (!sent || (idempotent && tries < attempts));
}
Bool Hedges(Bool idempotent, Bool unsafe, Int tries, Int attempts) {
  return tries < attempts && (idempotent || unsafe);
}

struct Machine {
  struct State {
    Int running;  // tries under way
    Int coming;   // 1: one more will be made
    Int over;     // 1: the request is
    Int tries;    // that count
    Int made, got, resent;
    Int carried;  // tries that are over and sent an octet
    Int free;     // resends that do not count
  };
  std::string name = "delivered once";
  RetryRule rule;

  static Bool Flag(Context& context, const std::string& what) { return context.BoolVariable(what); }
  static Int Attempts(Context& context) { return context.IntVariable("attempts"); }
  static Bool MustGoOnce(Context& context) {
    return !Flag(context, "idempotent") && !Flag(context, "unsafe");
  }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("running"), variable("coming"),  variable("over"),
            variable("tries"),   variable("made"),    variable("got"),
            variable("resent"),  variable("carried"), variable("free")};
  }
  std::vector<Int> Show(const State& at) const {
    return {Attempts(*at.made.context()),
            at.running,
            at.coming,
            at.over,
            at.tries,
            at.made,
            at.got,
            at.resent,
            at.carried,
            at.free};
  }
  Bool Parameters(Context& context) const { return Attempts(context) >= context.Integer(1); }
  Bool Start(const State& at) const {
    const Int zero = at.made.context()->Integer(0), one = at.made.context()->Integer(1);
    return at.running == zero && at.coming == one && at.over == zero && at.tries == one &&
           at.made == zero && at.got == zero && at.resent == zero && at.carried == zero &&
           at.free == zero;
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.made.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const auto flag = [&](Int value) { return value >= zero && value <= one; };
    return at.running >= zero && flag(at.coming) && flag(at.over) && flag(at.resent) &&
           at.tries <= Attempts(context) && at.made + at.coming == at.tries + at.free &&
           at.carried >= zero && at.carried + at.running + at.coming <= at.tries &&
           at.free >= zero && at.free <= at.resent &&
           Implies(at.over == one, at.running + at.coming == zero) &&
           Implies(MustGoOnce(context),
                   at.running + at.coming + at.over == one && at.got >= zero && at.got <= at.over);
  }
  Bool Claim(const State& at) const {
    Context& context = *at.made.context();
    const Int one = context.Integer(1);
    return Implies(MustGoOnce(context), at.got <= one) && at.made <= Attempts(context) + one &&
           at.carried <= Attempts(context);
  }

  // What changes, told as what is added; `got` and `carried` aside.
  static Bool Moves(const State& from, const State& to, int running, int coming, int over,
                    int tries, int made, int resent, int free) {
    Context& context = *from.made.context();
    const auto by = [&](Int before, int change) { return before + context.Integer(change); };
    return to.running == by(from.running, running) && to.coming == by(from.coming, coming) &&
           to.over == by(from.over, over) && to.tries == by(from.tries, tries) &&
           to.made == by(from.made, made) && to.resent == by(from.resent, resent) &&
           to.free == by(from.free, free);
  }

  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.made.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Bool idempotent = Flag(context, "idempotent"), unsafe = Flag(context, "unsafe");
    const Bool sent = Flag(context, "sent" + n), refused = Flag(context, "refused" + n),
               stale = Flag(context, "stale" + n), wanted = Flag(context, "wanted" + n);
    const Bool ends = from.running > zero &&
                      to.got == from.got + Choose(sent && !refused, one, zero) &&
                      to.carried == from.carried + Choose(sent, one, zero);
    const Bool stay = to.got == from.got && to.carried == from.carried;
    const Bool last = from.running == one && from.coming == zero;
    // `wanted`: the cause, the budget, the time, the body and the caller all allow it.
    const Bool resends =
        stale && !refused && from.coming == zero && (wanted || !sent) &&
        rule.resends(idempotent, sent, from.resent > zero, from.tries, Attempts(context));
    const Bool retries =
        last && !resends && wanted &&
        rule.retries(idempotent, unsafe, sent, refused, from.tries, Attempts(context));
    const Bool hedges =
        last && wanted && rule.hedges(idempotent, unsafe, from.tries, Attempts(context));
    std::vector<Event> events;
    events.push_back(
        {"a try is made", from.coming == one && stay && Moves(from, to, 1, -1, 0, 0, 1, 0, 0)});
    events.push_back(
        {"one is made beside it", hedges && stay && Moves(from, to, 1, 0, 0, 1, 1, 0, 0)});
    events.push_back({"a try ends on a stale connection, another follows and counts",
                      ends && resends && sent && Moves(from, to, -1, 1, 0, 1, 0, 1, 0)});
    events.push_back({"a try ends on a stale connection, nothing sent, another follows",
                      ends && resends && !sent && Moves(from, to, -1, 1, 0, 0, 0, 1, 1)});
    events.push_back(
        {"a try ends, another follows", ends && retries && Moves(from, to, -1, 1, 0, 1, 0, 0, 0)});
    events.push_back({"a try ends, the other goes on",
                      ends && !last && !resends && Moves(from, to, -1, 0, 0, 0, 0, 0, 0)});
    events.push_back(
        {"a try ends, and with it the request",
         ends && last && !resends && !retries && Moves(from, to, -1, 0, 1, 0, 0, 0, 0)});
    // The tries given up may have been sent as well, any of them.
    events.push_back({"one answers, the others are given up",
                      from.running > zero && to.got >= from.got &&
                          to.got <= from.got + from.running && to.running == zero &&
                          to.coming == zero && to.over == one && to.resent == from.resent &&
                          to.free == from.free && to.carried >= from.carried &&
                          to.carried <= from.carried + from.running &&
                          to.tries == from.tries - from.coming && to.made == from.made});
    return events;
  }
};

}  // namespace

RetryRule TheRetryRule() { return {Retries, Resends, Hedges}; }

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
