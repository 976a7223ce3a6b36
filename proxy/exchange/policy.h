// A loaded table with what all workers share of it: retry budgets and the names
// under which its limits are known across reloads.
#ifndef WEIR_PROXY_EXCHANGE_POLICY_H_
#define WEIR_PROXY_EXCHANGE_POLICY_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "runtime/state/limiter.h"
#include "runtime/state/retry_budget.h"
#include "runtime/table/table.h"

namespace weir::proxy {

class Policy {
 public:
  explicit Policy(std::shared_ptr<const runtime::Table> table);

  const runtime::Table& table() const { return *table_; }
  const std::shared_ptr<const runtime::Table>& shared_table() const { return table_; }
  const std::string& limit_identity(runtime::Index limit) const { return limits_[limit]; }
  runtime::RetryBudget& budget(runtime::Index retry) const { return budgets_[retry]; }

 private:
  std::shared_ptr<const runtime::Table> table_;
  std::vector<std::string> limits_;
  mutable std::deque<runtime::RetryBudget> budgets_;
};

runtime::LimitRate RateOf(const runtime::LimitRecord& limit);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_POLICY_H_
