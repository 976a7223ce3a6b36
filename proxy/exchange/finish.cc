// The end of a request: exactly one record, and the exchange goes back.
#include <algorithm>
#include <utility>

#include "proxy/exchange/exchange.h"
#include "proxy/exchange/fields.h"
#include "runtime/request/address.h"

namespace weir::proxy {
namespace {

// What is kept of strings for the next request; the rest would add up.
constexpr std::size_t kKeep = 4096;
constexpr std::size_t kMaxRefusedPath = 1024;

void Shrink(std::string& text) {
  text.clear();
  if (text.capacity() > kKeep) text = std::string();
}

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
  record.attempts = attempts_;
  record.bytes_in = bytes_in_;
  record.bytes_out = bytes_out_;
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
    record.route = table.text(decision_->route_record().name);
    metrics_id = serving_->metrics_id(decision_->route());
    const runtime::Identity& identity = decision_->identity();
    if (!identity.consumer.empty()) record.user_id = identity.consumer;
    if (!identity.claims.empty()) record.user_id = identity.claims[0].string;  // sub
  }
  if (shown_ != nullptr) record.upstream = shown_->host->text;
  if (record.sidecar) {
    const bool inbound = table.listeners()[gateway.listeners.first + facts_.listener].direction ==
                         runtime::DirectionKind::kInbound;
    const std::string_view self = table.text(gateway.sidecar_of);
    record.source_app = inbound ? facts_.peer_identity : self;
    record.destination_service = inbound ? self : std::string_view();
    if (!inbound && service_index_ != runtime::kNoIndex) {
      record.destination_service = table.text(table.services()[service_index_].name);
    }
  }
  context_.log.Add(record);
  context_.metrics.Ended({metrics_id, method_, status_, reason_, duration, bytes_in_, bytes_out_});
}

void Exchange::Release() {
  phase_ = Phase::kEnded;
  timeout_.Cancel();
  idle_timer_.Cancel();
  CancelTries(Ending::kCancelled);
  for (const auto& mirror : mirrors_) mirror->Drop();
  mirrors_.clear();
  client_ = nullptr;
  if (!std::exchange(deferred_, true)) context_.loop.Defer(this);
}

// After the batch of events: what was sent leaves, or a finished exchange goes
// back, in the state of a new one.
void Exchange::RunDeferred() {
  deferred_ = false;
  const bool flush = std::exchange(flush_pending_, false);
  if (phase_ != Phase::kEnded) {
    if (flush && client_ != nullptr) client_->Flush();
    // What left at once made room, and no event will tell of it.
    if (flush && phase_ == Phase::kResponding) AllowResponseBody();
    return;
  }
  phase_ = Phase::kIdle;
  decision_.reset();
  request_.reset();
  identity_hold_.reset();
  serving_.reset();
  method_ = raw_target_ = request_id_ = {};
  body_ = {};
  Shrink(replay_);
  Shrink(field_names_);
  Shrink(field_text_);
  retry_ = nullptr;
  service_ = nullptr;
  breaker_ = nullptr;
  service_index_ = runtime::kNoIndex;
  for (Try& t : tries_) t.place.reset();
  shown_.reset();
  hash_ = 0;
  Shrink(affinity_token_);
  tried_.clear();
  attempts_ = 0;
  stale_retried_ = can_replay_ = request_ended_ = awaits_body_ = false;
  status_ = 0;
  reason_ = runtime::Reason::kOk;
  detail_ = "";
  bytes_in_ = bytes_out_ = 0;
  context_.idle.emplace_back(this);
}

}  // namespace weir::proxy
