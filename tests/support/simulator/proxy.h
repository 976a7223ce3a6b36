// The proxy of a simulated run: what weir-proxy's Server puts together, on the
// simulated kernel and clock, and every loop run by hand.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_PROXY_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_PROXY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/config/generation.h"
#include "proxy/net/descriptors.h"
#include "proxy/server/worker.h"
#include "proxy/upstream/cluster_monitor.h"
#include "tests/support/simulator/site.h"

namespace weir::simulator {

class Proxy {
 public:
  // `table`: as `weir compile` writes it. `record` gets each line of the access log.
  Proxy(Site& site, const std::string& table, unsigned workers,
        std::function<void(std::string_view)> record);
  ~Proxy();  // cuts off what is under way

  void Load();   // the table; again: as a reload does
  void Drain();  // as SIGTERM does
  bool draining() const { return draining_; }
  bool drained() const { return drained_ == workers_.size(); }

  // The main thread's loop first, then the workers'.
  std::size_t loops() const { return loops_.size(); }
  bool Runnable(std::size_t loop) const { return NextDue(loop) <= site_.now(); }
  // At once if events wait for it; INT64_MAX: never.
  std::int64_t NextDue(std::size_t loop) const {
    return site_.kernel.HasEvents(loops_[loop].epoll) ? site_.now() : loops_[loop].loop->NextDue();
  }
  void RunOnce(std::size_t loop);

  const proxy::Policy& policy() const { return *policy_; }
  const proxy::server::Worker& worker(std::size_t worker) const { return *workers_[worker]; }
  std::size_t workers() const { return workers_.size(); }
  std::int64_t free_blocks() const;  // bytes kept in pools for later use

 private:
  struct OneLoop {
    proxy::net::Loop* loop;
    int epoll;
  };

  Site& site_;
  const std::string& table_;
  proxy::net::Loop main_;
  std::vector<OneLoop> loops_;
  proxy::net::ConnectionBudget budget_;
  runtime::LocalLimiter limiter_;
  proxy::observe::RouteNames names_;
  proxy::upstream::SharedStateRegistry states_;
  proxy::server::WorkerSettings settings_;
  std::vector<std::unique_ptr<proxy::server::Worker>> workers_;
  std::shared_ptr<const proxy::Policy> policy_;
  std::unique_ptr<proxy::upstream::ClusterMonitor> monitor_;
  proxy::server::Listeners listeners_;
  std::shared_ptr<proxy::observe::LogWriter> log_;
  std::size_t drained_ = 0;
  bool draining_ = false;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_PROXY_H_
