#include "proxy/server/server.h"

#include <sys/signalfd.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "proxy/observe/log.h"
#include "proxy/server/service_metrics.h"

namespace weir::proxy::server {
namespace {

using Errors = std::vector<std::string>;

constexpr std::int64_t kPollFile = 250'000'000;
constexpr std::chrono::seconds kLastRecords{5};  // to be written, at the end

sigset_t OurSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      watch_(options_.table),
      mailbox_(loop_),
      poll_(loop_.timers(), [this] { CheckFile(); }),
      hup_(loop_.timers(),
           [this] {
             watch_.Look();  // who asks is answered, though it was said that it cannot be read
             Reload("SIGHUP");
           }),
      drain_timer_(loop_.timers(),
                   [this] {
                     observe::LogWarning("drained no further: requests are cut off");
                     loop_.Stop();
                   }),
      states_(loop_.clock()),
      listeners_(options_.workers, options_.listen),
      admin_(loop_, {[this] { return Ready(); }, [this] { return Metrics(); }}) {}

Server::~Server() = default;

std::expected<void, Errors> Server::Run() {
  const std::size_t descriptors = net::RaiseDescriptorLimit();
  WatchSignals();
  for (std::size_t i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(options_.worker, static_cast<std::uint32_t>(i),
                                                limiter_, names_, budget_));
  }
  if (options_.admin) {
    const auto bound = admin_.Listen(*options_.admin);
    if (!bound) return std::unexpected(Errors{bound.error()});
    observe::LogInfo("admin on " + net::ToString(*bound));
  }
  watch_.Look();
  if (auto loaded = Load(true); !loaded) return loaded;
  if (auto shared = ShareDescriptors(descriptors); !shared) {
    return std::unexpected(Errors{shared.error()});
  }
  for (auto& worker : workers_) worker->Start();
  observe::LogInfo("ready");
  poll_.Arm(loop_.now() + kPollFile);
  loop_.Run();
  for (auto& worker : workers_) worker->Stop();
  workers_.clear();
  cluster_monitor_.reset();
  loop_.RunDeferredWork();  // connections of the checks that were under way
  log_.reset();
  if (!observe::LogWriter::AwaitAll(kLastRecords)) {
    observe::LogWarning("nobody takes the access log: its last records are lost");
  }
  return {};
}

// Once all is open that stays open, and before the workers start.
std::expected<void, std::string> Server::ShareDescriptors(std::size_t limit) {
  // The memory of each connection is bounded, so their number has to be.
  constexpr std::size_t kMostOfWorker = 100'000;
  std::size_t checked = 0;
  for (const auto& cluster : policy_->clusters()) {
    for (const auto& host : *cluster->hosts()) checked += host->checked != nullptr;
  }
  const auto plan = net::PlanDescriptors({.limit = limit,
                                          .open = net::OpenDescriptors(),
                                          .checks = checked,
                                          .most_clients = kMostOfWorker * workers_.size(),
                                          .max_connections = options_.max_connections});
  if (!plan) return std::unexpected(plan.error());
  budget_.Set(*plan, options_.max_connections_per_address);
  const auto others = [this](auto ask) {
    return [this, ask](std::size_t but) {
      for (std::size_t i = 0; i < workers_.size(); ++i) {
        if (i != but) (workers_[i].get()->*ask)();
      }
    };
  };
  budget_.SetAskers({.clients = others(&Worker::CloseLongestWaiting),
                     .upstreams = others(&Worker::CloseIdleUpstream)});
  observe::LogInfo("at most " + std::to_string(plan->clients) + " client connections and " +
                   std::to_string(plan->upstreams) + " to upstreams, of " + std::to_string(limit) +
                   " open files");
  return {};
}

// Blocked before any thread starts, so that all of them come here.
void Server::WatchSignals() {
  const sigset_t set = OurSignals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = net::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  loop_.Watch(signals_.get(), this, net::Interest::kRead);
}

// Everything that can fail is done before the first worker is told.
std::expected<void, Errors> Server::Load(bool first) {
  auto octets = net::ReadWhole(options_.table);
  if (!octets) {
    watch_.NotRead();
    return std::unexpected(Errors{octets.error()});
  }
  Sha256 hash;
  hash.Add(*octets);
  auto generation =
      LoadGeneration(options_.table, std::move(*octets), options_.workers, log_, states_);
  if (!generation) return std::unexpected(generation.error());
  auto plan = listeners_.Plan(generation->policy->table());
  if (!plan) return std::unexpected(Errors{plan.error()});
  HandOut(*generation, *plan, workers_);
  const runtime::Table& table = generation->policy->table();
  for (const ListenerPlan& listener : *plan) {
    if (!first && listener.sockets.empty()) continue;
    observe::LogInfo("listening " + std::string(table.text(table.gateway().name)) + "/" +
                     std::to_string(listener.index) + " on " + net::ToString(listener.bound));
  }
  listeners_.Commit(*plan);
  TakeCare(generation->policy);
  log_ = generation->log;
  loaded_ = hash.Finish();
  return {};
}

void Server::Reload(const char* why) {
  if (draining_) {
    observe::LogInfo("draining: no table is loaded any more (" + std::string(why) + ")");
    return;
  }
  const auto before = loaded_;
  const bool said = watch_.unread();
  watch_.Look();
  if (const auto loaded = Load(false); !loaded) {
    if (said && watch_.unread()) return;
    ++reload_failures_;
    for (const std::string& error : loaded.error()) {
      observe::LogError("the table is not taken, the old one stays in force: " + error);
    }
    return;
  }
  ++reloads_;
  observe::LogInfo((loaded_ == before
                        ? "the table is unchanged; it and what it names were read again ("
                        : "a new table is in force (") +
                   std::string(why) + ")");
}

void Server::CheckFile() {
  poll_.Arm(loop_.now() + kPollFile);
  if (watch_.Changed()) Reload("the file changed");
}

void Server::OnReady(net::Ready) {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    switch (info.ssi_signo) {
      case SIGHUP:
        hup_.Arm(loop_.now());
        break;
      case SIGUSR1:
        if (log_ != nullptr) log_->Reopen();
        break;
      default:
        if (draining_) loop_.Stop();  // asked twice
        Drain();
    }
  }
}

