#include "spec/model/pool.h"

#include <algorithm>
#include <set>

namespace weir::model {

std::uint64_t Pool::Count(Use use) const {
  std::uint64_t count = 0;
  for (const Connection& connection : connections_) count += connection.use == use ? 1 : 0;
  return count;
}

std::uint64_t Pool::Count(std::uint32_t w, Use use) const {
  std::uint64_t count = 0;
  for (const Connection& connection : connections_) {
    count += connection.worker == w && connection.use == use ? 1 : 0;
  }
  return count;
}

std::uint64_t Pool::Requests() const {
  std::uint64_t requests = 0;
  for (const Connection& connection : connections_) requests += connection.requests;
  return requests;
}

std::optional<std::size_t> Pool::Find(std::uint32_t w, Use use) const {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i].worker == w && connections_[i].use == use) return i;
  }
  return {};
}

bool Pool::Change(std::uint32_t w, Use from, Use to) {
  const auto at = Find(w, from);
  if (at) connections_[*at].use = to;
  return at.has_value();
}

Pool::Answer Pool::Ask(std::uint32_t w, const std::vector<std::size_t>& endpoint,
                       std::uint64_t capacity, std::uint64_t name) {
  const std::uint64_t promises = Count(Use::kPromised);
  const std::uint64_t promised = std::min<std::uint64_t>(promises, waiting_.size());
  const std::uint64_t unpromised = waiting_.size() - promised;
  const auto wait = [&](std::vector<std::uint32_t> givers) {
    waiting_.push_back({w, name, 0});
    return Answer{Verdict::kWait, std::move(givers)};
  };
  if (Requests() + promised >= policy_.requests) return {};  // POOL-1
  for (std::size_t at : endpoint) {                          // POOL-12
    if (!connections_[at].HasRoom()) continue;
    ++connections_[at].requests;
    if (!waiting_.empty()) ++waiting_.front().overtaken;
    return {Verdict::kShare, {}};
  }
  if (unpromised == 0) {               // POOL-2
    for (std::size_t at : endpoint) {  // POOL-3
      if (connections_[at].use != Use::kIdle) continue;
      connections_[at].use = Use::kInUse;
      connections_[at].requests = 1;
      return {Verdict::kReuse, {}};
    }
    if (connections_.size() < policy_.connections) {  // POOL-4
      connections_.push_back({w, Use::kInUse, capacity, 1});
      return {Verdict::kConnect, {}};
    }
    if (const auto other = Find(w, Use::kIdle)) {  // POOL-5
      connections_[*other] = {w, Use::kInUse, capacity, 1};
      return {Verdict::kReplace, {}};
    }
    if (promises > waiting_.size()) return wait({});  // POOL-6
    std::set<std::uint32_t> givers;
    for (const Connection& connection : connections_) {
      if (connection.use == Use::kIdle) givers.insert(connection.worker);
    }
    if (!givers.empty()) return wait({givers.begin(), givers.end()});
  }
  if (unpromised < policy_.pending) return wait({});  // POOL-7
  return {};
}

// POOL-8: this connection is free. Of who is granted it nothing is known but the
// worker: it may be the same connection there, or a new one in its place.
std::optional<Pool::Waiter> Pool::Free(std::size_t connection, bool usable,
                                       std::uint64_t capacity) {
  Connection& free = connections_[connection];
  if (!waiting_.empty()) {
    const Waiter head = waiting_.front();
    waiting_.erase(waiting_.begin());
    free = {head.worker, Use::kInUse, capacity, 1};
    return head;
  }
  if (usable) {
    free = {free.worker, Use::kIdle, free.capacity, 0};
  } else {
    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(connection));
  }
  return {};
}

std::optional<Pool::Waiter> Pool::Finish(std::size_t connection, bool usable,
                                         std::uint64_t capacity) {
  if (--connections_[connection].requests > 0) return {};
  return Free(connection, usable, capacity);
}

std::optional<Pool::Waiter> Pool::IdleClosed(std::uint32_t w, std::uint64_t capacity) {
  auto at = Find(w, Use::kIdle);
  if (!at) at = Find(w, Use::kPromised);
  return at ? Free(*at, false, capacity) : std::nullopt;
}

std::optional<Pool::Waiter> Pool::Yield(std::uint32_t w, bool has_idle, std::uint64_t capacity) {
  const auto at = Find(w, Use::kPromised);
  return at ? Free(*at, has_idle, capacity) : std::nullopt;
}

bool Pool::GiveUp(std::uint64_t name) {  // POOL-9
  return std::erase_if(waiting_, [&](const Waiter& waiter) { return waiter.name == name; }) > 0;
}

bool Pool::Share(std::size_t connection, std::uint64_t name) {
  const std::uint64_t others = waiting_.size() - 1;
  if (Requests() + std::min<std::uint64_t>(Count(Use::kPromised), others) >= policy_.requests) {
    return false;
  }
  ++connections_[connection].requests;
  GiveUp(name);
  if (!waiting_.empty()) ++waiting_.front().overtaken;
  return true;
}

std::vector<std::uint32_t> Pool::WhoDrains() const {
  if (waiting_.size() <= Count(Use::kPromised) || waiting_.front().overtaken < 8) return {};
  std::set<std::uint32_t> workers;
  for (const Connection& connection : connections_) {
    if (connection.draining) return {};
    if (connection.requests > 1) workers.insert(connection.worker);
  }
  return {workers.begin(), workers.end()};
}

bool Pool::KeepsItsBounds() const {
  const std::uint64_t promises = Count(Use::kPromised);
  const std::uint64_t unpromised =
      waiting_.size() - std::min<std::uint64_t>(promises, waiting_.size());
  const bool nobody_waits_in_vain =
      unpromised == 0 || (connections_.size() == policy_.connections && Count(Use::kIdle) == 0);
  const bool each_carries_what_it_can = std::ranges::all_of(connections_, [](const Connection& c) {
    return c.requests <= c.capacity && (c.use == Use::kInUse) == (c.requests > 0);
  });
  return connections_.size() <= policy_.connections && Requests() <= policy_.requests &&
         unpromised <= policy_.pending && nobody_waits_in_vain && each_carries_what_it_can;
}

}  // namespace weir::model
