// The life of one request, from its head to its access-log record:
//
//   begin.cc     canonicalise, decide, charge limits, verify
//   attempt.cc   tries: choose an endpoint, send, back off, try again
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

#include "proxy/exchange/request_id.h"
#include "proxy/exchange/retry.h"
#include "proxy/exchange/serving.h"
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
  std::vector<std::unique_ptr<Exchange>> idle;  // to be used again

  // An exchange in its first state; its worker need not keep it.
  Exchange* Take();
};

class Exchange final : public ClientEvents, public UpstreamEvents, public net::Deferred {
 public:
  explicit Exchange(ExchangeContext& context);

  // One request. May have finished when it returns.
  void Begin(ClientStream& client, const RequestMessage& message,
             const runtime::ConnectionFacts& facts, std::shared_ptr<Serving> serving);
  // What came is no request: answers, or with status 499 only records it, with
  // what `method` and `target` may be.
  void BeginRefused(ClientStream& client, const runtime::Refusal& refusal,
                    std::string_view method, std::string_view target,
                    const runtime::ConnectionFacts& facts, std::shared_ptr<Serving> serving);

  void OnRequestData(std::string_view data) override;
  void OnRequestEnd(std::span<const runtime::Field> trailers) override;
  void OnRequestBad(const runtime::Refusal& refusal) override;
  void OnClientGone() override;
  void OnClientCredit() override;

  void OnResponseHead(const ResponseMessage& message) override;
  void OnResponseData(std::string_view data) override;
  void OnResponseEnd(std::span<const runtime::Field> trailers) override;
  void OnUpstreamFailed(const UpstreamFailure& failure) override;
  void OnUpstreamCredit() override;

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
  std::uint64_t MaxBody() const;

  // attempt.cc
  void StartTry(bool counts);
  bool OpenTry(upstream::Freshness freshness);
  void SendRequest();
  void TryFailed(const TryOutcome& outcome, runtime::Reason reason, const char* detail, bool sent);
  bool TryAgain(const TryOutcome& outcome, bool sent);
  void CancelTry();
  void AllowRequestBody();
  void RequestEnded();
  void OnTryTimer();
  void OnTimeout();
  void OnIdleTimeout();
  void Moved();
  void EndRetry();

  // response.cc
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
  UpstreamStream* upstream_ = nullptr;
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

  // The tries.
  const runtime::RetryRecord* retry_ = nullptr;
  upstream::Service* service_ = nullptr;
  runtime::Index service_index_ = runtime::kNoIndex;
  std::size_t endpoint_ = 0;
  std::uint64_t tried_ = 0;
  std::uint32_t attempts_ = 0;
  bool retrying_ = false;        // a place in the budget is taken
  bool budgeted_ = false;        // counted as a request of the budget
  bool stale_retried_ = false;
  bool can_replay_ = false;
  bool backing_off_ = false;
  std::string replay_;
  net::Timer timeout_;
  net::Timer try_timer_;  // the per-try timeout, or the back-off
  net::Timer idle_timer_;

  // The answer.
  std::vector<runtime::Field> fields_;
  std::string field_names_, field_text_;

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
