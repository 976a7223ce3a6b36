// With x = percent x hosts the steps of the first machine are linear (a host adds
// `percent`), so that the induction is for every percentage. Only (c) multiplies.
#include "proofs/obligations/ejection_bound.h"

#include <string>

#include "proofs/obligations/machine.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Int Allowed(Int x, Int hosts, Int at_least_one) {
  Context& context = *x.context();
  const Int zero = context.Integer(0), one = context.Integer(1);
  return Max(Divide(x, context.Integer(100)),
             Choose(at_least_one == one && hosts > one, one, zero));
}

Bool MayEject(Int ejected, Int x, Int hosts, Int at_least_one) {
  return ejected + x.context()->Integer(1) <= Allowed(x, hosts, at_least_one);
}

struct CountMachine {
  struct State {
    Int hosts, x, ejected;
    Int most_hosts, most_x;  // ever
    Int above;               // 1: an ejection took the count above what is allowed
    Int emptied;             // 1: an ejection left no host, and `percent` is below 100
  };
  std::string name = "ejection bound";
  EjectionRule rule;
  bool claims_c = false;  // (c) is shown apart for all n, here for short histories

  static Int Percent(Context& context) { return context.IntVariable("percent"); }
  static Int AtLeastOne(Context& context) { return context.IntVariable("at_least_one"); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("hosts"),  variable("x"),     variable("ejected"), variable("most_hosts"),
            variable("most_x"), variable("above"), variable("emptied")};
  }
  std::vector<Int> Show(const State& at) const {
    Context& context = *at.hosts.context();
    return {Percent(context), AtLeastOne(context), at.hosts, at.ejected};
  }
  Bool Parameters(Context& context) const {
    const Int zero = context.Integer(0), one = context.Integer(1);
    return Percent(context) >= zero && Percent(context) <= context.Integer(100) &&
           AtLeastOne(context) >= zero && AtLeastOne(context) <= one;
  }
  Bool Start(const State& at) const {
    const Int zero = at.hosts.context()->Integer(0);
    return at.hosts == zero && at.x == zero && at.ejected == zero && at.most_hosts == zero &&
           at.most_x == zero && at.above == zero && at.emptied == zero;
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.hosts.context();
    const Int zero = context.Integer(0);
    return at.x >= zero && at.ejected >= zero && at.ejected <= at.hosts &&
           at.hosts <= at.most_hosts && at.x <= at.most_x && at.above == zero &&
           at.ejected <= Allowed(at.most_x, at.most_hosts, AtLeastOne(context));
  }
  Bool Claim(const State& at) const {
    Context& context = *at.hosts.context();
    const Bool ab = at.above == context.Integer(0) &&
                    at.ejected <= Allowed(at.most_x, at.most_hosts, AtLeastOne(context));
    return claims_c ? ab && at.emptied == context.Integer(0) : ab;
  }

  std::vector<Event> Events(const State& from, const State& to, const std::string&) const {
    Context& context = *from.hosts.context();
    const Int zero = context.Integer(0), one = context.Integer(1), percent = Percent(context);
    const Bool ghosts =
        to.most_hosts == Max(from.most_hosts, to.hosts) && to.most_x == Max(from.most_x, to.x);
    const Bool same_ghosts = ghosts && to.above == from.above && to.emptied == from.emptied;
    const Bool same_hosts = to.hosts == from.hosts && to.x == from.x;
    const Bool one_less = from.hosts > zero && from.x >= percent && to.hosts == from.hosts - one &&
                          to.x == from.x - percent;
    std::vector<Event> events;
    events.push_back({"a host joins", to.hosts == from.hosts + one && to.x == from.x + percent &&
                                          to.ejected == from.ejected && same_ghosts});
    events.push_back({"a host leaves", one_less && from.ejected < from.hosts &&
                                           to.ejected == from.ejected && same_ghosts});
    events.push_back({"an ejected host leaves", one_less && from.ejected > zero &&
                                                    to.ejected == from.ejected - one &&
                                                    same_ghosts});
    events.push_back({"a host returns", same_hosts && from.ejected > zero &&
                                            to.ejected == from.ejected - one && same_ghosts});
    const Bool above = to.ejected > Allowed(from.x, from.hosts, AtLeastOne(context));
    const Bool emptied = to.ejected == from.hosts && percent < context.Integer(100);
    events.push_back({"a host is ejected",
                      same_hosts && from.ejected < from.hosts &&
                          rule.may_eject(from.ejected, from.x, from.hosts, AtLeastOne(context)) &&
                          to.ejected == from.ejected + one && ghosts &&
                          to.above == Choose(above, one, from.above) &&
                          to.emptied == Choose(emptied, one, from.emptied)});
    return events;
  }
};

