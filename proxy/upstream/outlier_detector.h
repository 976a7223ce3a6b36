// Passive health of one service's hosts: the ejection machine, its lock, and
// what every worker may read of it without one (spec/rules/ejection.md).
//
//   auto member = outliers->Join(address);              // main thread
//   outliers->Report(*member, Outcome::k5xx, now);      // any worker
//   outliers->Sweep(now);                               // main thread, every settings().every
#ifndef WEIR_PROXY_UPSTREAM_OUTLIER_DETECTOR_H_
#define WEIR_PROXY_UPSTREAM_OUTLIER_DETECTOR_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "proxy/net/socket.h"
#include "runtime/base/mutex.h"
#include "runtime/state/ejection.h"

namespace weir::proxy::upstream {

class OutlierDetector : public std::enable_shared_from_this<OutlierDetector> {
 public:
  using Outcome = runtime::Ejection::Outcome;

  // A host's place among them, while it is listed.
  class Member {
   public:
    Member(std::shared_ptr<OutlierDetector> owner, std::uint32_t id)
        : owner_(std::move(owner)), id_(id) {}
    ~Member();
    bool ejected() const { return ejected_.load(std::memory_order_relaxed); }
    OutlierDetector& owner() const { return *owner_; }

   private:
    friend class OutlierDetector;
    std::shared_ptr<OutlierDetector> owner_;
    std::uint32_t id_;
    bool left_ = false;  // under the owner's lock; the id may be another's by now
    std::atomic<bool> ejected_{false};
  };

  OutlierDetector(const runtime::EjectionSettings& settings, std::int64_t now)
      : settings_(settings), machine_(settings), swept_at_(now) {}

  // Removes the hosts that are not in `addresses`, even if a request still holds their
  // Member, so that shares refer to the current hosts. Main thread, as is Join.
  void Keep(const std::set<net::SocketAddress>& addresses);
  std::shared_ptr<Member> Join(const net::SocketAddress& address);
  // True: this ejected the host.
  bool Report(Member& member, Outcome outcome, std::int64_t now);
  void Sweep(std::int64_t now);
  void Clear(Member& member);  // an active check passed

  const runtime::EjectionSettings& settings() const { return settings_; }
  std::int64_t swept_at() const { return swept_at_; }  // main thread
  std::uint64_t ejections() const { return ejections_.load(std::memory_order_relaxed); }

 private:
  void Leave(Member& member) WEIR_REQUIRES(mutex_);
  void Publish() WEIR_REQUIRES(mutex_);

  const runtime::EjectionSettings settings_;
  mutable runtime::Mutex mutex_;
  runtime::Ejection machine_ WEIR_GUARDED_BY(mutex_);
  std::map<std::uint32_t, Member*> members_ WEIR_GUARDED_BY(mutex_);
  std::map<net::SocketAddress, std::weak_ptr<Member>> known_;  // main thread
  std::int64_t swept_at_;
  std::atomic<std::uint64_t> ejections_{0};
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_OUTLIER_DETECTOR_H_
