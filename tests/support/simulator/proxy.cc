#include "tests/support/simulator/proxy.h"

#include <cstdlib>
#include <utility>

#include "proxy/observe/log.h"
#include "tests/support/simulator/memory.h"

namespace weir::simulator {
namespace {

using proxy::server::Worker;
using proxy::upstream::ClusterMonitor;

}  // namespace

Proxy::Proxy(Site& site, const std::string& table, unsigned workers,
             std::function<void(std::string_view)> record)
    : site_(site),
      table_(table),
      main_(site.schedule),
      states_(site.schedule),
      listeners_(workers, {}),
      log_(proxy::observe::LogWriter::Into([take = std::move(record)](const std::string& lines) {
        const OtherMemory other;
        take(lines);
      })) {
  loops_.push_back({&main_, site.kernel.last_epoll()});
  budget_.Set({.clients = 1'000, .upstreams = 1'000}, 0);
  for (unsigned i = 0; i < workers; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(settings_, i, limiter_, names_, budget_, site.schedule));
    loops_.push_back({&workers_.back()->loop(), site.kernel.last_epoll()});
  }
  proxy::observe::SendLogTo([&site](std::string_view text) {
    const OtherMemory other;
    site.trace.Add("log", text);
    site.ledger.log.emplace_back(site.now(), text);
  });
}

// As Worker's thread and Server::Run end.
Proxy::~Proxy() {
  for (auto& worker : workers_) worker->CutOff();
  policy_.reset();
  workers_.clear();
  monitor_.reset();
  main_.RunDeferredWork();
  proxy::observe::SendLogTo({});
}

void Proxy::Load() {
  auto generation =
      proxy::LoadGeneration("simulated.table", table_, workers_.size(), nullptr, states_);
  if (!generation) std::abort();
  auto plan = listeners_.Plan(generation->policy->table());
  if (!plan) std::abort();
  generation->log = log_;
  HandOut(*generation, *plan, workers_);
  listeners_.Commit(*plan);
  policy_ = generation->policy;
  monitor_ = std::make_unique<ClusterMonitor>(
      main_, policy_->clusters(),
      ClusterMonitor::Listener{.turned = [](const auto&, const auto&) {},
                               .hosts_changed = [](const auto&) {},
                               .file_refused = [](const auto&, const auto&) {}},
      std::move(monitor_));
}

void Proxy::Drain() {
  if (std::exchange(draining_, true)) return;
  for (auto& worker : workers_) worker->Drain([this] { ++drained_; });
}

void Proxy::RunOnce(std::size_t loop) { loops_[loop].loop->RunOnce(); }

std::int64_t Proxy::free_blocks() const {
  std::size_t blocks = 0;
  for (const OneLoop& one : loops_) blocks += one.loop->blocks().free();
  return static_cast<std::int64_t>(blocks * proxy::net::BlockPool::kBlockSize);
}

}  // namespace weir::simulator
