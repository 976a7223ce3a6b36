// The life of one request, from its head to its access-log record, as phases:
//
//   deciding    deciding.h       canonicalise, charge limits, verify; may be suspended
//   forwarding  attempts.h       until one attempt answers; request_body.h feeds it
//   responding  response_body.h  the upstream's answer on its way to the client
//   ended       finish.cc        the one record and its metrics, whatever happened
//
//   exchange.cc  how the phases follow each other, and what the client tells
//   response.cc  the answer's head      answer.cc  answers of the proxy's own
//
// It stands between a ClientStream and an UpstreamStream and holds no body but
// the part that another attempt may need. Exchanges are used again: Release puts
// one back after the current batch of events, so no callback can find a stranger
// in its place.
#ifndef WEIR_PROXY_EXCHANGE_EXCHANGE_H_
#define WEIR_PROXY_EXCHANGE_EXCHANGE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/config/serving.h"
#include "proxy/exchange/attempts.h"
#include "proxy/exchange/context.h"
#include "proxy/exchange/deciding.h"
#include "proxy/exchange/request_body.h"
#include "proxy/exchange/response_body.h"
#include "proxy/exchange/target.h"
#include "proxy/http/stream.h"
#include "proxy/net/loop.h"
#include "proxy/net/timer.h"
#include "runtime/decide/forwarded.h"
#include "runtime/request/canonical.h"

namespace weir::proxy {

class Exchange final : public ClientEvents,
                       public net::Deferred,
                       private Deciding::Owner,
                       private Attempts::Owner,
                       private ResponseBody::Owner {
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

  // exchange.cc
  void Start(ClientStream& client, const runtime::ConnectionFacts& facts,
             std::shared_ptr<Serving> serving);
  void ChooseRequestId();
  void OnDecided(runtime::Step step) override;
  void Forward();
  void StartMirrors();
  void StartAttempts();
  std::uint64_t MaxBody() const;
  UpstreamRequest UpstreamHead() const;
  void AllowRequestBody();
  void OnWaiting() override { AllowRequestBody(); }
  void OnStream(UpstreamStream& stream) override;
  void OnUpstreamActivity() override { ResetIdleTimer(); }
  void OnUpstreamRoom() override;
  void OnIdleTimeout();
  void TimedOut(const char* detail);
  bool TimeoutRuns() const;
  void StartTimeout();
  void ResetIdleTimer();

  // response.cc
  void OnInterim(const ResponseMessage& message) override;
  void OnResponseHead(const ResponseMessage& message, bool exhausted) override;
  void OnResponseData(std::string_view data) override;
  void OnResponseEnd(std::span<const runtime::Field> trailers) override;
  void OnResponseBroken(const char* detail) override;
  void OnResponseRoom() override;
  void AllowResponseBody();
  void AppendVia(int minor_version);
  void AppendOwnFields(std::string_view reason);

  // answer.cc
  void Refuse(const runtime::Refusal& refusal);
  void OnNoResponse(std::uint16_t status, runtime::Reason reason, const char* detail) override;
  void OnRequestUnsendable() override;
  void Answer(std::uint16_t status, runtime::Reason reason, std::string_view body,
              std::span<const runtime::FieldRecord> headers, bool close);
  void Break(runtime::Reason reason, const char* detail);

  // finish.cc
  void Complete();
  void Record();
  void Release();

  const runtime::Table& table() const { return serving_->table(); }
  const runtime::RouteRecord& route() const { return deciding_.decision()->route_record(); }
  bool has_route() const {
    return deciding_.decision() != nullptr && deciding_.decision()->route() != runtime::kNoIndex;
  }

  ExchangeContext& context_;
  std::shared_ptr<Serving> serving_;
  ClientStream* client_ = nullptr;
  Phase phase_ = Phase::kIdle;

  // The request.
  runtime::ConnectionFacts facts_;
  std::string_view method_;
  std::string_view raw_target_;  // for the record of a request that is refused
  runtime::Canonicaliser canonicaliser_;
  std::optional<runtime::CanonicalRequest> request_;
  std::array<char, 32> new_id_{};
  std::string_view request_id_;
  runtime::ForwardedHead head_;
  BodySize body_size_;
  bool awaits_body_ = false;  // too little of it has come, and no attempt is begun

  Deciding deciding_;
  Target target_;
  RequestBody request_body_;
  Attempts attempts_;
  ResponseBody response_body_;
  net::Timer timeout_;
  net::Timer idle_timer_;

  // The answer's head.
  std::vector<runtime::Field> fields_;
  std::string field_names_, field_text_, affinity_field_, via_field_;

  // The record.
  std::int64_t started_ = 0;
  std::uint16_t status_ = 0;
  runtime::Reason reason_ = runtime::Reason::kOk;
  const char* detail_ = "";
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_EXCHANGE_H_
