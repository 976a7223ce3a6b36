// The connections of one worker to one host of a service, made by one connector,
// kept while they are of use. The worker pool decides when a connection may be opened.
//
// A stream is opened on a connection in use that has room, else on the idle one that
// was used last, so the number of connections follows the load. An idle connection
// that the peer ends is dropped at once; one that dies in the very moment it is taken
// shows up as a failure marked `stale`, which the exchange may try again on a fresh one.
#ifndef WEIR_PROXY_UPSTREAM_HOST_POOL_H_
#define WEIR_PROXY_UPSTREAM_HOST_POOL_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "proxy/http/connection.h"
#include "proxy/net/descriptors.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket.h"
#include "proxy/upstream/connector.h"

namespace weir::proxy::upstream {

class WorkerPool;

struct PoolSettings {
  std::int64_t connect_timeout = 5'000'000'000;
  std::int64_t idle_timeout = 30'000'000'000;
  std::size_t max_idle = 256;
};

// Written by one worker, read by any thread.
struct PoolCounters {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> reuses{0};
  std::atomic<std::uint64_t> stale{0};
};

enum class Freshness : std::uint8_t {
  kAny,      // a connection in use or an idle one will do
  kChecked,  // ... an idle one if the kernel has not heard of its end: for what must not be sent
             // twice
  kNew,
};

class HostPool final : public UpstreamOwner {
 public:
  using Connection = UpstreamConnection;

  HostPool(std::shared_ptr<WorkerPool> worker_pool, const net::SocketAddress& address,
           const Connector& connector);
  ~HostPool();

  const net::SocketAddress& address() const { return address_; }
  const Connector& connector() const { return connector_; }
  WorkerPool& worker_pool() const { return *worker_pool_; }
  std::size_t idle() const { return idle_.size(); }
  bool has_room() const { return !with_room_.empty(); }
  // Since when (ns) the longest idle one is; INT64_MAX: none is.
  std::int64_t idle_since() const { return idle_.empty() ? INT64_MAX : idle_.front()->idle_since; }
  void CloseOldest() { idle_.front()->Close(); }  // there is one

  // The worker pool's. Drops what the kernel says is over from the end of the idle ones.
  void DropEnded();
  // One in use that has room, else of the idle ones the newest, which is idle no more; null: none.
  Connection* WithRoom();
  Connection* TakeOldest();            // of the idle ones
  Connection* LeastUsed() const;       // of those in use that can carry several; null: none
  void Drain(Connection& connection);  // no more requests for it
  UpstreamStream& Begin(Connection& connection, UpstreamEvents& events);
  // Null: no socket can be had, and `error` is why, as errno has it.
  Connection* Connect(int& error);
  Connection* Adopt(net::Fd fd, std::uint32_t served);  // another worker's; null likewise
  net::Fd Detach(Connection& connection);               // for another worker
  void Park(Connection& connection);                    // idle from now on
  void CloseIdle();

  // The worker pool's.
  std::size_t place = 0;
  std::list<std::uint64_t> waiting;  // tickets of those who would go by a connection in use
  bool offered = false;              // its room, to them

  void OnStreamOver(Connection& connection) override;
  void OnClosed(Connection& connection) override;

 private:
  Connection* Add(Connection* connection);
  void Remove(Connection& connection);
  void NoteRoom(Connection& connection);

  const std::shared_ptr<WorkerPool> worker_pool_;
  const net::SocketAddress address_;
  const Connector& connector_;
  std::vector<Connection*> idle_;       // the one used last at the end
  std::vector<Connection*> with_room_;  // in use; by HTTP/1.1 there is none
  std::vector<Connection*> all_;
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_HOST_POOL_H_
