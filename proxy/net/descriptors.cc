#include "proxy/net/descriptors.h"

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/request/address.h"

namespace weir::proxy::net {
namespace {

// What "unlimited" counts for: above this the kernel gives no process any.
constexpr std::size_t kMost = std::size_t{1} << 30;
constexpr std::size_t kFewest = 4;  // for clients and upstreams together

runtime::Address GroupOf(const runtime::Address& address) {
  runtime::Address group = address;
  if (!runtime::IsIpv4(address)) std::fill(group.octets.begin() + 8, group.octets.end(), 0);
  return group;
}

}  // namespace

std::size_t RaiseDescriptorLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, kMost));
}

std::size_t OpenDescriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (folder == nullptr) return 64;  // without /proc; more than a small proxy has
  std::size_t count = 0;
  while (::readdir(folder.get()) != nullptr) ++count;
  return count - std::min<std::size_t>(count, 3);  // ".", ".." and the folder's own
}

std::expected<DescriptorPlan, std::string> PlanDescriptors(const DescriptorDemand& demand) {
  // Checks of many hosts are spread over time; they may not take all.
  const std::size_t checks = std::min(demand.checks, demand.limit / 8);
  const std::size_t reserved = demand.open + checks + kAdminConnections + kSpareDescriptors;
  const std::size_t left = demand.limit - std::min(demand.limit, reserved);
  const auto lacks = [&](std::size_t needed) {
    return std::unexpected("the limit of " + std::to_string(demand.limit) +
                           " open files is too low: at least " + std::to_string(needed) +
                           " are needed (ulimit -n)");
  };
  if (left < kFewest) return lacks(reserved + kFewest);
  if (!demand.max_connections) {
    const std::size_t clients = std::min(left / 2, demand.most_clients);
    return DescriptorPlan{clients, left - clients};
  }
  // Not every client has a request under way, so upstreams need no equal share; but some.
  const std::size_t wanted = *demand.max_connections;
  const std::size_t upstreams = std::max(kFewest / 2, wanted / 8);
  if (wanted > left || left - wanted < upstreams) return lacks(reserved + wanted + upstreams);
  return DescriptorPlan{wanted, left - wanted};
}

void ConnectionBudget::Set(const DescriptorPlan& plan, std::size_t per_address) {
  plan_ = plan;
  per_address_ = per_address;
}

bool ConnectionBudget::TakeClient() {
  if (clients_.fetch_add(1, std::memory_order_relaxed) < plan_.clients) return true;
  GiveClient();
  return false;
}

void ConnectionBudget::AskForClient(std::size_t worker) const {
  if (askers_.clients) askers_.clients(worker);
}

void ConnectionBudget::AskForUpstream(std::size_t worker) const {
  if (askers_.upstreams) askers_.upstreams(worker);
}

bool ConnectionBudget::TakeAddress(const Address& address) {
  if (per_address_ == 0) return true;
  const runtime::MutexLock lock(mutex_);
  std::size_t& count = addresses_[GroupOf(address)];
  if (count >= per_address_) return false;
  ++count;
  return true;
}

void ConnectionBudget::GiveAddress(const Address& address) {
  if (per_address_ == 0) return;
  const runtime::MutexLock lock(mutex_);
  const auto known = addresses_.find(GroupOf(address));
  if (known != addresses_.end() && --known->second == 0) addresses_.erase(known);
}

}  // namespace weir::proxy::net
