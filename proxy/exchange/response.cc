// The upstream's answer on its way to the client.
#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"

namespace weir::proxy {

using runtime::Field;
using runtime::Reason;

void Exchange::OnResponseHead(const ResponseMessage& message) {
  Moved();
  try_timer_.Cancel();
  const TryOutcome outcome{TryOutcome::Kind::kAnswer, message.status};
  const bool failed = retry_ != nullptr && IsCause(table(), *retry_, outcome);
  if (failed && TryAgain(outcome, true)) return;
  EndRetry();
  reason_ = failed && attempts_ > 1 ? Reason::kRetriesExhausted : Reason::kOk;

  CopyEndToEnd(message.fields, fields_, field_names_);
  TransformResponse(table(), *request_, *decision_, fields_, field_text_);
  AppendOwnFields(runtime::ReasonName(reason_));
  ResponseMessage out = message;
  out.fields = fields_;
  if (!client_->SendHead(out, false)) {
    CancelTry();
    return FailWith(502, Reason::kUpstreamProtocol, "a field of the answer cannot be sent");
  }
  status_ = message.status;
  phase_ = Phase::kResponding;
  replay_.clear();
  if (replay_.capacity() > kStreamWindow) replay_ = std::string();
  ScheduleFlush();
}

// What the decision adds to any response, and what explains it.
void Exchange::AppendOwnFields(std::string_view reason) {
  const bool explain = table().gateway().explain_headers != 0;
  if (explain) {
    std::erase_if(fields_, [](const Field& field) {
      return field.name == "x-weir-reason" || field.name == "x-weir-route";
    });
  }
  if (decision_) {
    for (const Field& own : decision_->response_fields()) fields_.push_back(own);
  }
  if (!explain) return;
  fields_.push_back({"x-weir-reason", reason});
  if (has_route()) fields_.push_back({"x-weir-route", table().text(decision_->route_record().name)});
}

void Exchange::OnResponseData(std::string_view data) {
  Moved();
  bytes_out_ += data.size();
  client_->SendData(data);
  if (upstream_ != nullptr) upstream_->AllowBody(client_->Credit());
  ScheduleFlush();
}

void Exchange::OnResponseEnd(std::span<const Field> trailers) {
  upstream_ = nullptr;
  client_->SendEnd(trailers);
  Complete();
}

void Exchange::OnClientCredit() {
  if (phase_ != Phase::kResponding) return;
  Moved();
  if (upstream_ != nullptr) upstream_->AllowBody(client_->Credit());
}

// Pieces of a response that come in one batch of events leave in one write.
void Exchange::ScheduleFlush() {
  flush_pending_ = true;
  if (deferred_) return;
  deferred_ = true;
  context_.loop.Defer(this);
}

}  // namespace weir::proxy
