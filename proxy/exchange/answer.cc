// Answers of the proxy's own.
#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"

namespace weir::proxy {

using runtime::FieldRecord;
using runtime::kNoIndex;
using runtime::Reason;
using runtime::ResponseRecord;
using runtime::Table;

void Exchange::Refuse(const runtime::Refusal& refusal) {
  detail_ = refusal.detail;
  Answer(refusal.status, refusal.reason, runtime::ReasonBody(refusal.reason), {}, refusal.close);
}

// No upstream answer can be had: the route's fallback, or `status`.
void Exchange::OnNoResponse(std::uint16_t status, Reason reason, const char* detail) {
  detail_ = detail;
  const runtime::Index fallback = route().fallback;
  if (fallback == kNoIndex) return Answer(status, reason, runtime::ReasonBody(reason), {}, false);
  const ResponseRecord& record = table().responses()[fallback];
  const std::string_view body =
      record.body.length > 0 ? table().text(record.body) : runtime::ReasonBody(reason);
  Answer(static_cast<std::uint16_t>(record.status), reason, body,
         Table::Slice(table().fields(), record.headers), false);
}

void Exchange::OnRequestUnsendable() {
  Answer(400, Reason::kBadRequest, runtime::ReasonBody(Reason::kBadRequest), {}, false);
}

void Exchange::Answer(std::uint16_t status, Reason reason, std::string_view body,
                      std::span<const FieldRecord> headers, bool close) {
  timeout_.Cancel();
  client_->DropBody();
  status_ = status;
  reason_ = reason;
  fields_.clear();
  fields_.push_back({"date", HttpDate(context_.loop.unix_ms())});
  bool typed = false;
  for (const FieldRecord& header : headers) {
    fields_.push_back({table().text(header.name), table().text(header.value)});
  }
  AppendOwnFields(runtime::ReasonName(reason));
  for (const runtime::Field& field : fields_) typed |= field.name == "content-type";
  if (!typed && !body.empty()) fields_.push_back({"content-type", "text/plain; charset=utf-8"});

  ResponseMessage message{status, fields_, {}, {}};
  const bool bodiless = status == 204 || status == 304;
  if (method_ == "HEAD" && !bodiless) {
    message.announced = {BodySize::Kind::kLength, body.size()};
  } else if (!bodiless) {
    message.body = {BodySize::Kind::kLength, body.size()};
  }
  const MoreInput more = close ? MoreInput::kRefused : MoreInput::kAccepted;
  if (!client_->SendHead(message, more)) {  // a header of the policy's that cannot be sent
    status_ = 500;
    reason_ = Reason::kInternal;
    message = {500, {}, {BodySize::Kind::kLength, 0}, {}};
    if (!client_->SendHead(message, MoreInput::kRefused)) {
      return Break(Reason::kInternal, "no answer can be sent");
    }
  }
  if (message.body.length > 0) response_body_.Send(body);
  response_body_.End({});
  Complete();
}

// A response that cannot be completed, or a client that cannot have one.
void Exchange::Break(Reason reason, const char* detail) {
  reason_ = reason;
  detail_ = detail;
  attempts_.Cancel(Attempts::Ending::kCancelled);
  Record();
  client_->Abort();
  Release();
}

}  // namespace weir::proxy
