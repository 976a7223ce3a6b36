// One host of a service: where it is, and what is known of it process-wide.
//
// A host is made anew with every change of its service's list and never changes
// itself; what lasts beyond that (its load, its health, its ejection) it shares
// with its predecessors of the same address.
#ifndef WEIR_PROXY_UPSTREAM_HOST_H_
#define WEIR_PROXY_UPSTREAM_HOST_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "proxy/net/socket.h"
#include "proxy/upstream/health_status.h"
#include "proxy/upstream/outlier_detector.h"

namespace weir::proxy::upstream {

// Tries that are under way at a host, over all workers.
struct alignas(64) HostLoad {
  std::atomic<std::uint32_t> in_flight{0};
};

struct Host {
  net::SocketAddress address;
  std::string text;            // "127.0.0.1:3001", for the log
  std::uint64_t identity = 0;  // a hash of `text`, the same in every process
  std::uint32_t weight = 1;
  std::string zone;   // empty: not known
  bool ready = true;  // as the endpoints file says
  std::shared_ptr<HostLoad> load;
  std::shared_ptr<CheckedHost> checked;             // null: the service has no check
  std::shared_ptr<OutlierDetector::Member> member;  // null: the service has no outlier detection

  bool healthy() const { return checked == nullptr || checked->healthy(); }
  bool ejected() const { return member != nullptr && member->ejected(); }
  bool available() const { return ready && healthy() && !ejected(); }
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_HOST_H_
