// The life of one request, from its head to its access-log record:
//
//   begin.cc     canonicalise, decide, charge limits, verify
//   tries.cc     how tries begin and end: breaker, host, pool, hedges
//   attempt.cc   what a try carries, and what follows when it fails
//   response.cc  the upstream's answer on its way to the client
//   answer.cc    answers of the proxy's own, fallbacks among them
//   finish.cc    the one record and its metrics, whatever happened
//
// It stands between a ClientStream and an UpstreamStream and holds no body but
// the part that another try may need (the replay buffer). Exchanges are used
// again: Release puts one back after the current batch of events, so no callback
// can find a stranger in its place.
#ifndef WEIR_PROXY_EXCHANGE_EXCHANGE_H_
#define WEIR_PROXY_EXCHANGE_EXCHANGE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/exchange/mirror.h"
#include "proxy/exchange/request_id.h"
#include "proxy/exchange/retry.h"
#include "proxy/exchange/serving.h"
#include "proxy/exchange/try.h"
#include "proxy/http/stream.h"
#include "proxy/net/loop.h"
#include "proxy/net/timer.h"
#include "proxy/observe/log_writer.h"
#include "proxy/observe/metrics.h"
#include "runtime/decide/decision.h"
#include "runtime/decide/forwarded.h"
#include "runtime/request/canonical.h"
#include "runtime/state/limiter.h"

namespace weir::proxy {

class Exchange;

// What exchanges use of their worker. Outlives them.
struct ExchangeContext {
  net::Loop& loop;
  runtime::LocalLimiter& limiter;
  observe::WorkerLog& log;
  observe::WorkerMetrics& metrics;
  Random& random;
  Mirrors mirrors;
  std::vector<std::unique_ptr<Exchange>> idle;  // to be used again

  // An exchange in its first state; its worker need not keep it.
  Exchange* Take();
};

class Exchange final : public ClientEvents, public net::Deferred {
 public:
  explicit Exchange(ExchangeContext& context);

  // One request. May have finished when it returns.
  void Begin(ClientStream& client, const RequestMessage& message,
             const runtime::ConnectionFacts& facts, std::shared_ptr<Serving> serving);
  // What came is no request: answers, or with status 499 only records it, with
  // what `method` and `target` may be.
  void BeginRefused(ClientStream& client, const runtime::Refusal& refusal, std::string_view method,
                    std::string_view target, const runtime::ConnectionFacts& facts,
                    std::shared_ptr<Serving> serving);

  void OnRequestData(std::string_view data) override;
  void OnRequestEnd(std::span<const runtime::Field> trailers) override;
  void OnRequestBad(const runtime::Refusal& refusal) override;
  void OnClientGone() override;
  void OnClientCredit() override;

  void RunDeferred() override;

 private:
  enum class Phase : std::uint8_t { kIdle, kDeciding, kForwarding, kResponding, kEnded };

  // begin.cc
  void Start(ClientStream& client, const runtime::ConnectionFacts& facts,
             std::shared_ptr<Serving> serving);
  void ChooseRequestId();
  void Decide();
  runtime::LimitVerdict Charge(const runtime::LimitCharge& charge);
  void Forward(const BodySize& body);
  void ChooseService();
  void StartMirrors();
  std::uint64_t MaxBody() const;

  // How a try that was admitted went, for breaker and ejection; else by its status.
  enum class Ending : std::uint8_t { kAnswered, kFailed, kCancelled };

  // tries.cc
  friend class Try;
  void StartTry(Try& t);
  bool ChooseHost(Try& t, const upstream::Pool* offered);
  void OpenTry(Try& t, upstream::Freshness freshness);
  upstream::Taker::Destination OnPlace(Try& t, upstream::Pool* offered);
  void OnOpened(Try& t, UpstreamStream* stream, int error);
  void CountTry(Try& t);
  void BeginTry(Try& t, UpstreamStream* stream);
  void RefuseTry(Try& t, runtime::Reason reason, const char* detail);
  void Settle(Try& t, Ending ending, std::uint16_t status = 0);
  void ReportHost(const Try& t, upstream::Outliers::Outcome outcome);
  void EndTry(Try& t);
  void CancelTries(Ending ending);
  Try* LiveTry();
  bool MayHedge() const;
  void ArmHedge();
  void OnHedge();

