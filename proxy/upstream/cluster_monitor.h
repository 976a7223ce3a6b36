// Looks after the services of the table in force, on the main thread's loop:
// active checks, the intervals of ejection, and endpoints files that change.
//
// A reload makes a new one. What it tends survives in what the clusters share
// with their predecessors, and in the checks, which are handed over: a check or an
// interval goes on where it was, however often the table changes.
#ifndef WEIR_PROXY_UPSTREAM_CLUSTER_MONITOR_H_
#define WEIR_PROXY_UPSTREAM_CLUSTER_MONITOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/net/loop.h"
#include "proxy/upstream/cluster.h"
#include "proxy/upstream/health_check.h"

namespace weir::proxy::upstream {

class ClusterMonitor {
 public:
  // What it does, for the log and the metrics. Called on the loop's thread.
  struct Listener {
    std::function<void(const Cluster&, const Host&)> turned;  // a check's verdict
    std::function<void(const Cluster&)> hosts_changed;
    std::function<void(const Cluster&, const std::string&)> file_refused;
  };

  // `before`, which may be null, is relieved. Not inside of an event of its checks.
  ClusterMonitor(net::Loop& loop, std::vector<std::shared_ptr<Cluster>> clusters,
                 const Listener& listener, std::unique_ptr<ClusterMonitor> before);
  ~ClusterMonitor();

  // Every host that is checked has its first verdict.
  bool ready() const;
  const std::vector<std::shared_ptr<Cluster>>& clusters() const { return clusters_; }

 private:
  class Entry;  // one cluster
  const Listener listener_;
  std::vector<std::shared_ptr<Cluster>> clusters_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_CLUSTER_MONITOR_H_
