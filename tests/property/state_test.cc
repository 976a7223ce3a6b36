// The stateful parts of the runtime, step by step against the model, on random
// histories that RapidCheck shrinks to the shortest that fails.
#include <gtest/gtest.h>
// RapidCheck's GoogleTest support wants gtest included first.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/state/limiter.h"
#include "runtime/state/retry_budget.h"
#include "spec/model/gcra.h"
#include "spec/model/retry.h"

namespace weir::testing {
namespace {

// A charge: which limit, which key, how long after the one before (ns), at what cost.
using Charge = std::tuple<std::size_t, std::size_t, std::int64_t, std::uint64_t>;

// One table serves many limits and keys: each pair has a state of its own, as if
// it stood alone, whatever is charged in between.
RC_GTEST_PROP(LocalLimiter, EveryLimitAndKeyIsItsOwnGcra, ()) {
  const auto rates = *rc::gen::container<std::vector<std::tuple<int, std::int64_t, int>>>(
      3, rc::gen::tuple(rc::gen::inRange(0, 6),
                        rc::gen::element<std::int64_t>(1, 7, 1'000, 1'000'000'000),
                        rc::gen::inRange(0, 6)));
  const auto charges = *rc::gen::container<std::vector<Charge>>(
      rc::gen::tuple(rc::gen::inRange<std::size_t>(0, 3), rc::gen::inRange<std::size_t>(0, 4),
                     rc::gen::element<std::int64_t>(0, 1, 5, 400, 250'000'000, 5'000'000'000),
                     rc::gen::inRange<std::uint64_t>(0, 4)));
  const std::vector<std::string> names = {"limit/a", "limit/b", "limit/ab"};
  const std::vector<std::string> keys = {"", "a", "b/a", std::string("\0a", 2)};
  runtime::LocalLimiter limiter;
  std::map<std::pair<std::size_t, std::size_t>, model::GcraState> states;
  std::int64_t now = 0;
  for (const auto& [limit, key, pause, cost] : charges) {
    now += pause;
    const auto& [count, period, burst] = rates[limit];
    const auto n = static_cast<std::uint64_t>(count);
    const auto b = static_cast<std::uint64_t>(burst);
    const bool expected = model::ChargeByState({n, period, b}, cost, now, states[{limit, key}]);
    const auto verdict = limiter.Charge(names[limit], {n, period, b}, keys[key], cost, now);
    RC_ASSERT((verdict.kind == runtime::LimitVerdict::Kind::kAdmitted) == expected);
  }
}

// What happens, and how long after the one before (ns), sometimes out of turn.
using BudgetStep = std::tuple<bool, std::int64_t>;

// A retry is let through exactly when the model's budget has room for it, and
// from the start there are never more than the theorem says.
RC_GTEST_PROP(RetryBudget, AdmitsWhatTheModelAdmits, ()) {
  syntax::Retry policy;
  policy.budget_percent = *rc::gen::inRange(0u, 101u);
  policy.budget_minimum = *rc::gen::inRange(0u, 5u);
  const auto steps = *rc::gen::container<std::vector<BudgetStep>>(rc::gen::tuple(
      rc::gen::arbitrary<bool>(),
      rc::gen::element<std::int64_t>(0, 1, 99'999'999, 100'000'000, 700'000'000, 3'000'000'000,
                                     9'900'000'000, 10'000'000'000, 40'000'000'000, -50'000'000)));
  runtime::RetryBudget budget(policy.budget_percent, policy.budget_minimum);
  model::BudgetHistory history;
  std::int64_t now = 0;
  for (const auto& [is_retry, pause] : steps) {
    now = std::max<std::int64_t>(0, now + pause);
    if (is_retry) {
      RC_ASSERT(budget.TryStartRetry(now) == model::TakeRetry(policy, history, now));
    } else {
      budget.RequestStarted(now);
      history.requests.push_back(now);
    }
    const std::uint64_t windows =
        history.retries.empty() ? 0 : history.retries.back() / 10'000'000'000;
    RC_ASSERT(100 * history.retries.size() <= policy.budget_percent * history.requests.size() +
                                                  100 * policy.budget_minimum * (windows + 1));
  }
}

}  // namespace
}  // namespace weir::testing
