// One worker's way to one service: its pools by host, and its end of what all
// workers share of the service's connections.
//
//   worker pool.Open(requester, pool, freshness)
//     kStream    opened
//     kWaiting   the service's pool is full: requester.OnPlace comes later, or GiveUp
//     kOverflow  ... and as many wait as may
//     kNoSocket  none can be had; `error` is why
//
// Without a `pool` clause there is no admission, and nothing ever waits. With
// one, waiting requests are served in order of arrival over all workers: a place
// that becomes free goes to the head of the queue, a kept connection with it, if need
// be across threads. A grant is carried out after the batch of events, never
// inside another try's end.
#ifndef WEIR_PROXY_UPSTREAM_WORKER_POOL_H_
#define WEIR_PROXY_UPSTREAM_WORKER_POOL_H_

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "proxy/upstream/admission.h"
#include "proxy/upstream/host_pool.h"

namespace weir::proxy::upstream {

// A try that wants a stream.
class StreamRequester : public UpstreamEvents {
 public:
  // Where to go: a null pool means nowhere, any more.
  struct Destination {
    HostPool* pool = nullptr;
    bool fresh = false;  // not on a kept connection
  };
  // A place is there for who waited. `offered`: the pool of a kept connection
  // that comes with it, or null.
  virtual Destination OnPlace(HostPool* offered) = 0;
  // Right after OnPlace; or alone, where there was room on a connection to the host that
  // was asked for. Null: no socket can be had; `error` is why, as errno has it.
  virtual void OnOpened(UpstreamStream* stream, int error) = 0;

 protected:
  ~StreamRequester() = default;
};

struct OpenResult {
  enum class Kind : std::uint8_t { kStream, kWaiting, kOverflow, kNoSocket };
  Kind kind = Kind::kNoSocket;
  UpstreamStream* stream = nullptr;  // kStream
  std::uint64_t ticket = 0;          // kWaiting
  int error = 0;                     // kNoSocket
};

// All idle connections of a worker.
class IdleConnections {
 public:
  virtual bool CloseLongestIdle() = 0;  // false: none is idle

 protected:
  ~IdleConnections() = default;
};

// The worker that a worker pool belongs to.
struct PoolWorker {
  net::Loop& loop;
  net::Mailbox& mailbox;
  std::uint32_t index;
  const PoolSettings& settings;
  PoolCounters& counters;
  net::ConnectionBudget& budget;
  IdleConnections* idle = nullptr;
};

class WorkerPool final : public net::Deferred, public std::enable_shared_from_this<WorkerPool> {
 public:
  using Connection = UpstreamConnection;

  WorkerPool(const PoolWorker& worker, std::shared_ptr<Admission> admission)
      : worker_(worker), admission_(std::move(admission)) {}
  void Attach();  // to the admission, once it is owned
  // 0: without end. A reload may change it while the worker pool goes on.
  void SetRequestsPerConnection(std::uint32_t requests) { per_connection_ = requests; }

  OpenResult Open(StreamRequester& requester, HostPool& pool, Freshness freshness);
  void GiveUp(std::uint64_t ticket);

  // From the mailbox.
  void OnGrant(std::uint64_t ticket, Handover handover);
  void YieldOne();
  void DrainOne();
  void OfferAgain();

  // A pool's.
  void Enter(HostPool& pool);
  void Leave(HostPool& pool);
  void Ended(HostPool& pool, Connection& connection);
  void Closed(Connection& connection);
  void CountStale();
  net::Loop& loop() const { return worker_.loop; }
  const PoolSettings& settings() const { return worker_.settings; }
  net::ConnectionBudget& budget() const { return worker_.budget; }
  // Descriptors are short: closes the worker's longest idle connection, or asks others to.
  bool MakeRoom();
  // As far as `requests-per-connection` goes.
  bool MayCarryMore(const Connection& connection) const {
    return per_connection_ == 0 || connection.served < per_connection_;
  }

  void RunDeferred() override;

 private:
  struct Grant {
    std::uint64_t ticket;
    HostPool* pool;          // of the connection
    Connection* connection;  // null: a bare place
  };
  struct Waiter {
    StreamRequester* requester;
    HostPool* pool;  // whose room will do; null: none's
    std::list<std::uint64_t>::iterator at;
  };

  UpstreamStream* Start(StreamRequester& requester, HostPool& pool, Connection* connection,
                        bool reused);
  void Wait(StreamRequester& requester, HostPool& pool, Freshness freshness, std::uint64_t ticket);
  StreamRequester* EndWait(std::uint64_t ticket);
  bool MayKeep(const HostPool& pool, const Connection& connection) const;
  void GiveBack(HostPool* pool, Connection* connection, bool drained = false);
  void OfferRoom(HostPool& pool);
  void ServeRoom(HostPool& pool);
  void RunSoon();
  void PassOn(const Admission::Ticket& ticket, HostPool* pool, Connection* connection);
  void Serve(Grant grant);
  void CloseQuietly(Connection& connection);
  HostPool* WithMostIdle() const;
  HostPool* PoolOf(const Handover& handover) const;

  const PoolWorker worker_;
  const std::shared_ptr<Admission> admission_;  // null: no bounds
  std::uint32_t per_connection_ = 0;
  std::vector<HostPool*> pools_;
  std::unordered_map<std::uint64_t, Waiter> waiting_;
  std::vector<Grant> grants_;
  std::vector<HostPool*> offers_;     // of room
  Grant* serving_ = nullptr;          // the one that is carried out
  std::shared_ptr<WorkerPool> hold_;  // while deferred
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_WORKER_POOL_H_
