#include "proxy/exchange/attempt.h"

#include "proxy/exchange/attempts.h"

namespace weir::proxy {

Attempt::Attempt(Attempts& attempts, net::TimerHeap& timers)
    : timer(timers, [this] { attempts_.OnTimeout(*this); }), attempts_(attempts) {}

upstream::StreamRequester::Destination Attempt::OnPlace(upstream::HostPool* offered) {
  return attempts_.OnPlace(*this, offered);
}
void Attempt::OnOpened(UpstreamStream* opened, int error) {
  attempts_.OnOpened(*this, opened, error);
}
void Attempt::OnInterim(const ResponseMessage& message) { attempts_.OnInterim(*this, message); }
void Attempt::OnResponseHead(const ResponseMessage& message) { attempts_.OnHead(*this, message); }
void Attempt::OnResponseData(std::string_view data) { attempts_.OnData(data); }
void Attempt::OnResponseEnd(std::span<const runtime::Field> trailers) {
  attempts_.OnEnd(*this, trailers);
}
void Attempt::OnUpstreamFailed(const UpstreamFailure& failure) {
  attempts_.OnFailed(*this, failure);
}
void Attempt::OnUpstreamCredit() { attempts_.OnCredit(); }

}  // namespace weir::proxy