  // attempt.cc
  void SendRequest(Try& t);
  UpstreamRequest UpstreamHead() const;
  void ArmTry(Try& t);
  Try* OpenTryNow();
  void AllowRequestBody();
  void RequestEnded();
  void OnUpstreamCredit();
  void OnUpstreamFailed(Try& t, const UpstreamFailure& failure);
  void TryFailed(Try& t, const TryOutcome& outcome, runtime::Reason reason, const char* detail,
                 bool sent, bool last = false);
  bool TakeRetry();
  bool MayCountAnother(std::uint32_t beginning) const;
  bool Resends(Try& t, const UpstreamFailure& failure, bool& refused);
  bool TryAgain(Try& t, const TryOutcome& outcome, bool sent);
  void OnBackoffOver();
  void OnTryTimeout(Try& t);
  void OnIdleTimeout();
  void TimedOut(const char* detail);
  void Moved();

  // response.cc
  void OnInterim(Try& t, const ResponseMessage& message);
  void OnResponseHead(Try& t, const ResponseMessage& message);
  void OnResponseData(std::string_view data);
  void OnResponseEnd(Try& t, std::span<const runtime::Field> trailers);
  void AllowResponseBody();
  void AppendAffinity(const Try& t);
  void AppendOwnFields(std::string_view reason);
  void ScheduleFlush();

  // answer.cc
  void AnswerDecision();
  void Refuse(const runtime::Refusal& refusal);
  void FailWith(std::uint16_t status, runtime::Reason reason, const char* detail);
  void Answer(std::uint16_t status, runtime::Reason reason, std::string_view body,
              std::span<const runtime::FieldRecord> headers, bool close);
  void Break(runtime::Reason reason, const char* detail);

  // finish.cc
  void Complete();
  void Record();
  void Release();

  const runtime::Table& table() const { return serving_->table(); }
  bool has_route() const {
    return decision_.has_value() && decision_->route() != runtime::kNoIndex;
  }

  ExchangeContext& context_;
  std::shared_ptr<Serving> serving_;
  ClientStream* client_ = nullptr;
  Phase phase_ = Phase::kIdle;
  bool deferred_ = false;
  bool flush_pending_ = false;

  // The request.
  runtime::ConnectionFacts facts_;
  std::string_view method_;
  std::string_view raw_target_;  // for the record of a request that is refused
  runtime::Canonicaliser canonicaliser_;
  std::optional<runtime::CanonicalRequest> request_;
  std::optional<runtime::Decision> decision_;
  std::shared_ptr<const void> identity_hold_;
  std::array<char, 32> new_id_{};
  std::string_view request_id_;
  runtime::ForwardedHead head_;
  BodySize body_;
  bool request_ended_ = false;
  bool awaits_body_ = false;  // nothing of it has come, and no try is begun

  // The tries: the second is a hedge.
  const runtime::RetryRecord* retry_ = nullptr;
  upstream::Service* service_ = nullptr;
  upstream::SharedBreaker* breaker_ = nullptr;
  runtime::Index service_index_ = runtime::kNoIndex;
  std::array<Try, 2> tries_;
  std::shared_ptr<const upstream::Service::Place>
      shown_;  // where the last went: what the record names
  Try* backing_off_ = nullptr;
  std::uint64_t hash_ = 0;            // for consistent hashing
  std::string affinity_token_;        // as the client sent it
  std::vector<std::uint64_t> tried_;  // identities of hosts
  std::uint32_t attempts_ = 0;
  bool stale_retried_ = false;
  bool can_replay_ = false;
  std::string replay_;
  std::vector<std::shared_ptr<Mirror>> mirrors_;
  net::Timer timeout_;
  net::Timer backoff_timer_;
  net::Timer hedge_timer_;
  net::Timer idle_timer_;

  // The answer.
  std::vector<runtime::Field> fields_;
  std::string field_names_, field_text_, affinity_field_;

  // The record.
  std::int64_t started_ = 0;
  std::uint16_t status_ = 0;
  runtime::Reason reason_ = runtime::Reason::kOk;
  const char* detail_ = "";
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_EXCHANGE_H_
