// The stateful parts of the runtime, step by step against the model, on random
// histories that RapidCheck shrinks to the shortest that fails.
#include <gtest/gtest.h>
// RapidCheck's GoogleTest support wants gtest included first.
#include <rapidcheck/gtest.h>

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

enum class BudgetStep { kRequest, kRequestEnds, kRetry, kRetryEnds };

// A retry is let through exactly when the model's budget has room for it.
RC_GTEST_PROP(RetryBudget, AdmitsWhatTheModelAdmits, ()) {
  syntax::Retry policy;
  policy.budget_percent = *rc::gen::inRange(0u, 101u);
  policy.budget_minimum = *rc::gen::inRange(0u, 5u);
  const auto steps = *rc::gen::container<std::vector<BudgetStep>>(
      rc::gen::element(BudgetStep::kRequest, BudgetStep::kRequest, BudgetStep::kRequestEnds,
                       BudgetStep::kRetry, BudgetStep::kRetry, BudgetStep::kRetryEnds));
  runtime::RetryBudget budget(policy.budget_percent, policy.budget_minimum);
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  for (const BudgetStep step : steps) {
    if (step == BudgetStep::kRequest) {
      budget.RequestStarted();
      ++requests;
    } else if (step == BudgetStep::kRequestEnds && requests > 0) {
      budget.RequestEnded();
      --requests;
    } else if (step == BudgetStep::kRetry) {
      const bool expected = model::WithinBudget(policy, retries, requests);
      RC_ASSERT(budget.TryStartRetry() == expected);
      retries += expected ? 1 : 0;
    } else if (step == BudgetStep::kRetryEnds && retries > 0) {
      budget.RetryEnded();
      --retries;
    }
    RC_ASSERT(budget.retries() == retries);
    RC_ASSERT(budget.requests() == requests);
  }
}

}  // namespace
}  // namespace weir::testing
