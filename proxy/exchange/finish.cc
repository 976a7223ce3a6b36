// The end of a request: exactly one record, and the exchange goes back.
#include <algorithm>

#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"
#include "proxy/exchange/shrink.h"
#include "runtime/request/address.h"

namespace weir::proxy {
namespace {

constexpr std::size_t kMaxRefusedPath = 1024;

}  // namespace

void Exchange::Complete() {
  if (client_->broken()) {  // OnClientGone is on its way, and records
    phase_ = Phase::kResponding;
    return;
  }
  Record();
  client_->Finish();
  Release();
}

void Exchange::Record() {
  const std::int64_t duration = context_.loop.clock().Monotonic() - started_;
  const runtime::Table& table = this->table();
  const runtime::GatewayRecord& gateway = table.gateway();
  observe::AccessRecord record;
  record.sidecar = gateway.kind == runtime::ProxyKind::kSidecar;
  record.unix_ms = context_.loop.unix_ms();
  record.service = table.text(gateway.name);
  record.request_id = request_id_;
  record.method = method_;
  record.status = status_;
  record.duration = duration;
  record.reason = runtime::ReasonName(reason_);
  record.detail = detail_;
  record.attempts = attempts_.count();
  record.bytes_in = request_body_.bytes();
  record.bytes_out = response_body_.bytes();
  const runtime::AddressText client(request_ ? request_->client : facts_.peer_address);
  record.client_ip = client.view();
  if (request_) {
    record.host = request_->host;
    record.path = request_->path;
    record.trace_id = TraceId(*request_);
  } else {  // as it came: escaped by the writer, bounded, and without a query like any path
    record.path = raw_target_.substr(0, std::min(raw_target_.find('?'), kMaxRefusedPath));
  }
  std::uint32_t metrics_id = 0;
  if (has_route()) {
    record.route = table.text(route().name);
    metrics_id = serving_->metrics_id(deciding_.decision()->route());
    const runtime::Identity& identity = deciding_.decision()->identity();
    if (!identity.consumer.empty()) record.user_id = identity.consumer;
    if (!identity.claims.empty()) record.user_id = identity.claims[0].string;  // sub
  }
  if (attempts_.shown() != nullptr) record.upstream = attempts_.shown()->host->text;
  if (record.sidecar) {
    const bool inbound = table.listeners()[gateway.listeners.first + facts_.listener].direction ==
                         runtime::DirectionKind::kInbound;
    const std::string_view self = table.text(gateway.sidecar_of);
    record.source_app = inbound ? facts_.peer_identity : self;
    record.destination_service = inbound ? self : std::string_view();
    if (!inbound && target_.index != runtime::kNoIndex) {
      record.destination_service = table.text(table.services()[target_.index].name);
    }
  }
  context_.log.Add(record);
  context_.metrics.Ended(
      {metrics_id, method_, status_, reason_, duration, record.bytes_in, record.bytes_out});
}

void Exchange::Release() {
  phase_ = Phase::kEnded;
  timeout_.Cancel();
  idle_timer_.Cancel();
  deciding_.Cancel();
  attempts_.Cancel(Attempts::Ending::kCancelled);
  request_body_.DropMirrors();
  response_body_.Reset();
  client_ = nullptr;
  context_.loop.Defer(this);
}

// After the batch of events: it goes back, in the state of a new one.
void Exchange::RunDeferred() {
  phase_ = Phase::kIdle;
  attempts_.Reset();
  deciding_.Reset();
  target_.Reset();
  request_body_.Reset();
  request_.reset();
  serving_.reset();
  method_ = raw_target_ = request_id_ = {};
  body_size_ = {};
  awaits_body_ = false;
  Shrink(field_names_);
  Shrink(field_text_);
  status_ = 0;
  reason_ = runtime::Reason::kOk;
  detail_ = "";
  context_.idle.emplace_back(this);
}

}  // namespace weir::proxy
