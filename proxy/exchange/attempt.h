// One attempt of a request: a place in a service's pool, then a stream to one of
// its hosts. Tells Attempts what happens, with itself as who; they decide.
#ifndef WEIR_PROXY_EXCHANGE_ATTEMPT_H_
#define WEIR_PROXY_EXCHANGE_ATTEMPT_H_

#include <cstdint>
#include <memory>

#include "proxy/net/timer.h"
#include "proxy/upstream/breaker.h"
#include "proxy/upstream/service.h"

namespace weir::proxy {

class Attempts;

class Attempt final : public upstream::StreamRequester {
 public:
  enum class State : std::uint8_t { kOver, kWaiting, kOpen };

  Attempt(Attempts& attempts, net::TimerHeap& timers);

  bool live() const { return state != State::kOver; }
  const upstream::Host& host() const { return *place->host; }

  Destination OnPlace(upstream::HostPool* offered) override;
  void OnOpened(UpstreamStream* opened, int error) override;
  void OnInterim(const ResponseMessage& message) override;
  void OnResponseHead(const ResponseMessage& message) override;
  void OnResponseData(std::string_view data) override;
  void OnResponseEnd(std::span<const runtime::Field> trailers) override;
  void OnUpstreamFailed(const UpstreamFailure& failure) override;
  void OnUpstreamCredit() override;

  // Attempts' own.
  State state = State::kOver;
  std::shared_ptr<const upstream::Service::Endpoint> place;  // kept when it is over, for the record
  UpstreamStream* stream = nullptr;                          // kOpen
  std::uint64_t ticket = 0;                                  // kWaiting
  upstream::SharedBreaker::Permit permit;
  bool success_pending = false;  // the outlier detector is told of a good answer when it is over
  bool unreported = false;       // breaker and ejection have not heard how it went
  bool resent = false;           // goes out anew on a fresh connection (RETRY-9)
  net::Timer timer;              // the per-try timeout

 private:
  Attempts& attempts_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_ATTEMPT_H_
