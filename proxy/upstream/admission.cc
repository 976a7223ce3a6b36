#include "proxy/upstream/admission.h"

#include <utility>

#include "proxy/upstream/lane.h"

namespace weir::proxy::upstream {

void Admission::Attach(std::uint32_t worker, net::Mailbox& mailbox, std::weak_ptr<Lane> lane) {
  const runtime::MutexLock lock(mutex_);
  if (worker >= peers_.size()) peers_.resize(worker + 1);
  peers_[worker] = {&mailbox, std::move(lane)};
}

runtime::PoolAdmission::Answer Admission::Ask(std::uint32_t worker, bool match) {
  runtime::PoolAdmission::Answer answer;
  {
    const runtime::MutexLock lock(mutex_);
    answer = machine_.Ask(worker, match);
  }
  if (answer.ask_to_yield) AskToYield(*answer.ask_to_yield);
  return answer;
}

std::optional<Admission::Ticket> Admission::Finish(std::uint32_t worker, bool kept) {
  const runtime::MutexLock lock(mutex_);
  return machine_.Finish(worker, kept);
}

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

// A lane that has gone meanwhile had no waiter left: what it was granted goes on.
void Admission::Send(const Ticket& ticket, Handover handover) {
  Peer peer;
  {
    const runtime::MutexLock lock(mutex_);
    peer = peers_[ticket.worker];
  }
  auto shared = std::make_shared<Handover>(std::move(handover));  // std::function copies
  peer.mailbox->Post([self = shared_from_this(), peer, ticket, shared] {
    if (const auto lane = peer.lane.lock()) return lane->OnGrant(ticket.id, std::move(*shared));
    if (const auto next = self->Finish(ticket.worker, false)) self->Send(*next, {});
  });
}

void Admission::AskToYield(std::uint32_t worker) {
  Peer peer;
  {
    const runtime::MutexLock lock(mutex_);
    peer = peers_[worker];
  }
  peer.mailbox->Post([self = shared_from_this(), peer, worker] {
    if (const auto lane = peer.lane.lock()) return lane->YieldOne();
    if (const auto next = self->Yield(worker, false)) self->Send(*next, {});
  });
}

Admission::Counts Admission::counts() const {
  const runtime::MutexLock lock(mutex_);
  return {machine_.connections(), machine_.in_flight(), machine_.waiting(), machine_.overflows()};
}

}  // namespace weir::proxy::upstream
