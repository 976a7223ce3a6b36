// One try of an exchange: a place in a service's pool, then a stream to one of
// its hosts. Tells its exchange what happens, with itself as who; the exchange
// decides (tries.cc).
#ifndef WEIR_PROXY_EXCHANGE_TRY_H_
#define WEIR_PROXY_EXCHANGE_TRY_H_

#include <cstdint>
#include <memory>

#include "proxy/net/timer.h"
#include "proxy/upstream/breaker.h"
#include "proxy/upstream/service.h"

namespace weir::proxy {

class Exchange;

class Try final : public upstream::Taker {
 public:
  enum class State : std::uint8_t { kOver, kWaiting, kOpen };

  Try(Exchange& exchange, net::TimerHeap& timers);

  bool live() const { return state != State::kOver; }
  const upstream::Host& host() const { return *place->host; }

  Destination OnPlace(upstream::Pool* offered) override;
  void OnOpened(UpstreamStream* opened, int error) override;
  void OnInterim(const ResponseMessage& message) override;
  void OnResponseHead(const ResponseMessage& message) override;
  void OnResponseData(std::string_view data) override;
  void OnResponseEnd(std::span<const runtime::Field> trailers) override;
  void OnUpstreamFailed(const UpstreamFailure& failure) override;
  void OnUpstreamCredit() override;

  // The exchange's.
  State state = State::kOver;
  std::shared_ptr<const upstream::Service::Place> place;  // kept when it is over, for the record
  UpstreamStream* stream = nullptr;                       // kOpen
  std::uint64_t ticket = 0;                               // kWaiting
  upstream::SharedBreaker::Permit permit;
  bool host_waits = false;  // ejection hears of a good answer when it is over
  bool unsettled = false;   // breaker and ejection have not heard how it went
  bool again = false;       // goes out anew on a fresh connection (RETRY-9)
  net::Timer timer;         // the per-try timeout

 private:
  Exchange& exchange_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_TRY_H_
