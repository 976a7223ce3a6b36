// A loaded table with what all workers share of it: its services, breakers and
// retry budgets, whose turn it is among weighted targets, and the names under
// which its limits are known across reloads.
#ifndef WEIR_PROXY_CONFIG_POLICY_H_
#define WEIR_PROXY_CONFIG_POLICY_H_

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/upstream/breaker.h"
#include "proxy/upstream/cluster.h"
#include "runtime/base/mutex.h"
#include "runtime/state/limiter.h"
#include "runtime/state/retry_budget.h"
#include "runtime/state/turns.h"
#include "runtime/table/table.h"

namespace weir::proxy {

class Policy {
 public:
  // `folder` is the table's own. The error is a sentence about an endpoints file.
  static std::expected<std::shared_ptr<const Policy>, std::string> Make(
      std::shared_ptr<const runtime::Table> table, const std::string& folder,
      upstream::SharedStateRegistry& states,
      const upstream::Connector& connector = upstream::PlainHttp1());

  const runtime::Table& table() const { return *table_; }
  const std::shared_ptr<const runtime::Table>& shared_table() const { return table_; }
  const std::string& deployment() const { return deployment_; }  // runtime::DeploymentName
  const std::string& limit_identity(runtime::Index limit) const { return limits_[limit]; }
  runtime::RetryBudget& budget(runtime::Index retry) const { return *budgets_[retry]; }
  const std::vector<std::shared_ptr<upstream::Cluster>>& clusters() const { return clusters_; }

  // Of a breaker definition at one service; each pair has a state of its own.
  using BreakerKey = std::pair<runtime::Index, runtime::Index>;
  upstream::SharedBreaker* breaker(runtime::Index breaker, runtime::Index service) const;
  const std::map<BreakerKey, std::shared_ptr<upstream::SharedBreaker>>& breakers() const {
    return breakers_;
  }

  // Which of a route's targets is next, as a place in targets(): in turn over all workers.
  runtime::Index NextTarget(runtime::Index route) const;

 private:
  // The turns of a route with several targets.
  struct Split {
    runtime::Mutex mutex;
    runtime::Turns turns WEIR_GUARDED_BY(mutex);
  };

  explicit Policy(std::shared_ptr<const runtime::Table> table) : table_(std::move(table)) {}
  void AddRoutes(upstream::SharedStateRegistry& states);

  std::shared_ptr<const runtime::Table> table_;
  std::string deployment_;
  std::vector<std::string> limits_;
  std::vector<std::shared_ptr<runtime::RetryBudget>> budgets_;
  std::vector<std::shared_ptr<upstream::Cluster>> clusters_;  // by service
  std::map<BreakerKey, std::shared_ptr<upstream::SharedBreaker>> breakers_;
  std::vector<std::unique_ptr<Split>> splits_;  // by route; null: one target, or none
};

runtime::LimitRate RateOf(const runtime::LimitRecord& limit);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_CONFIG_POLICY_H_