Obligation LeavesOne(const EjectionRule& rule) {
  Context context;
  const Int hosts = context.IntVariable("hosts"), percent = context.IntVariable("percent"),
            ejected = context.IntVariable("ejected"),
            at_least_one = context.IntVariable("at_least_one"), zero = context.Integer(0),
            one = context.Integer(1);
  const Bool premises[] = {hosts >= one,
                           percent >= zero,
                           percent < context.Integer(100),
                           ejected >= zero,
                           ejected < hosts,
                           at_least_one >= zero,
                           at_least_one <= one,
                           rule.may_eject(ejected, percent * hosts, hosts, at_least_one)};
  const Int show[] = {hosts, percent, ejected, at_least_one};
  return {"(c) below 100 % an ejection leaves a host",
          Prove(context, "ejection bound, leaves one", premises, ejected + one < hosts, show)};
}

// ---- that they end ----------------------------------------------------------------

Int Time(Int wanted, Int longest) { return Choose(wanted <= longest, wanted, longest); }
Bool EndsAt(Int until, Int now, Int) { return until <= now; }
Int AfterReport(Int until, Int, Int) { return until; }

struct ReturnMachine {
  struct State {
    Int ejected, since, until, now, swept;
  };
  std::string name = "ejections end";
  ReturnRule rule;

  static Int Longest(Context& context) { return context.IntVariable("longest"); }
  static Int Every(Context& context) { return context.IntVariable("every"); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("ejected"), variable("since"), variable("until"), variable("now"),
            variable("swept")};
  }
  std::vector<Int> Show(const State& at) const {
    Context& context = *at.now.context();
    return {Longest(context), Every(context), at.ejected, at.since, at.until, at.now, at.swept};
  }
  Bool Parameters(Context& context) const {
    return Longest(context) >= context.Integer(1) && Every(context) >= context.Integer(1);
  }
  Bool Start(const State& at) const {
    const Int zero = at.now.context()->Integer(0);
    return at.ejected == zero && at.now >= zero && at.swept == at.now;
  }
  Bool Invariant(const State& at) const {
    Context& context = *at.now.context();
    const Bool ejected = at.ejected == context.Integer(1);
    return (ejected || at.ejected == context.Integer(0)) && at.swept <= at.now &&
           at.now <= at.swept + Every(context) &&
           Implies(ejected, at.since <= at.now && at.since <= at.until &&
                                at.until <= at.since + Longest(context) &&
                                (at.swept < at.until || at.swept <= at.since));
  }
  Bool Claim(const State& at) const {
    Context& context = *at.now.context();
    return Implies(at.ejected == context.Integer(1),
                   at.now <= at.since + Longest(context) + Every(context));
  }
  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.now.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    // Base times the multiplier, whatever they are.
    const Int wanted = context.IntVariable("wanted" + n);
    const Int time = rule.time(wanted, Longest(context));
    const Bool in_time = to.now >= from.now && to.now <= from.swept + Every(context);
    const Bool no_sweep = in_time && to.swept == from.swept && wanted >= zero;
    const Bool same =
        to.ejected == from.ejected && to.since == from.since && to.until == from.until;
    const Bool returns = to.ejected == zero && to.since == from.since && to.until == from.until;
    const Bool over = from.ejected == one && rule.ends(from.until, to.now, Every(context));
    std::vector<Event> events;
    events.push_back({"time passes", no_sweep && same});
    events.push_back({"the host is ejected", no_sweep && from.ejected == zero &&
                                                 to.ejected == one && to.since == to.now &&
                                                 to.until == to.now + time});
    events.push_back({"something is reported of it meanwhile",
                      no_sweep && from.ejected == one && to.ejected == one &&
                          to.since == from.since &&
                          to.until == rule.after_report(from.until, to.now, time)});
    events.push_back({"its check passes", no_sweep && from.ejected == one && returns});
    events.push_back(
        {"a sweep", in_time && to.swept == to.now && ((over && returns) || (!over && same))});
    return events;
  }
};

}  // namespace

EjectionRule TheEjectionRule() { return {MayEject}; }
ReturnRule TheReturnRule() { return {Time, EndsAt, AfterReport}; }

std::vector<Obligation> EjectionBound(const EjectionRule& rule) {
  CountMachine machine;
  machine.rule = rule;
  std::vector<Obligation> obligations = ByInduction(machine);
  obligations.push_back(LeavesOne(rule));
  return obligations;
}

Obligation EjectionBoundUpTo(const EjectionRule& rule, int steps) {
  CountMachine machine;
  machine.rule = rule;
  machine.claims_c = true;
  return OnHistoriesUpTo(machine, steps);
}

std::vector<Obligation> EjectionsEnd(const ReturnRule& rule) {
  ReturnMachine machine;
  machine.rule = rule;
  return ByInduction(machine);
}

Obligation EjectionsEndUpTo(const ReturnRule& rule, int steps) {
  ReturnMachine machine;
  machine.rule = rule;
  return OnHistoriesUpTo(machine, steps);
}

}  // namespace weir::proofs
