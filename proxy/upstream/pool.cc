#include "proxy/upstream/pool.h"

#include <algorithm>
#include <utility>

namespace weir::proxy::upstream {
namespace {

void Count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

Pool::~Pool() {
  while (!all_.empty()) all_.back()->Close();
}

UpstreamStream* Pool::Open(UpstreamEvents& events, Freshness freshness) {
  while (freshness != Freshness::kNew && !idle_.empty()) {
    http1::UpstreamConnection* connection = idle_.back();
    if (freshness == Freshness::kChecked && !connection->StillOpen()) {
      connection->Close();
      Count(counters_.stale);
      continue;
    }
    idle_.pop_back();
    Count(counters_.reuses);
    connection->Begin(events);
    return connection;
  }
  auto fd = net::Connect(address_);
  if (!fd) return nullptr;
  auto* connection = new http1::UpstreamConnection(loop_, std::move(*fd), *this,
                                                   loop_.now() + settings_.connect_timeout);
  if (!connection->Watch()) {
    delete connection;
    return nullptr;
  }
  Count(counters_.connects);
  connection->place = all_.size();
  all_.push_back(connection);
  connection->Begin(events);
  return connection;
}

void Pool::CloseIdle() {
  while (!idle_.empty()) idle_.back()->Close();
}

void Pool::OnIdle(http1::UpstreamConnection& connection) {
  if (idle_.size() >= settings_.max_idle) return connection.Close();
  idle_.push_back(&connection);
  connection.ExpireAt(loop_.now() + settings_.idle_timeout);
}

void Pool::OnClosed(http1::UpstreamConnection& connection) {
  const auto idle = std::find(idle_.rbegin(), idle_.rend(), &connection);
  if (idle != idle_.rend()) idle_.erase(std::next(idle).base());
  all_[connection.place] = all_.back();
  all_[connection.place]->place = connection.place;
  all_.pop_back();
}

}  // namespace weir::proxy::upstream
