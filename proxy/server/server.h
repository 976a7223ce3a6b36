// The process: workers, signals, reload, drain, the admin port.
#ifndef WEIR_PROXY_SERVER_SERVER_H_
#define WEIR_PROXY_SERVER_SERVER_H_

#include <atomic>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/admin/admin.h"
#include "proxy/config/generation.h"
#include "proxy/net/file.h"
#include "proxy/server/worker.h"
#include "proxy/upstream/cluster_monitor.h"
#include "runtime/base/sha256.h"

namespace weir::proxy::server {

struct ServerOptions {
  std::string table;
  std::size_t workers = 1;
  std::optional<net::SocketAddress> admin;
  std::vector<ListenOverride> listen;
  std::int64_t drain = 30'000'000'000;          // ns
  std::optional<std::size_t> max_connections;   // of clients; else by the limit of descriptors
  std::size_t max_connections_per_address = 0;  // 0: no such bound
  WorkerSettings worker;
};

class Server final : public net::Handler {
 public:
  explicit Server(ServerOptions options);
  ~Server() override;

  // Serves until SIGTERM. The errors are why it could not start. Addresses that
  // were bound are written to stderr, one a line.
  std::expected<void, std::vector<std::string>> Run();

  void OnReady(net::Ready ready) override;  // a signal

 private:
  std::expected<void, std::vector<std::string>> Load(bool first);
  void Reload(const char* why);
  void CheckFile();
  std::expected<void, std::string> ShareDescriptors(std::size_t limit);
  void Drain();
  void WatchSignals();
  void TakeCare(std::shared_ptr<const Policy> policy);
  bool Ready() const;
  std::string Metrics() const;

  ServerOptions options_;
  net::FileWatch watch_;
  net::Loop loop_;
  net::Mailbox mailbox_;
  net::Fd signals_;
  net::Timer poll_;
  net::Timer hup_;  // reloads come with timers, when no event of the loop is under way
  net::Timer drain_timer_;
  net::ConnectionBudget budget_;
  runtime::LocalLimiter limiter_;
  observe::RouteNames names_;
  upstream::SharedStateRegistry states_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::shared_ptr<const Policy> policy_;  // in force
  std::unique_ptr<upstream::ClusterMonitor> cluster_monitor_;
  Listeners listeners_;
  admin::Admin admin_;
  std::shared_ptr<observe::LogWriter> log_;
  std::size_t drained_ = 0;
  bool draining_ = false;
  Sha256Digest loaded_{};  // of the table in force
  std::uint64_t reloads_ = 0;
  std::uint64_t reload_failures_ = 0;
  std::uint64_t endpoint_reloads_ = 0;
  std::uint64_t endpoint_failures_ = 0;
};

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_SERVER_H_
