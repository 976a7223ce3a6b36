#include "proxy/exchange/request_body.h"

#include <algorithm>
#include <utility>

#include "proxy/exchange/shrink.h"

namespace weir::proxy {

void RequestBody::Start(ClientStream& client, const Bounds& bounds) {
  client_ = &client;
  bounds_ = bounds;
  ended_ = client.request_ended();
  replayable_ = true;
}

void RequestBody::AddMirror(std::shared_ptr<Mirror> mirror) {
  if (!replay_.empty()) mirror->SendData(replay_);
  if (ended_) mirror->SendEnd();
  mirrors_.push_back(std::move(mirror));
}

bool RequestBody::Take(std::string_view data, UpstreamStream* to) {
  bytes_ += data.size();
  if (bytes_ > bounds_.size) return false;
  for (const auto& mirror : mirrors_) mirror->SendData(data);
  Keep(data, to == nullptr);
  if (to != nullptr) {
    to->SendData(data);
    to->Flush();
  }
  return true;
}

void RequestBody::Keep(std::string_view data, bool unbounded) {
  if (!replayable_) return;
  if (unbounded || replay_.size() + data.size() <= bounds_.replay) {
    replay_.append(data);
  } else {
    StopKeeping();
  }
}

void RequestBody::End(UpstreamStream* to) {
  ended_ = true;
  for (const auto& mirror : mirrors_) mirror->SendEnd();
  if (to == nullptr) return;
  to->SendEnd({});
  to->Flush();
}

void RequestBody::SendTo(UpstreamStream& to) {
  to.SendData(replay_);
  if (ended_) to.SendEnd({});
  to.Flush();
}

void RequestBody::StopKeeping() {
  replayable_ = false;
  Shrink(replay_, kStreamWindow);
}

std::size_t RequestBody::Allow(UpstreamStream* to) {
  const std::size_t held = std::min(replay_.size(), kStreamWindow);
  const std::size_t credit = to != nullptr ? to->Credit() : kStreamWindow - held;
  client_->AllowBody(credit);
  return credit;
}

void RequestBody::DropMirrors() {
  for (const auto& mirror : mirrors_) mirror->Drop();
  mirrors_.clear();
}

void RequestBody::Reset() {
  DropMirrors();
  client_ = nullptr;
  bytes_ = 0;
  ended_ = replayable_ = false;
  Shrink(replay_);
}

}  // namespace weir::proxy
