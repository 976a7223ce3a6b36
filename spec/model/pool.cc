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

bool Pool::Change(std::uint32_t w, Use from, Use to) {
  for (Connection& connection : connections_) {
    if (connection.worker != w || connection.use != from) continue;
    connection.use = to;
    return true;
  }
  return false;
}

Pool::Answer Pool::Ask(std::uint32_t w, bool match, std::uint64_t name) {
  const std::uint64_t promises = Count(Use::kPromised);
  const std::uint64_t promised = std::min<std::uint64_t>(promises, waiting_.size());
  const std::uint64_t unpromised = waiting_.size() - promised;
  const auto wait = [&](std::vector<std::uint32_t> givers) {
    waiting_.push_back({w, name});
    return Answer{Verdict::kWait, std::move(givers)};
  };
  if (Count(Use::kInFlight) + promised >= policy_.requests) return {};  // POOL-1
  if (unpromised == 0) {                                                // POOL-2
    if (match && Change(w, Use::kIdle, Use::kInFlight)) return {Verdict::kReuse, {}};
    if (connections_.size() < policy_.connections) {
      connections_.push_back({w, Use::kInFlight});
      return {Verdict::kConnect, {}};
    }
    if (Change(w, Use::kIdle, Use::kInFlight)) return {Verdict::kReplace, {}};
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

// POOL-8: a connection of w in this use frees its place.
std::optional<Pool::Waiter> Pool::Free(std::uint32_t w, Use use, bool usable) {
  const auto at = std::find_if(connections_.begin(), connections_.end(),
                               [&](const Connection& c) { return c.worker == w && c.use == use; });
  if (at == connections_.end()) return {};
  if (!waiting_.empty()) {
    const Waiter head = waiting_.front();
    waiting_.erase(waiting_.begin());
    *at = {head.worker, Use::kInFlight};
    return head;
  }
  if (usable) {
    at->use = Use::kIdle;
  } else {
    connections_.erase(at);
  }
  return {};
}

std::optional<Pool::Waiter> Pool::Finish(std::uint32_t w, bool kept) {
  return Free(w, Use::kInFlight, kept);
}

std::optional<Pool::Waiter> Pool::IdleClosed(std::uint32_t w) {
  return Free(w, Count(w, Use::kIdle) > 0 ? Use::kIdle : Use::kPromised, false);
}

std::optional<Pool::Waiter> Pool::Yield(std::uint32_t w, bool has_idle) {
  return Free(w, Use::kPromised, has_idle);
}

bool Pool::GiveUp(std::uint64_t name) {  // POOL-9
  return std::erase_if(waiting_, [&](const Waiter& waiter) { return waiter.name == name; }) > 0;
}

bool Pool::KeepsItsBounds() const {
  const std::uint64_t promises = Count(Use::kPromised);
  const std::uint64_t unpromised =
      waiting_.size() - std::min<std::uint64_t>(promises, waiting_.size());
  const bool nobody_waits_in_vain =
      unpromised == 0 || (connections_.size() == policy_.connections && Count(Use::kIdle) == 0);
  return connections_.size() <= policy_.connections && Count(Use::kInFlight) <= policy_.requests &&
         unpromised <= policy_.pending && nobody_waits_in_vain;
}

}  // namespace weir::model
