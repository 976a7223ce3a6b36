// The connections of one worker to one endpoint, kept while they are of use.
//
// Streams are opened on the connection that was used last, so the number of
// connections follows the load. An idle connection that the peer ends is dropped
// at once; one that dies in the very moment it is taken shows up as a failure
// marked `stale`, which the exchange may try again on a fresh one.
#ifndef WEIR_PROXY_UPSTREAM_POOL_H_
#define WEIR_PROXY_UPSTREAM_POOL_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "proxy/http/stream.h"
#include "proxy/http1/upstream_connection.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket.h"

namespace weir::proxy::upstream {

struct PoolSettings {
  std::int64_t connect_timeout = 5'000'000'000;
  std::int64_t idle_timeout = 30'000'000'000;
  std::size_t max_idle = 256;
};

// Written by one worker, read by whoever asks.
struct PoolCounters {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> reuses{0};
  std::atomic<std::uint64_t> stale{0};
};

enum class Freshness : std::uint8_t {
  kAny,      // an idle connection will do
  kChecked,  // ... if the kernel has not heard of its end: for what must not be sent twice
  kNew,
};

class Pool final : public http1::UpstreamOwner {
 public:
  Pool(net::Loop& loop, const net::SocketAddress& address, const PoolSettings& settings,
       PoolCounters& counters)
      : loop_(loop), address_(address), settings_(settings), counters_(counters) {}
  ~Pool();

  // A stream whose events go to `events`; null when no socket can be had.
  UpstreamStream* Open(UpstreamEvents& events, Freshness freshness);
  void CloseIdle();
  const net::SocketAddress& address() const { return address_; }

  void OnIdle(http1::UpstreamConnection& connection) override;
  void OnClosed(http1::UpstreamConnection& connection) override;

 private:
  net::Loop& loop_;
  net::SocketAddress address_;
  const PoolSettings& settings_;
  PoolCounters& counters_;
  std::vector<http1::UpstreamConnection*> idle_;
  std::vector<http1::UpstreamConnection*> all_;
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_POOL_H_
