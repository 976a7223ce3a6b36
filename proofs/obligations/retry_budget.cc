#include "proofs/obligations/retry_budget.h"

#include <string>

#include "compiler/smt/solver.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Int Share(Int x) { return Divide(x, x.context()->Integer(100)); }
Int Allowed(Int x, Int minimum) { return Max(minimum, Share(x)); }

Bool Admits(Int retries, Int x, Int minimum) {
  return retries + retries.context()->Integer(1) <= Allowed(x, minimum);
}
Bool RetryCounts(Int ago, Int steps) { return ago <= steps; }
Bool RequestCounts(Int ago, Int steps) { return ago < steps; }
Int Reads(Int retries, Int) { return retries; }

constexpr std::int64_t kStep = 100'000'000, kSteps = 100, kWindow = kStep * kSteps;

// What happened at `then` counts at `now` by steps as the theorem says by time.
std::vector<Obligation> StepsCoverTheWindow(const BudgetRule& rule) {
  Context context;
  const Int now = context.IntVariable("now"), then = context.IntVariable("then");
  const Int step = context.Integer(kStep), window = context.Integer(kWindow);
  const Int ago = Divide(now, step) - Divide(then, step), steps = context.Integer(kSteps);
  const Bool past = then >= context.Integer(0) && then <= now;
  const Int show[] = {now, then};
  const Bool retry[] = {past, then >= now - window};
  const Bool request[] = {past, rule.request_counts(ago, steps)};
  return {{"(a) every retry of the window counts",
           Prove(context, "retry budget, its retries", retry, rule.retry_counts(ago, steps), show)},
          {"(a) no request from before the window counts",
           Prove(context, "retry budget, its requests", request, then > now - window, show)}};
}

Obligation AtAdmission(const BudgetRule& rule) {
  Context context;
  const Int minimum = context.IntVariable("minimum"), x = context.IntVariable("x"),
            x_read = context.IntVariable("x_read"), retries = context.IntVariable("retries"),
            just_taken = context.IntVariable("just_taken");
  const Int zero = context.Integer(0), one = context.Integer(1);
  const Bool premises[] = {minimum >= zero,
                           x_read >= zero,
                           x >= x_read,
                           retries >= just_taken,
                           just_taken >= zero,
                           just_taken <= one,
                           rule.admits(rule.reads(retries, just_taken), x_read, minimum)};
  const Int show[] = {minimum, x, x_read, retries, just_taken};
  return {"(a) when it is let through a retry is within the budget",
          Prove(context, "retry budget, at admission", premises,
                retries + one <= Allowed(x, minimum), show)};
}

Obligation OneWindowLess() {
  Context context;
  const Int now = context.IntVariable("now"), then = context.IntVariable("then");
  const Int window = context.Integer(kWindow);
  const Bool premises[] = {then >= context.Integer(0), then < now - window};
  const Int show[] = {now, then};
  return {"(b) before the window there is one window less",
          Prove(context, "retry budget, windows", premises,
                Divide(then, window) + context.Integer(1) <= Divide(now, window), show)};
}

// `before`: up to the last moment before the window, for which (b) holds, with
// `m_before` = minimum x (its windows), which is at most m_now = minimum x
// floor(t / W); all of them 0 where there is no such moment.
Obligation Induction() {
  Context context;
  const auto variable = [&](const char* name) { return context.IntVariable(name); };
  const Int minimum = variable("minimum"), before = variable("retries_before"),
            x_before = variable("x_before"), m_before = variable("m_before"),
            within = variable("retries_within"), x_within = variable("x_within"),
            m_now = variable("m_now"), zero = context.Integer(0), hundred = context.Integer(100);
  const Bool premises[] = {minimum >= zero,
                           before >= zero,
                           x_before >= zero,
                           x_within >= zero,
                           m_before >= zero,
                           m_before <= m_now,
                           hundred * before <= x_before + hundred * m_before,
                           within <= Allowed(x_within, minimum)};
  const Int show[] = {minimum, before, x_before, within, x_within, m_before, m_now};
  return {"(b) from before the window to now",
          Prove(context, "retry budget, induction", premises,
                hundred * (before + within) <= x_before + x_within + hundred * (m_now + minimum),
                show)};
}

}  // namespace

BudgetRule TheBudgetRule() { return {Admits, RetryCounts, RequestCounts, Reads}; }

std::vector<Obligation> RetryBudgetKept(const BudgetRule& rule) {
  std::vector<Obligation> obligations = StepsCoverTheWindow(rule);
  obligations.push_back(AtAdmission(rule));
  obligations.push_back(OneWindowLess());
  obligations.push_back(Induction());
  return obligations;
}

// Steps of two units of time, so a window of four. Each event is a request or a
// retry, which the rule lets through; the one before it may be another thread's.
Obligation RetryBudgetKeptUpTo(const BudgetRule& rule, int events) {
  Context context;
  const Int zero = context.Integer(0), one = context.Integer(1), two = context.Integer(2),
            window = context.Integer(4), hundred = context.Integer(100),
            percent = context.IntVariable("percent"), minimum = context.IntVariable("minimum");
  std::vector<Int> time, show{percent, minimum};
  std::vector<Bool> is_retry;
  std::vector<Bool> premises{percent >= zero, percent <= hundred, minimum >= zero};
  Bool bound = context.True();
  Int all = zero, x_all = zero;
  Int windows = minimum;  // minimum x (floor(t / W) + 1), built up without a product
  for (int i = 0; i < events; ++i) {
    const std::string n = std::to_string(i);
    time.push_back(context.IntVariable("time" + n));
    is_retry.push_back(context.BoolVariable("retry" + n));
    premises.push_back(time[i] >= (i == 0 ? zero : time[i - 1]) && time[i] < window + window);
    Int counted = zero, x_counted = zero, within = zero, x_within = zero;
    for (int j = 0; j < i; ++j) {
      const Int ago = Divide(time[i], two) - Divide(time[j], two);
      const Bool in = time[j] > time[i] - window;
      counted = counted + Choose(is_retry[j] && rule.retry_counts(ago, two), one, zero);
      x_counted = x_counted + Choose(!is_retry[j] && rule.request_counts(ago, two), percent, zero);
      within = within + Choose(is_retry[j] && (in || time[j] == time[i] - window), one, zero);
      x_within = x_within + Choose(!is_retry[j] && in, percent, zero);
    }
    const Int just_taken = i == 0 ? zero : Choose(is_retry[i - 1], one, zero);
    premises.push_back(
        Implies(is_retry[i], rule.admits(rule.reads(counted, just_taken), x_counted, minimum)));
    all = all + Choose(is_retry[i], one, zero);
    x_all = x_all + Choose(is_retry[i], zero, percent);
    windows = Choose(time[i] >= window, minimum + minimum, minimum);
    bound = bound && Implies(is_retry[i], within + one <= Allowed(x_within, minimum)) &&
            hundred * all <= x_all + hundred * windows;
    show.push_back(time[i]);
    show.push_back(Choose(is_retry[i], one, zero));
  }
  return {"no history of " + std::to_string(events) + " events breaks the budget",
          Prove(context, "retry budget, bounded", premises, bound, show, 20'000)};
}

}  // namespace weir::proofs
