// A snapshot stands for any thread between its two moments; two of them are
// enough to show every race of this kind, and the inductive step is for any one.
#include "proofs/obligations/retry_budget.h"

#include <array>
#include <string>

#include "compiler/smt/solver.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Int Allowed(Int x, Int minimum) { return Max(minimum, Divide(x, x.context()->Integer(100))); }

Bool Admits(Int retries_read, Int x_read, Int minimum) {
  return retries_read + retries_read.context()->Integer(1) <= Allowed(x_read, minimum);
}

Bool Takes(Int retries_read, Int retries) { return retries_read == retries; }

constexpr int kThreads = 2;

struct State {
  Int x;        // percent x requests in flight
  Int peak;     // the largest x so far
  Int retries;  // in flight or in back-off
  std::array<Int, kThreads> x_read;
  std::array<Int, kThreads> retries_read;
};

State Fresh(Context& context, const std::string& suffix) {
  State state{context.IntVariable("x" + suffix),
              context.IntVariable("peak" + suffix),
              context.IntVariable("retries" + suffix),
              {},
              {}};
  for (int t = 0; t < kThreads; ++t) {
    const std::string thread = std::to_string(t) + suffix;
    state.x_read[t] = context.IntVariable("x_read" + thread);
    state.retries_read[t] = context.IntVariable("retries_read" + thread);
  }
  return state;
}

Bool Invariant(const State& at, Int minimum) {
  const Int zero = at.x.context()->Integer(0);
  Bool all = (at.x >= zero) && (at.peak >= at.x) && (at.retries >= zero) &&
             (at.retries <= Allowed(at.peak, minimum));
  for (int t = 0; t < kThreads; ++t) all = all && (at.x_read[t] <= at.peak);
  return all;
}

Bool SameReads(const State& from, const State& to, int except) {
  Bool all = from.x.context()->True();
  for (int t = 0; t < kThreads; ++t) {
    if (t == except) continue;
    all = all && (to.x_read[t] == from.x_read[t]) && (to.retries_read[t] == from.retries_read[t]);
  }
  return all;
}

struct Event {
  std::string name;
  Bool step;
};

std::vector<Event> Events(const BudgetRule& rule, const State& from, const State& to, Int percent,
                          Int minimum) {
  Context& context = *from.x.context();
  const Int zero = context.Integer(0), one = context.Integer(1);
  const Bool counters_stay =
      (to.x == from.x) && (to.peak == from.peak) && (to.retries == from.retries);
  std::vector<Event> events;
  events.push_back(
      {"a request starts", (to.x == from.x + percent) && (to.peak == Max(from.peak, to.x)) &&
                               (to.retries == from.retries) && SameReads(from, to, -1)});
  events.push_back({"a request ends", (from.x >= percent) && (to.x == from.x - percent) &&
                                          (to.peak == from.peak) && (to.retries == from.retries) &&
                                          SameReads(from, to, -1)});
  events.push_back(
      {"a retry ends", (from.retries > zero) && (to.x == from.x) && (to.peak == from.peak) &&
                           (to.retries == from.retries - one) && SameReads(from, to, -1)});
  for (int t = 0; t < kThreads; ++t) {
    const std::string thread = "thread " + std::to_string(t);
    events.push_back({thread + " reads the counters", counters_stay && (to.x_read[t] == from.x) &&
                                                          (to.retries_read[t] == from.retries) &&
                                                          SameReads(from, to, t)});
    events.push_back({thread + " takes a retry",
                      rule.admits(from.retries_read[t], from.x_read[t], minimum) &&
                          rule.takes(from.retries_read[t], from.retries) && (to.x == from.x) &&
                          (to.peak == from.peak) && (to.retries == from.retries + one) &&
                          SameReads(from, to, -1)});
  }
  return events;
}

Obligation AtAdmission(const BudgetRule& rule) {
  Context context;
  const Int minimum = context.IntVariable("minimum"), x = context.IntVariable("x_read"),
            read = context.IntVariable("retries_read"), retries = context.IntVariable("retries"),
            zero = context.Integer(0);
  const Bool premises[] = {minimum >= zero, x >= zero, retries >= zero,
                           rule.admits(read, x, minimum), rule.takes(read, retries)};
  const Int show[] = {minimum, x, read, retries};
  return {"(a) at its admission a retry is within the budget",
          Prove(context, "retry budget, at admission", premises,
                retries + context.Integer(1) <= Allowed(x, minimum), show)};
}

}  // namespace

BudgetRule TheBudgetRule() { return {Admits, Takes}; }

std::vector<Obligation> RetryBudgetKept(const BudgetRule& rule) {
  std::vector<Obligation> obligations;
  obligations.push_back(AtAdmission(rule));
  Context context;
  const Int zero = context.Integer(0), percent = context.IntVariable("percent"),
            minimum = context.IntVariable("minimum");
  const State from = Fresh(context, ""), to = Fresh(context, "_next");
  Bool at_start = (from.x == zero) && (from.peak == zero) && (from.retries == zero);
  for (int t = 0; t < kThreads; ++t) at_start = at_start && (from.x_read[t] == zero);
  const Bool start[] = {percent >= zero, minimum >= zero, at_start};
  obligations.push_back(
      {"(b) base", Prove(context, "retry budget, base", start, Invariant(from, minimum))});
  for (const Event& event : Events(rule, from, to, percent, minimum)) {
    const Bool premises[] = {percent >= zero, minimum >= zero, Invariant(from, minimum),
                             event.step};
    const Int show[] = {percent, minimum, from.x, from.peak, from.retries, to.retries};
    obligations.push_back(
        {"(b) step: " + event.name,
         Prove(context, "retry budget, " + event.name, premises, Invariant(to, minimum), show)});
  }
  return obligations;
}

Obligation RetryBudgetKeptUpTo(const BudgetRule& rule, int steps) {
  Context context;
  const Int zero = context.Integer(0), percent = context.IntVariable("percent"),
            minimum = context.IntVariable("minimum");
  State at = Fresh(context, "0");
  std::vector<Bool> premises{percent >= zero, percent <= context.Integer(100),
                             minimum >= zero, at.x == zero,
                             at.peak == zero, at.retries == zero};
  for (int t = 0; t < kThreads; ++t) {
    // No thread has read anything yet: a reading at the start is as good as none.
    premises.push_back(at.x_read[t] == zero);
    premises.push_back(at.retries_read[t] == zero);
  }
  std::vector<Int> show{percent, minimum};
  Bool bound = context.True();
  for (int i = 1; i <= steps; ++i) {
    const State next = Fresh(context, std::to_string(i));
    std::vector<Bool> choices;
    for (const Event& event : Events(rule, at, next, percent, minimum)) {
      choices.push_back(event.step);
    }
    premises.push_back(context.Any(choices));
    bound = bound && (next.retries <= Allowed(next.peak, minimum));
    show.insert(show.end(), {next.x, next.retries});
    at = next;
  }
  return {"no history of " + std::to_string(steps) + " events breaks the budget",
          Prove(context, "retry budget, bounded", premises, bound, show)};
}

}  // namespace weir::proofs
