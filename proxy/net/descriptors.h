// The descriptors of the process, and how they are shared out.
//
//   const std::size_t limit = RaiseDescriptorLimit();   // at start
//   const auto plan = PlanDescriptors({.limit = limit, .open = OpenDescriptors(), ...});
//   budget.Set(*plan, per_address);                     // before the workers start
//
// A request takes a descriptor from its client and one to its upstream. So what
// is left after listeners, files and the admin port is split between the two
// sides, and neither can starve the other. Clients above their share are not
// accepted until one that waits for its next request has been closed; a
// connection to an upstream above that side's share closes an idle one first.
#ifndef WEIR_PROXY_NET_DESCRIPTORS_H_
#define WEIR_PROXY_NET_DESCRIPTORS_H_

#include <atomic>
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "runtime/base/mutex.h"
#include "runtime/request/request.h"

namespace weir::proxy::net {

// Raises the soft limit to the hard one; the soft limit that is then in force.
std::size_t RaiseDescriptorLimit();
std::size_t OpenDescriptors();

// Kept for the admin port's connections, and for what is opened now and then: a
// table, key and log files, the listeners of a reload.
inline constexpr std::size_t kAdminConnections = 16;
inline constexpr std::size_t kSpareDescriptors = 16;

struct DescriptorPlan {
  std::size_t clients = 0, upstreams = 0;
};
struct DescriptorDemand {
  std::size_t limit = 0;
  std::size_t open = 0;                 // now, for good
  std::size_t checks = 0;               // hosts that are checked, each by a connection at times
  std::size_t most_clients = SIZE_MAX;  // unless max_connections says otherwise
  std::optional<std::size_t> max_connections;  // of clients, as asked for
};
// The error is a sentence: what was asked for does not fit into the limit.
std::expected<DescriptorPlan, std::string> PlanDescriptors(const DescriptorDemand& demand);

// Counts connections over all workers.
class ConnectionBudget {
 public:
  using Address = runtime::Address;

  // Before anything is counted. `per_address` 0: no such bound.
  void Set(const DescriptorPlan& plan, std::size_t per_address);
  // Asks all workers but one to close an idle connection. Called on any thread.
  struct Askers {
    std::function<void(std::size_t but)> clients, upstreams;
  };
  void SetAskers(Askers askers) { askers_ = std::move(askers); }

  // A client's. False: there are as many as may be.
  bool TakeClient();
  void GiveClient() { clients_.fetch_sub(1, std::memory_order_relaxed); }
  void AskForClient(std::size_t worker) const;

  // Those of one address, of IPv6 those of one /64, which is what one customer
  // has. True also where addresses are not counted.
  bool TakeAddress(const Address& address);
  void GiveAddress(const Address& address);

  void UpstreamOpened() { upstreams_.fetch_add(1, std::memory_order_relaxed); }
  void UpstreamClosed() { upstreams_.fetch_sub(1, std::memory_order_relaxed); }
  // Another one would be more than their share.
  bool upstreams_full() const {
    return upstreams_.load(std::memory_order_relaxed) >= plan_.upstreams;
  }
  // More are open than their share: none is kept idle.
  bool upstreams_over() const {
    return upstreams_.load(std::memory_order_relaxed) > plan_.upstreams;
  }
  void AskForUpstream(std::size_t worker) const;

 private:
  DescriptorPlan plan_{SIZE_MAX, SIZE_MAX};
  std::size_t per_address_ = 0;
  Askers askers_;
  std::atomic<std::size_t> clients_{0}, upstreams_{0};
  runtime::Mutex mutex_;
  std::map<Address, std::size_t> addresses_ WEIR_GUARDED_BY(mutex_);
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_DESCRIPTORS_H_
