// Which hosts requests may go to, and in which order who waits gets a place.
#include <algorithm>
#include <string>
#include <vector>

#include "spec/model/health.h"
#include "tests/support/simulator/judge.h"
#include "tests/support/simulator/policy.h"

namespace weir::simulator {
namespace {

// By the checks that had their answer before `at`. Nobody knows of one at `at` itself.
bool Healthy(const Host& host, std::int64_t at) {
  std::vector<bool> reports;
  for (const Host::Check& check : host.checks) {
    if (check.at < at) reports.push_back(check.passed);
  }
  const syntax::Check& check = *ServiceOf(Route::kChecked).check;
  return reports.empty() || model::IsHealthy(reports, check.unhealthy, check.healthy);
}

// HEALTH-3: an unhealthy host gets nothing while a healthy one is there.
void JudgeChecked(Ledger& ledger, const Observed& observed, Seen& seen) {
  const Host* const hosts[] = {observed.hosts[3].get(), observed.hosts[4].get()};
  for (const Request& request : ledger.requests) {
    if (request.route != Route::kChecked) continue;
    for (const Arrival& arrival : request.arrivals) {
      const bool first = arrival.port == hosts[0]->port();
      const Host& to = *hosts[first ? 0 : 1];
      const Host& other = *hosts[first ? 1 : 0];
      const bool sick = !Healthy(to, arrival.head_at);
      seen["a sick host is spared"] += !Healthy(other, arrival.head_at) && !sick;
      if (sick && Healthy(other, arrival.head_at)) {
        ledger.Wrong("request " + std::to_string(request.id) +
                     " went to a host that fails its checks");
      }
    }
    const bool none =
        !request.records.empty() && request.records.front().reason == "no-healthy-upstream";
    if (none && request.answered_at != kNever && !request.slow_reader && !observed.stalled &&
        (Healthy(*hosts[0], request.answered_at) || Healthy(*hosts[1], request.answered_at))) {
      ledger.Wrong("request " + std::to_string(request.id) + " found no healthy host");
    }
  }
}

// POOL-8: first come, first served, over all workers.
void JudgePool(Ledger& ledger, const Observed& observed, Seen& seen) {
  if (observed.hosts_failed || observed.stalled || observed.reloaded || observed.idle_closed)
    return;
  std::vector<const Request*> order;
  for (const Request& request : ledger.requests) {
    if (request.route == Route::kPool && request.alone && !request.has_body &&
        request.sent_at != kNever && request.arrivals.size() == 1)
      order.push_back(&request);
  }
  std::ranges::sort(order, {}, &Request::sent_at);
  std::int64_t latest = 0;
  for (const Request* request : order) {
    const std::int64_t at = request->arrivals.front().head_at;
    seen["waited for a place"] += at > request->sent_at;
    if (at < latest)
      ledger.Wrong("request " + std::to_string(request->id) + " overtook one that waited longer");
    latest = std::max(latest, at);
  }
}

}  // namespace

void JudgeHosts(Ledger& ledger, const Observed& observed, Seen& seen) {
  JudgeChecked(ledger, observed, seen);
  JudgePool(ledger, observed, seen);
}

}  // namespace weir::simulator
