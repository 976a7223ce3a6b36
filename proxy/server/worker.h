// One loop with everything it serves requests with; runs on a thread of its own.
// Others speak to it through its mailbox (Adopt, Drain, Stop) only.
//
// Or on no thread: whoever never calls Start runs its loop, and ends with CutOff.
#ifndef WEIR_PROXY_SERVER_WORKER_H_
#define WEIR_PROXY_SERVER_WORKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "proxy/exchange/exchange.h"
#include "proxy/exchange/local_limits.h"
#include "proxy/http/connection.h"
#include "proxy/net/descriptors.h"
#include "proxy/net/mailbox.h"
#include "proxy/server/acceptor.h"
#include "proxy/server/listeners.h"
#include "proxy/server/waiting_clients.h"

namespace weir::proxy {
struct Generation;
}

namespace weir::proxy::server {

struct WorkerSettings {
  ClientTimeouts timeouts;
  upstream::PoolSettings pool;
  std::string zone;  // where this proxy is; empty: nowhere in particular
  std::string via;   // what it is called in Via; empty: runtime::DeploymentName
  std::uint32_t loops_allowed = 0;
};

// One worker's part of a generation.
struct WorkerGeneration {
  struct Listener {
    std::string key;
    std::uint32_t index = 0;
    std::uint16_t port = 0;
    net::Fd socket;  // none: the worker has it
  };
  std::shared_ptr<const Policy> policy;
  std::unique_ptr<runtime::Authenticator> authenticator;
  std::shared_ptr<observe::LogWriter> log;
  std::vector<Listener> listeners;
};

class Worker final {
 public:
  Worker(const WorkerSettings& settings, std::uint32_t index, runtime::LocalLimiter& limiter,
         observe::RouteNames& names, net::ConnectionBudget& budget,
         const net::Clock& clock = net::SystemClock());
  ~Worker();

  void Start();
  // From any thread.
  void Adopt(std::shared_ptr<WorkerGeneration> generation);
  void Drain(std::function<void()> done);  // `done` is called on the worker's thread
  void CloseLongestWaiting();              // a client connection, if one waits for a request
  void CloseIdleUpstream();                // the one that is idle longest
  void Stop();                             // and joins
  // What is left once the loop has stopped, on the thread that ran it: requests are
  // answered and recorded, and nothing stays allocated.
  void CutOff();
  net::Loop& loop() { return loop_; }
  const observe::WorkerMetrics& metrics() const { return metrics_; }
  const upstream::PoolCounters& upstreams() const { return pool_counters_; }

 private:
  class Listener;
  struct Client {
    ClientConnection* connection;
    const Listener* listener;
  };
  void Take(WorkerGeneration& generation);
  void BeginDrain(std::function<void()> done);
  bool TakePlaceOfAnother();
  bool MakeRoom();
  void Accepted(Listener& listener, net::Accepted accepted);
  void Closed(Listener& listener, ClientConnection& connection);
  void Retire(std::shared_ptr<Listener> listener);
  void ReportIfDrained();

  WorkerSettings settings_;
  observe::RouteNames& names_;
  observe::WorkerMetrics metrics_;
  net::Loop loop_;
  net::Mailbox mailbox_;
  const Acceptor acceptor_;
  const std::uint32_t index_;
  net::ConnectionBudget& budget_;
  WaitingClients waiting_;
  Random random_;
  observe::WorkerLog log_;
  upstream::PoolCounters pool_counters_;
  upstream::WorkerPools worker_pools_;
  LocalLimits limits_;
  ExchangeContext context_;
  std::shared_ptr<Serving> serving_;
  std::map<std::string, std::shared_ptr<Listener>> listeners_;
  // Taken away; each goes, and its generation with it, when no connection names it.
  std::vector<std::shared_ptr<Listener>> retired_;
  std::vector<Client> connections_;
  bool draining_ = false;
  std::function<void()> drained_;
  std::thread thread_;
};

// Gives each worker its part of a generation: its authenticator, and its socket of each
// listener that is new.
void HandOut(Generation& generation, std::vector<ListenerPlan>& plan,
             std::span<const std::unique_ptr<Worker>> workers);

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_WORKER_H_
