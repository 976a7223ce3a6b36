#include "proxy/upstream/admission.h"

#include <algorithm>
#include <utility>

#include "proxy/upstream/worker_pool.h"

namespace weir::proxy::upstream {

void Admission::Attach(std::uint32_t worker, net::Mailbox& mailbox,
                       std::weak_ptr<WorkerPool> worker_pool) {
  const runtime::MutexLock lock(mutex_);
  if (worker >= peers_.size()) peers_.resize(worker + 1);
  peers_[worker] = {&mailbox, std::move(worker_pool)};
}

runtime::PoolAdmission::Answer Admission::Ask(std::uint32_t worker,
                                              runtime::PoolAdmission::Offer offer) {
  runtime::PoolAdmission::Answer answer;
  std::optional<std::uint32_t> drains;
  {
    const runtime::MutexLock lock(mutex_);
    answer = machine_.Ask(worker, offer);
    drains = machine_.WhoDrains();
  }
  if (answer.ask_to_yield) AskToYield(*answer.ask_to_yield);
  AskToDrain(drains);
  return answer;
}

std::optional<Admission::Ticket> Admission::Finish(std::uint32_t worker,
                                                   runtime::PoolAdmission::Left left,
                                                   bool drained) {
  std::optional<Ticket> granted;
  std::optional<std::uint32_t> drains;
  std::vector<std::uint32_t> full;
  {
    const runtime::MutexLock lock(mutex_);
    granted = machine_.Finish(worker, left, drained);
    drains = machine_.WhoDrains();
    if (!granted) full.swap(full_);
  }
  AskToDrain(drains);
  OfferAgain(full);
  return granted;
}

// Neither this nor Yield nor Cancel gives a reason to drain (POOL-14) that was not there before.
std::optional<Admission::Ticket> Admission::IdleClosed(std::uint32_t worker) {
  const runtime::MutexLock lock(mutex_);
  return machine_.IdleClosed(worker);
}

std::optional<Admission::Ticket> Admission::Yield(std::uint32_t worker, bool has_idle) {
  const runtime::MutexLock lock(mutex_);
  return machine_.Yield(worker, has_idle);
}

bool Admission::Cancel(const Ticket& ticket) {
  const runtime::MutexLock lock(mutex_);
  return machine_.Cancel(ticket);
}

runtime::PoolAdmission::Shared Admission::Share(const Ticket& ticket) {
  const runtime::MutexLock lock(mutex_);
  const auto shared = machine_.Share(ticket);
  const bool full = shared == runtime::PoolAdmission::Shared::kFull;
  if (full && std::ranges::find(full_, ticket.worker) == full_.end())
    full_.push_back(ticket.worker);
  return shared;
}

void Admission::DrainOver() {
  const runtime::MutexLock lock(mutex_);
  machine_.DrainOver();
}

Admission::Peer Admission::PeerOf(std::uint32_t worker) const {
  const runtime::MutexLock lock(mutex_);
  return peers_[worker];
}

// A worker pool that has gone meanwhile had no waiter left: what it was granted goes on.
void Admission::Send(const Ticket& ticket, Handover handover) {
  const Peer peer = PeerOf(ticket.worker);
  auto shared = std::make_shared<Handover>(std::move(handover));  // std::function copies
  peer.mailbox->Post([self = shared_from_this(), peer, ticket, shared] {
    if (const auto worker_pool = peer.worker_pool.lock())
      return worker_pool->OnGrant(ticket.id, std::move(*shared));
    if (const auto next = self->Finish(ticket.worker, runtime::PoolAdmission::Left::kGone))
      self->Send(*next, {});
  });
}

void Admission::AskToYield(std::uint32_t worker) {
  const Peer peer = PeerOf(worker);
  peer.mailbox->Post([self = shared_from_this(), peer, worker] {
    if (const auto worker_pool = peer.worker_pool.lock()) return worker_pool->YieldOne();
    if (const auto next = self->Yield(worker, false)) self->Send(*next, {});
  });
}

void Admission::OfferAgain(const std::vector<std::uint32_t>& workers) {
  for (const std::uint32_t worker : workers) {
    const Peer peer = PeerOf(worker);
    peer.mailbox->Post([peer] {
      if (const auto worker_pool = peer.worker_pool.lock()) worker_pool->OfferAgain();
    });
  }
}

void Admission::AskToDrain(std::optional<std::uint32_t> worker) {
  if (!worker) return;
  const Peer peer = PeerOf(*worker);
  peer.mailbox->Post([self = shared_from_this(), peer] {
    if (const auto worker_pool = peer.worker_pool.lock()) return worker_pool->DrainOne();
    self->DrainOver();
  });
}

Admission::Counts Admission::counts() const {
  const runtime::MutexLock lock(mutex_);
  return {machine_.connections(), machine_.in_flight(), machine_.waiting(), machine_.overflows()};
}

}  // namespace weir::proxy::upstream