void Server::Drain() {
  if (std::exchange(draining_, true)) return;
  observe::LogInfo("draining");
  drain_timer_.Arm(loop_.now() + options_.drain);
  for (auto& worker : workers_) {
    worker->Drain([this] {
      mailbox_.Post([this] {
        if (++drained_ == workers_.size()) loop_.Stop();
      });
    });
  }
}

void Server::TakeCare(std::shared_ptr<const Policy> policy) {
  using upstream::Cluster;
  policy_ = std::move(policy);
  cluster_monitor_ = std::make_unique<upstream::ClusterMonitor>(
      loop_, policy_->clusters(),
      upstream::ClusterMonitor::Listener{
          .turned =
              [](const Cluster& cluster, const upstream::Host& host) {
                observe::LogWarning("service " + std::string(cluster.name()) + ": " + host.text +
                                    (host.healthy() ? " is healthy" : " is unhealthy") +
                                    " by its check");
              },
          .hosts_changed =
              [this](const Cluster& cluster) {
                ++endpoint_reloads_;
                observe::LogInfo("service " + std::string(cluster.name()) + ": " +
                                 std::to_string(cluster.hosts()->size()) + " endpoints of " +
                                 cluster.file());
              },
          .file_refused =
              [this](const Cluster& cluster, const std::string& why) {
                ++endpoint_failures_;
                observe::LogError("service " + std::string(cluster.name()) +
                                  ": the endpoints stay as they were: " + why);
              }},
      std::move(cluster_monitor_));
}

// Not before every checked host has its first verdict.
bool Server::Ready() const {
  return !draining_ && cluster_monitor_ != nullptr && cluster_monitor_->ready();
}

std::string Server::Metrics() const {
  std::vector<const observe::WorkerMetrics*> metrics;
  observe::ProcessMetrics process;
  for (const auto& worker : workers_) {
    metrics.push_back(&worker->metrics());
    process.upstream_connects += worker->upstreams().connects.load(std::memory_order_relaxed);
    process.upstream_reuses += worker->upstreams().reuses.load(std::memory_order_relaxed);
  }
  process.services = ServiceMetrics(*policy_);
  process.breakers = BreakerMetrics(*policy_);
  process.endpoint_reloads = endpoint_reloads_;
  process.endpoint_failures = endpoint_failures_;
  process.reloads = reloads_;
  process.reload_failures = reload_failures_;
  process.log_dropped = log_ == nullptr ? 0 : log_->dropped();
  process.limiter_entries = limiter_.size();
  return observe::Expose(metrics, names_, process);
}

}  // namespace weir::proxy::server
