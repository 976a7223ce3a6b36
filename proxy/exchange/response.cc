// The upstream's answer on its way to the client.
#include <algorithm>

#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"

namespace weir::proxy {

using runtime::Field;
using runtime::Reason;

// Goes on as the answer's head would (RFC 9110 15.2), but for 100: whoever asked for
// that has it from us (StartAttempts).
void Exchange::OnInterim(const ResponseMessage& message) {
  if (message.status == 100) return;
  CopyEndToEnd(message.fields, fields_, field_names_);
  TransformResponse(table(), *request_, *deciding_.decision(), fields_, field_text_);
  if (client_->SendInterim({message.status, fields_, {}, {}})) response_body_.ScheduleFlush();
}

void Exchange::OnResponseHead(const ResponseMessage& message, bool exhausted) {
  reason_ = exhausted ? Reason::kRetriesExhausted : Reason::kOk;
  CopyEndToEnd(message.fields, fields_, field_names_);
  // RFC 9110 6.6.1. What the policy says of the field comes after it.
  const bool dated = std::ranges::any_of(fields_, [](const Field& f) { return f.name == "date"; });
  if (!dated) fields_.push_back({"date", HttpDate(context_.loop.unix_ms())});
  TransformResponse(table(), *request_, *deciding_.decision(), fields_, field_text_);
  AppendVia(message.minor_version);
  if (WriteAffinityCookie(table(), target_, *attempts_.shown(), request_->scheme == "https",
                          affinity_field_)) {
    fields_.push_back({"set-cookie", affinity_field_});
  }
  AppendOwnFields(runtime::ReasonName(reason_));
  ResponseMessage out = message;
  out.fields = fields_;
  if (!client_->SendHead(out, MoreInput::kAccepted)) {
    attempts_.Cancel(Attempts::Ending::kCancelled);
    return OnNoResponse(502, Reason::kUpstreamProtocol, "a field of the answer cannot be sent");
  }
  status_ = message.status;
  phase_ = Phase::kResponding;
  if (!TimeoutRuns()) timeout_.Cancel();
  ResetIdleTimer();
  request_body_.StopKeeping();
  response_body_.ScheduleFlush();
}

// TRANSFORM-12.
void Exchange::AppendVia(int minor_version) {
  if (facts_.via.empty()) return;
  via_field_.assign(minor_version == 0 ? "1.0 " : "1.1 ").append(facts_.via);
  fields_.push_back({"via", via_field_});
}

// What the decision adds to any response, and what explains it.
void Exchange::AppendOwnFields(std::string_view reason) {
  const bool explain = table().gateway().explain_headers != 0;
  if (explain) {
    std::erase_if(fields_, [](const Field& field) {
      return field.name == "x-weir-reason" || field.name == "x-weir-route";
    });
  }
  if (const runtime::Decision* decision = deciding_.decision()) {
    for (const Field& own : decision->response_fields()) fields_.push_back(own);
  }
  if (!explain) return;
  fields_.push_back({"x-weir-reason", reason});
  if (has_route()) fields_.push_back({"x-weir-route", table().text(route().name)});
}

void Exchange::OnResponseData(std::string_view data) {
  ResetIdleTimer();
  response_body_.Send(data);
  AllowResponseBody();
  response_body_.ScheduleFlush();
}

void Exchange::AllowResponseBody() {
  if (UpstreamStream* stream = attempts_.stream()) stream->AllowBody(response_body_.Credit());
}

void Exchange::OnResponseRoom() {
  if (phase_ == Phase::kResponding) AllowResponseBody();
}

void Exchange::OnResponseEnd(std::span<const Field> trailers) {
  response_body_.End(trailers);
  Complete();
}

void Exchange::OnResponseBroken(const char* detail) { Break(Reason::kUpstreamReset, detail); }

}  // namespace weir::proxy
