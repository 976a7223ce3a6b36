// A copy of a request, for a service whose answer is discarded.
//
// It never delays the original: it takes a place in its service's pool only if
// there is one at once, it is given up as soon as its upstream takes less than
// the original sends (kStreamWindow octets behind), and its answer is read and
// dropped. It ends by itself, at the latest when its time is over.
#ifndef WEIR_PROXY_EXCHANGE_MIRROR_H_
#define WEIR_PROXY_EXCHANGE_MIRROR_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "proxy/config/serving.h"
#include "proxy/net/loop.h"
#include "proxy/upstream/service.h"

namespace weir::proxy {

class Mirror;

// Those of a worker that are under way; it keeps them.
struct Mirrors {
  net::Loop& loop;
  std::vector<std::shared_ptr<Mirror>> live;

  void GiveUp();  // all: the worker stops
};

class Mirror final : public upstream::StreamRequester, public net::Deferred {
 public:
  // The request's views are used at once and not kept. `until` is ns on the
  // loop's clock. Null: it could not be sent.
  static std::shared_ptr<Mirror> Start(Mirrors& mirrors, std::shared_ptr<Serving> serving,
                                       runtime::Index service, const UpstreamRequest& request,
                                       std::uint64_t random, std::int64_t until);
  Mirror(Mirrors& mirrors, std::shared_ptr<Serving> serving, std::int64_t until);

  // These do nothing once it is over.
  void SendData(std::string_view data);
  void SendEnd();
  void Drop();  // unless it was sent whole

  Destination OnPlace(upstream::HostPool*) override { return {}; }
  void OnOpened(UpstreamStream*, int) override {}
  void OnInterim(const ResponseMessage&) override {}
  void OnResponseHead(const ResponseMessage&) override { stream_->AllowBody(kStreamWindow); }
  void OnResponseData(std::string_view) override { stream_->AllowBody(kStreamWindow); }
  void OnResponseEnd(std::span<const runtime::Field>) override { Ended(); }
  void OnUpstreamFailed(const UpstreamFailure&) override { Ended(); }
  void OnUpstreamCredit() override {}
  void RunDeferred() override;  // leaves `mirrors`

 private:
  friend Mirrors;
  void Ended();
  void GiveUp();

  Mirrors& mirrors_;
  std::shared_ptr<Serving> serving_;  // and with it the pool
  std::shared_ptr<const upstream::Service::Endpoint> place_;
  UpstreamStream* stream_ = nullptr;
  bool sent_ = false;  // whole
  net::Timer timer_;
  std::size_t at_ = 0;  // of mirrors_.live
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_MIRROR_H_
