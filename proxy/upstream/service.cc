#include "proxy/upstream/service.h"

namespace weir::proxy::upstream {

std::size_t Turns::Next(std::uint64_t skip) {
  if (entries_.size() == 1) return 0;
  const auto skipped = [&](std::size_t i) { return i < 64 && (skip >> i & 1) != 0; };
  std::size_t best = SIZE_MAX;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (skipped(i)) continue;
    entries_[i].current += entries_[i].weight;
    total += entries_[i].weight;
    if (best == SIZE_MAX || entries_[i].current > entries_[best].current) best = i;
  }
  if (best == SIZE_MAX) return Next(0);
  entries_[best].current -= total;
  return best;
}

std::shared_ptr<Pool> Pools::Get(const net::SocketAddress& address) {
  std::erase_if(pools_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<Pool>& known = pools_[address];
  std::shared_ptr<Pool> pool = known.lock();
  if (pool == nullptr) {
    pool = std::make_shared<Pool>(loop_, address, settings_, counters_);
    known = pool;
  }
  return pool;
}

void Pools::CloseIdle() {
  for (const auto& [address, known] : pools_) {
    if (const auto pool = known.lock()) pool->CloseIdle();
  }
}

Service::Service(const runtime::Table& table, const runtime::ServiceRecord& record, Pools& pools) {
  for (const runtime::EndpointRecord& endpoint :
       runtime::Table::Slice(table.endpoints(), record.endpoints)) {
    const net::SocketAddress address{endpoint.address, static_cast<std::uint16_t>(endpoint.port)};
    endpoints_.push_back({pools.Get(address), net::ToString(address)});
    turns_.Add(endpoint.weight);
  }
}

}  // namespace weir::proxy::upstream
