// The attempts of one request, until one answers it: retries and hedges, within
// the retry budget and the breaker (spec/rules/retry.md, breaker.md, ejection.md).
//
//   breaker admits -> a host is chosen -> a place in the pool -> a stream
//      |                |                   |        \ waits, first come first served
//      refused: 503 breaker-open, no-healthy-upstream, overflow; never tried again
//
// Two attempts can be under way at once: the second is a hedge, started when the
// first has not answered for a while. Whoever answers first with something that
// is no cause for another attempt answers the request, and the other is given up.
// Breaker and ejection hear of each admitted attempt exactly once: by the status of
// its answer, as failed, or as cancelled, which counts for nothing. A good answer
// counts for its host when it is over, as it may break off before.
#ifndef WEIR_PROXY_EXCHANGE_ATTEMPTS_H_
#define WEIR_PROXY_EXCHANGE_ATTEMPTS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/exchange/attempt.h"
#include "proxy/exchange/context.h"
#include "proxy/exchange/request_body.h"
#include "proxy/exchange/retry.h"
#include "proxy/exchange/target.h"
#include "proxy/http/stream.h"
#include "proxy/net/timer.h"
#include "runtime/state/retry_budget.h"

namespace weir::proxy {

class Attempts {
 public:
  // Any of these may end the exchange, and with it the attempts.
  class Owner {
   public:
    virtual void OnWaiting() = 0;  // an attempt waits for its place in the pool
    // A stream is open; head and body, as far as it has come, are on their way.
    virtual void OnStream(UpstreamStream& stream) = 0;
    virtual void OnUpstreamActivity() = 0;  // a head came, be it the last or not
    virtual void OnUpstreamRoom() = 0;      // it takes more of the body again
    virtual void OnInterim(const ResponseMessage& message) = 0;
    // The answer. `exhausted`: it is a cause for another attempt, and none can be had.
    virtual void OnResponseHead(const ResponseMessage& message, bool exhausted) = 0;
    virtual void OnResponseData(std::string_view data) = 0;
    virtual void OnResponseEnd(std::span<const runtime::Field> trailers) = 0;
    virtual void OnResponseBroken(const char* detail) = 0;  // within its body
    virtual void OnNoResponse(std::uint16_t status, runtime::Reason reason, const char* detail) = 0;
    virtual void OnRequestUnsendable() = 0;

   protected:
    ~Owner() = default;
  };

  // What they have in common. Its views live until Reset.
  struct Request {
    const runtime::Table* table = nullptr;
    const Target* target = nullptr;
    const runtime::RetryRecord* retry = nullptr;  // null: one attempt
    runtime::RetryBudget* budget = nullptr;       // with `retry`
    UpstreamRequest head;
  };

  // How those that are under way count.
  enum class Ending : std::uint8_t { kFailed, kCancelled };

  Attempts(ExchangeContext& context, Owner& owner, RequestBody& body);

  void Start(const Request& request);
  void RequestEnded();  // the times for an answer begin
  void Cancel(Ending ending);
  void Reset();

  // The stream that is open, or null. While a body goes either way there is one at most.
  UpstreamStream* stream();
  std::uint32_t count() const { return count_; }
  bool waits_for_place() const;  // and none has been made yet
  // Where the last one went; null: nowhere.
  const upstream::Service::Endpoint* shown() const { return shown_.get(); }

 private:
  friend class Attempt;
  // How an attempt that the breaker admitted went; else by its status.
  enum class Outcome : std::uint8_t { kAnswered, kFailed, kCancelled };

  void Begin(Attempt& a);
  bool ChooseHost(Attempt& a, const upstream::HostPool* offered);
  void Open(Attempt& a, upstream::Freshness freshness);
  upstream::StreamRequester::Destination OnPlace(Attempt& a, upstream::HostPool* offered);
  void OnOpened(Attempt& a, UpstreamStream* stream, int error);
  void Count(Attempt& a);
  void SendOn(Attempt& a, UpstreamStream* stream);
  void Refuse(Attempt& a, runtime::Reason reason, const char* detail);

  void OnInterim(Attempt& a, const ResponseMessage& message);
  void OnHead(Attempt& a, const ResponseMessage& message);
  void OnData(std::string_view data) { owner_.OnResponseData(data); }
  void OnEnd(Attempt& a, std::span<const runtime::Field> trailers);
  void OnCredit() { owner_.OnUpstreamRoom(); }
  void OnFailed(Attempt& a, const UpstreamFailure& failure);
  void OnTimeout(Attempt& a);

  void Failed(Attempt& a, const AttemptOutcome& outcome, runtime::Reason reason, const char* detail,
              bool sent, bool last = false);
  bool Resend(Attempt& a, const UpstreamFailure& failure, bool& refused);
  bool TryAgain(Attempt& a, const AttemptOutcome& outcome, bool sent);
  bool MayCountAnother(std::uint32_t beginning) const;
  bool TakeRetry();
  void OnBackoffOver();

  void ReportOutcome(Attempt& a, Outcome outcome, std::uint16_t status = 0);
  void ReportHost(const Attempt& a, upstream::OutlierDetector::Outcome outcome);
  void End(Attempt& a);
  Attempt* Live();
  Attempt& OtherThan(const Attempt& a) { return attempts_[&a == &attempts_[0] ? 1 : 0]; }

  bool MayHedge() const;
  void ArmHedge();
  void ArmTimers(Attempt& a);
  void OnHedge();

  ExchangeContext& context_;
  Owner& owner_;
  RequestBody& body_;
  Request request_;
  bool answered_ = false;            // the answer's head is the owner's
  std::array<Attempt, 2> attempts_;  // the second is a hedge
  Attempt* backing_off_ = nullptr;
  std::uint32_t count_ = 0;
  bool resent_ = false;
  std::vector<std::uint64_t> tried_;  // identities of hosts
  std::shared_ptr<const upstream::Service::Endpoint> shown_;
  net::Timer backoff_timer_;
  net::Timer hedge_timer_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_ATTEMPTS_H_
