#include "proofs/obligations/limit_bound.h"

#include <string>

#include "compiler/smt/solver.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Bool Admits(Int s, Int tau, Int c, Int p) { return Max(tau, s) + c - tau <= p; }
Int Next(Int s, Int tau, Int c) { return Max(tau, s) + c; }
Bool MayDrop(Int s, Int tau) { return s <= tau; }
Bool Clock(Int before, Int after) { return before <= after; }

// The state of one key and of one window that is being watched.
struct State {
  Int s;
  Int tau;
  Int k;
};

Bool Invariant(const State& at, Int tau0, Int p) {
  return (Max(at.tau, at.s) >= tau0 + at.k) && (at.k <= p + (at.tau - tau0));
}

// One event: time passes, then a charge (admitted or refused) or a drop.
Bool Step(Context& context, const LimitRule& rule, const State& from, const State& to, Int c,
          Int p) {
  const Bool admits = rule.admits(from.s, to.tau, c, p);
  const Bool admitted = admits && (to.s == rule.next(from.s, to.tau, c)) && (to.k == from.k + c);
  const Bool refused = !admits && (to.s == from.s) && (to.k == from.k);
  const Bool dropped =
      rule.may_drop(from.s, to.tau) && (to.s == context.Integer(0)) && (to.k == from.k);
  return rule.clock(from.tau, to.tau) && (admitted || refused || dropped);
}

State Fresh(Context& context, const std::string& suffix) {
  return {context.IntVariable("s" + suffix), context.IntVariable("tau" + suffix),
          context.IntVariable("k" + suffix)};
}

Obligation Conclusion() {
  Context context;
  const Int zero = context.Integer(0), period = context.IntVariable("T"),
            burst = context.IntVariable("B"), cost = context.IntVariable("cost"),
            window = context.IntVariable("wN"), quotient = context.IntVariable("quotient"),
            rest = context.IntVariable("rest");
  // wN = quotient x T + rest with 0 <= rest < T: quotient is floor(w N / T).
  const Bool premises[] = {period > zero,
                           window >= zero,
                           rest >= zero,
                           rest < period,
                           window == quotient * period + rest,
                           cost * period <= burst * period + window};
  return {"conclusion: k <= p + w N gives cost <= B + floor(w N / T)",
          Prove(context, "limit bound, conclusion", premises, cost <= burst + quotient)};
}

}  // namespace

LimitRule TheLimitRule() { return {Admits, Next, MayDrop, Clock}; }

std::vector<Obligation> LimitBound(const LimitRule& rule) {
  std::vector<Obligation> obligations;
  {
    Context context;
    const State at = Fresh(context, "");
    const Int zero = context.Integer(0), tau0 = context.IntVariable("tau0"),
              p = context.IntVariable("p");
    // The window opens now, whatever came before.
    const Bool premises[] = {at.tau == tau0, at.k == zero, p >= zero, at.s >= zero, tau0 >= zero};
    obligations.push_back({"base: the window opens in any state",
                           Prove(context, "limit bound, base", premises, Invariant(at, tau0, p))});
  }
  {
    Context context;
    const State from = Fresh(context, ""), to = Fresh(context, "_next");
    const Int zero = context.Integer(0), tau0 = context.IntVariable("tau0"),
              p = context.IntVariable("p"), c = context.IntVariable("c");
    const Bool premises[] = {p >= zero,
                             c >= zero,
                             tau0 >= zero,
                             from.tau >= tau0,
                             to.tau >= tau0,
                             from.s >= zero,
                             Invariant(from, tau0, p),
                             Step(context, rule, from, to, c, p)};
    const Int show[] = {from.s, from.tau, from.k, to.s, to.tau, to.k, c, p, tau0};
    obligations.push_back(
        {"step: every charge and every drop keeps the invariant",
         Prove(context, "limit bound, step", premises, Invariant(to, tau0, p), show)});
  }
  obligations.push_back(Conclusion());
  return obligations;
}

Obligation LimitBoundUpTo(const LimitRule& rule, int steps) {
  Context context;
  const Int zero = context.Integer(0), p = context.IntVariable("p"),
            tau0 = context.IntVariable("tau0");
  State at = Fresh(context, "0");
  std::vector<Bool> premises{p > zero, at.s == zero, at.k == zero, at.tau == tau0, tau0 >= zero};
  std::vector<Int> show{p, tau0};
  Bool bound = context.True();
  for (int i = 1; i <= steps; ++i) {
    const State next = Fresh(context, std::to_string(i));
    const Int c = context.IntVariable("c" + std::to_string(i));
    premises.push_back(c > zero);
    premises.push_back(next.tau >= tau0);
    premises.push_back(Step(context, rule, at, next, c, p));
    bound = bound && (next.k <= p + (next.tau - tau0));
    show.insert(show.end(), {next.tau, c, next.s, next.k});
    at = next;
  }
  return {"no history of " + std::to_string(steps) + " events breaks the bound",
          Prove(context, "limit bound, bounded", premises, bound, show)};
}

}  // namespace weir::proofs
