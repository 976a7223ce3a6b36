// A service's pool over all workers: the machine that counts (spec/rules/pool.md),
// its lock, and the way to each worker's pool.
#ifndef WEIR_PROXY_UPSTREAM_ADMISSION_H_
#define WEIR_PROXY_UPSTREAM_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/net/fd.h"
#include "proxy/net/mailbox.h"
#include "proxy/net/socket.h"
#include "runtime/base/mutex.h"
#include "runtime/state/pool_admission.h"

namespace weir::proxy::upstream {

class WorkerPool;

// A connection on its way to another worker, idle and with nothing unread.
// Without one it is the bare place that goes over.
struct Handover {
  net::Fd fd;
  net::SocketAddress address;
  std::string transport;     // its connector's identity
  std::uint32_t served = 0;  // requests it has carried
};

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  using Verdict = runtime::PoolAdmission::Verdict;
  using Ticket = runtime::Ticket;

  explicit Admission(const runtime::PoolLimits& limits) : limits_(limits), machine_(limits) {}

  // Before a worker's pool asks for anything, on that worker's thread. The
  // mailbox outlives the admission's use.
  void Attach(std::uint32_t worker, net::Mailbox& mailbox, std::weak_ptr<WorkerPool> worker_pool);

  // kWait: `id` is where a grant comes to.
  runtime::PoolAdmission::Answer Ask(std::uint32_t worker, runtime::PoolAdmission::Offer offer);
  std::optional<Ticket> Finish(std::uint32_t worker, runtime::PoolAdmission::Left left,
                               bool drained = false);
  std::optional<Ticket> IdleClosed(std::uint32_t worker);
  std::optional<Ticket> Yield(std::uint32_t worker, bool has_idle);
  runtime::PoolAdmission::Shared Share(const Ticket& ticket);
  void DrainOver();
  bool Cancel(const Ticket& ticket);

  // Hands what the ticket was granted to the worker pool of its worker, by its mailbox.
  void Send(const Ticket& ticket, Handover handover);

  struct Counts {
    std::uint32_t connections = 0, in_flight = 0, waiting = 0;
    std::uint64_t overflows = 0;
  };
  Counts counts() const;
  const runtime::PoolLimits& limits() const { return limits_; }

 private:
  struct Peer {
    net::Mailbox* mailbox = nullptr;
    std::weak_ptr<WorkerPool> worker_pool;
  };
  Peer PeerOf(std::uint32_t worker) const;
  void AskToYield(std::uint32_t worker);
  // POOL-14.
  void AskToDrain(std::optional<std::uint32_t> worker);
  void OfferAgain(const std::vector<std::uint32_t>& workers);

  const runtime::PoolLimits limits_;
  mutable runtime::Mutex mutex_;
  runtime::PoolAdmission machine_ WEIR_GUARDED_BY(mutex_);
  std::vector<Peer> peers_ WEIR_GUARDED_BY(mutex_);
  // Whose room was of no use to their waiters, as many requests were in flight as may.
  std::vector<std::uint32_t> full_ WEIR_GUARDED_BY(mutex_);
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_ADMISSION_H_
