// A service of a loaded table as all workers share it: its hosts, and the state
// that is kept of them and of its pool.
//
//   auto cluster = Cluster::Make(table, record, folder, states);   // main thread
//   cluster->hosts()                                               // any thread
//
// The list of hosts is replaced whole, with a new version; a worker looks at the
// version with each pick, and follows. Requests on their way keep the host they
// went to.
#ifndef WEIR_PROXY_UPSTREAM_CLUSTER_H_
#define WEIR_PROXY_UPSTREAM_CLUSTER_H_

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "proxy/net/file.h"
#include "proxy/upstream/admission.h"
#include "proxy/upstream/connector.h"
#include "proxy/upstream/endpoints_file.h"
#include "proxy/upstream/host.h"
#include "proxy/upstream/shared_state_registry.h"
#include "runtime/base/mutex.h"
#include "runtime/table/table.h"

namespace weir::proxy::upstream {

using Hosts = std::vector<std::shared_ptr<const Host>>;

class Cluster {
 public:
  // The table must outlive it. The error, a sentence, is of its endpoints file.
  static std::expected<std::shared_ptr<Cluster>, std::string> Make(
      std::shared_ptr<const runtime::Table> table, const runtime::ServiceRecord& record,
      const std::string& folder, SharedStateRegistry& states, const Connector& connector);

  std::string_view name() const { return table_->text(record_.name); }
  const runtime::Table& table() const { return *table_; }
  const runtime::ServiceRecord& record() const { return record_; }
  const std::shared_ptr<Admission>& admission() const { return admission_; }
  // What its connections are made by; lives as long as the process.
  const Connector& connector() const { return connector_; }
  OutlierDetector* outliers() const { return outliers_.get(); }
  const std::string& file() const { return file_; }  // empty: none

  std::shared_ptr<const Hosts> hosts() const;
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // Main thread.
  void SetHosts(std::span<const Endpoint> endpoints);
  // Reads the endpoints file and takes its hosts. The error says why not; the old ones stay.
  std::expected<void, std::string> ReadFile();
  // Its hosts are in force: those that only a list before had count no more. Not
  // earlier, as a table that is refused must change nothing for the one it meets.
  void LeaveOthers();
  bool FileChanged() { return watch_.Changed(); }  // since it was read, or it could not be
  bool file_unread() const { return watch_.unread(); }

 private:
  Cluster(std::shared_ptr<const runtime::Table> table, const runtime::ServiceRecord& record,
          SharedStateRegistry& states, const Connector& connector);
  std::string CheckIdentity() const;

  const std::shared_ptr<const runtime::Table> table_;
  const runtime::ServiceRecord& record_;
  SharedStateRegistry& states_;
  const Connector& connector_;
  std::string file_;
  net::FileWatch watch_;
  std::shared_ptr<Admission> admission_;       // null: no pool is written
  std::shared_ptr<OutlierDetector> outliers_;  // null: no outlier detection
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const Hosts> hosts_ WEIR_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_CLUSTER_H_
