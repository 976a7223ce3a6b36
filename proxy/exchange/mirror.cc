#include "proxy/exchange/mirror.h"

#include <utility>

namespace weir::proxy {

void Mirrors::GiveUp() {
  for (const auto& mirror : live) mirror->GiveUp();  // each leaves later
}

Mirror::Mirror(Mirrors& mirrors, std::shared_ptr<Serving> serving, std::int64_t until)
    : mirrors_(mirrors),
      serving_(std::move(serving)),
      timer_(mirrors.loop.timers(), [this] { GiveUp(); }) {
  timer_.Arm(until);
}

std::shared_ptr<Mirror> Mirror::Start(Mirrors& mirrors, std::shared_ptr<Serving> serving,
                                      runtime::Index service, const UpstreamRequest& request,
                                      std::uint64_t random, std::int64_t until) {
  using Kind = upstream::OpenResult::Kind;
  upstream::Service& target = serving->service(service);
  const auto* place = target.Pick({.hash = random}, random);
  if (place == nullptr) return nullptr;
  auto mirror = std::make_shared<Mirror>(mirrors, std::move(serving), until);
  mirror->place_ = *place;
  const auto opening =
      target.worker_pool().Open(*mirror, *mirror->place_->pool, upstream::Freshness::kAny);
  if (opening.kind == Kind::kWaiting) target.worker_pool().GiveUp(opening.ticket);
  if (opening.kind != Kind::kStream) return nullptr;
  mirror->stream_ = opening.stream;
  mirror->place_->host->load->in_flight.fetch_add(1, std::memory_order_relaxed);
  mirror->at_ = mirrors.live.size();
  mirrors.live.push_back(mirror);
  if (!mirror->stream_->SendHead(request)) {
    mirror->GiveUp();
    return nullptr;
  }
  mirror->stream_->Flush();
  return mirror;
}

void Mirror::SendData(std::string_view data) {
  if (stream_ == nullptr) return;
  if (stream_->Credit() < data.size()) return GiveUp();
  stream_->SendData(data);
  stream_->Flush();
}

void Mirror::SendEnd() {
  if (stream_ == nullptr || std::exchange(sent_, true)) return;
  stream_->SendEnd({});
  stream_->Flush();
}

void Mirror::Drop() {
  if (!sent_) GiveUp();
}

void Mirror::GiveUp() {
  if (stream_ == nullptr) return;
  stream_->Cancel();
  Ended();
}

void Mirror::Ended() {
  stream_ = nullptr;
  timer_.Cancel();
  place_->host->load->in_flight.fetch_sub(1, std::memory_order_relaxed);
  mirrors_.loop.Defer(this);
}

void Mirror::RunDeferred() {
  auto& live = mirrors_.live;
  live.back()->at_ = at_;
  std::swap(live[at_], live.back());
  live.pop_back();  // this may delete us
}

}  // namespace weir::proxy
