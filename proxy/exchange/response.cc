// The upstream's answer on its way to the client.
#include <algorithm>

#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"

namespace weir::proxy {

using runtime::Field;
using runtime::Reason;

// Goes on as the answer's head would (RFC 9110 15.2), but for 100: whoever asked for
// that has it from us (Forward). Of two tries under way nobody knows yet whose
// answer the client will get, so it hears of neither.
void Exchange::OnInterim(Try& t, const ResponseMessage& message) {
  const Try& other = tries_[&t == &tries_[0] ? 1 : 0];
  if (phase_ != Phase::kForwarding || message.status == 100 || other.live()) return;
  CopyEndToEnd(message.fields, fields_, field_names_);
  TransformResponse(table(), *request_, *decision_, fields_, field_text_);
  if (client_->SendInterim({message.status, fields_, {}, {}})) ScheduleFlush();
}

void Exchange::OnResponseHead(Try& t, const ResponseMessage& message) {
  Moved();
  t.timer.Cancel();
  Settle(t, Ending::kAnswered, message.status);
  const TryOutcome outcome{TryOutcome::Kind::kAnswer, message.status};
  const bool failed = retry_ != nullptr && IsCause(table(), *retry_, outcome);
  Try& other = tries_[&t == &tries_[0] ? 1 : 0];
  if (failed && other.live()) {  // a hedge or what it hedges may do better
    EndTry(t);
    return ArmHedge();
  }
  if (failed && TryAgain(t, outcome, true)) return;
  hedge_timer_.Cancel();
  if (other.live()) {
    Settle(other, Ending::kCancelled);
    EndTry(other);
  }
  shown_ = t.place;
  reason_ = failed && attempts_ > 1 ? Reason::kRetriesExhausted : Reason::kOk;

  CopyEndToEnd(message.fields, fields_, field_names_);
  // RFC 9110 6.6.1. What the policy says of the field comes after it.
  const bool dated = std::ranges::any_of(fields_, [](const Field& f) { return f.name == "date"; });
  if (!dated) fields_.push_back({"date", HttpDate(context_.loop.unix_ms())});
  TransformResponse(table(), *request_, *decision_, fields_, field_text_);
  AppendAffinity(t);
  AppendOwnFields(runtime::ReasonName(reason_));
  ResponseMessage out = message;
  out.fields = fields_;
  if (!client_->SendHead(out, MoreInput::kAccepted)) {
    CancelTries(Ending::kCancelled);
    return FailWith(502, Reason::kUpstreamProtocol, "a field of the answer cannot be sent");
  }
  status_ = message.status;
  phase_ = Phase::kResponding;
  replay_.clear();
  if (replay_.capacity() > kStreamWindow) replay_ = std::string();
  ScheduleFlush();
}

// Names the host that answered, where the client did not.
void Exchange::AppendAffinity(const Try& t) {
  const runtime::ServiceRecord& record = service_->cluster().record();
  const std::string_view token(t.place->token.data(), t.place->token.size());
  if (record.affinity_cookie.length == 0 || token == affinity_token_) return;
  affinity_field_.assign(table().text(record.affinity_cookie)).append("=").append(token);
  affinity_field_.append("; Path=/; HttpOnly; SameSite=Lax");
  if (request_->scheme == "https") affinity_field_.append("; Secure");
  if (record.affinity_max_age >= 0) {
    affinity_field_.append("; Max-Age=")
        .append(std::to_string(record.affinity_max_age / 1'000'000'000));
  }
  fields_.push_back({"set-cookie", affinity_field_});
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
  if (has_route())
    fields_.push_back({"x-weir-route", table().text(decision_->route_record().name)});
}

void Exchange::OnResponseData(std::string_view data) {
  Moved();
  bytes_out_ += data.size();
  client_->SendData(data);
  AllowResponseBody();
  ScheduleFlush();
}

// While a response streams there is one try.
void Exchange::AllowResponseBody() {
  if (Try* t = OpenTryNow()) t->stream->AllowBody(client_->Credit());
}

void Exchange::OnResponseEnd(Try& t, std::span<const Field> trailers) {
  t.stream = nullptr;
  EndTry(t);
  client_->SendEnd(trailers);
  Complete();
}

void Exchange::OnClientCredit() {
  if (phase_ != Phase::kResponding) return;
  Moved();
  AllowResponseBody();
}

// Pieces of a response that come in one batch of events leave in one write.
void Exchange::ScheduleFlush() {
  flush_pending_ = true;
  if (deferred_) return;
  deferred_ = true;
  context_.loop.Defer(this);
}

}  // namespace weir::proxy
