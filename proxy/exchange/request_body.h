// The body of a request on its way to an attempt and to the mirrors.
//
// What has come is kept, up to a bound, for as long as another attempt may need it
// (the replay buffer). While no stream is open, kStreamWindow is read on and kept
// whatever that bound: so that a client that drips is found out while it waits.
#ifndef WEIR_PROXY_EXCHANGE_REQUEST_BODY_H_
#define WEIR_PROXY_EXCHANGE_REQUEST_BODY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/exchange/mirror.h"
#include "proxy/http/stream.h"

namespace weir::proxy {

class RequestBody {
 public:
  struct Bounds {
    std::uint64_t size = UINT64_MAX;  // of the whole body
    std::size_t replay = 65536;
  };

  void Start(ClientStream& client, const Bounds& bounds);
  void AddMirror(std::shared_ptr<Mirror> mirror);  // while all that came is still kept

  // From the client. `to` is the stream that is open, or null. False: the body is
  // larger than it may be, and the data has gone nowhere.
  [[nodiscard]] bool Take(std::string_view data, UpstreamStream* to);
  void End(UpstreamStream* to);

  // To a stream that has just been given the head: all that came so far.
  void SendTo(UpstreamStream& to);
  // No other attempt follows: the replay buffer goes.
  void StopKeeping();

  // Lets the client send as much as `to` takes, or as is kept without: how much that is.
  std::size_t Allow(UpstreamStream* to);

  bool ended() const { return ended_; }
  bool replayable() const { return replayable_; }  // all that came is still here
  std::uint64_t bytes() const { return bytes_; }

  void DropMirrors();
  void Reset();

 private:
  void Keep(std::string_view data, bool unbounded);

  ClientStream* client_ = nullptr;
  Bounds bounds_;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
  bool replayable_ = false;
  std::string replay_;
  std::vector<std::shared_ptr<Mirror>> mirrors_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_REQUEST_BODY_H_
