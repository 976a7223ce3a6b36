#include "proxy/upstream/outlier_detector.h"

namespace weir::proxy::upstream {

OutlierDetector::Member::~Member() {
  const runtime::MutexLock lock(owner_->mutex_);
  owner_->Leave(*this);
}

void OutlierDetector::Leave(Member& member) {
  if (std::exchange(member.left_, true)) return;
  member.ejected_.store(false, std::memory_order_relaxed);
  members_.erase(member.id_);
  machine_.Remove(member.id_);
}

void OutlierDetector::Keep(const std::set<net::SocketAddress>& addresses) {
  for (auto known = known_.begin(); known != known_.end();) {
    if (addresses.contains(known->first)) {
      ++known;
      continue;
    }
    if (const auto member = known->second.lock()) {
      const runtime::MutexLock lock(mutex_);
      Leave(*member);
    }
    known = known_.erase(known);
  }
}

std::shared_ptr<OutlierDetector::Member> OutlierDetector::Join(const net::SocketAddress& address) {
  std::weak_ptr<Member>& known = known_[address];
  if (auto member = known.lock()) return member;
  const runtime::MutexLock lock(mutex_);
  const std::uint32_t id = machine_.Add();
  auto member = std::make_shared<Member>(shared_from_this(), id);
  members_[id] = member.get();
  known = member;
  return member;
}

bool OutlierDetector::Report(Member& member, Outcome outcome, std::int64_t now) {
  const runtime::MutexLock lock(mutex_);
  if (member.left_ || !machine_.Report(member.id_, outcome, now)) return false;
  member.ejected_.store(true, std::memory_order_relaxed);
  ejections_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void OutlierDetector::Sweep(std::int64_t now) {
  swept_at_ = now;
  const runtime::MutexLock lock(mutex_);
  machine_.Sweep(now);
  Publish();
}

void OutlierDetector::Clear(Member& member) {
  if (!member.ejected()) return;
  const runtime::MutexLock lock(mutex_);
  if (member.left_) return;
  machine_.Clear(member.id_);
  member.ejected_.store(machine_.ejected(member.id_), std::memory_order_relaxed);
}

void OutlierDetector::Publish() {
  for (const auto& [id, member] : members_) {
    const bool now = machine_.ejected(id);
    if (now && !member->ejected()) ejections_.fetch_add(1, std::memory_order_relaxed);
    member->ejected_.store(now, std::memory_order_relaxed);
  }
}

}  // namespace weir::proxy::upstream
