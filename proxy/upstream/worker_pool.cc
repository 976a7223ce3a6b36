// Every connection of the worker pool stands in one of four ways, and each is counted
// by the admission in exactly one:
//
//   in use    each of its streams a request in flight, and itself a connection in use
//   idle      idle, or promised, of this worker
//   granted   in use with one request in flight, of the ticket it goes to
//   counted   no longer by itself: the code that set this has accounted for it
//
// so what its end means is read off how it stood.
#include "proxy/upstream/worker_pool.h"

#include <algorithm>
#include <utility>

namespace weir::proxy::upstream {
namespace {

using Verdict = Admission::Verdict;
using Left = runtime::PoolAdmission::Left;

void Count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void WorkerPool::Attach() {
  if (admission_ != nullptr) admission_->Attach(worker_.index, worker_.mailbox, weak_from_this());
}

void WorkerPool::CountStale() { Count(worker_.counters.stale); }

UpstreamStream* WorkerPool::Start(StreamRequester& requester, HostPool& pool,
                                  Connection* connection, bool reused) {
  Count(reused ? worker_.counters.reuses : worker_.counters.connects);
  UpstreamStream& stream = pool.Begin(*connection, requester);
  OfferRoom(pool);
  return &stream;
}

OpenResult WorkerPool::Open(StreamRequester& requester, HostPool& pool, Freshness freshness) {
  using Kind = OpenResult::Kind;
  using Offer = runtime::PoolAdmission::Offer;
  Offer offer = Offer::kNone;
  if (freshness != Freshness::kNew) {
    if (freshness == Freshness::kChecked && !pool.has_room()) pool.DropEnded();
    if (pool.idle() > 0) offer = Offer::kIdle;
    if (pool.has_room()) offer = Offer::kRoom;
  }
  Verdict verdict = offer == Offer::kNone ? Verdict::kConnect : Verdict::kReuse;
  if (admission_ != nullptr) {
    const auto answer = admission_->Ask(worker_.index, offer);
    verdict = answer.verdict;
    if (verdict == Verdict::kOverflow) return {Kind::kOverflow};
    if (verdict == Verdict::kWait) {
      Wait(requester, pool, freshness, answer.id);
      return {Kind::kWaiting, nullptr, answer.id};
    }
  }
  if (verdict == Verdict::kShare || verdict == Verdict::kReuse)
    return {Kind::kStream, Start(requester, pool, pool.WithRoom(), true)};
  if (verdict == Verdict::kReplace) {
    if (HostPool* other = WithMostIdle()) CloseQuietly(*other->TakeOldest());
  }
  int error = 0;
  if (Connection* connection = pool.Connect(error))
    return {Kind::kStream, Start(requester, pool, connection, false)};
  GiveBack(nullptr, nullptr);
  return {Kind::kNoSocket, nullptr, 0, error};
}

// ---- waiting --------------------------------------------------------------------

void WorkerPool::Wait(StreamRequester& requester, HostPool& pool, Freshness freshness,
                      std::uint64_t ticket) {
  const bool by_room = freshness != Freshness::kNew;
  const auto at = by_room ? pool.waiting.insert(pool.waiting.end(), ticket) : pool.waiting.end();
  waiting_.emplace(ticket, Waiter{&requester, by_room ? &pool : nullptr, at});
}

StreamRequester* WorkerPool::EndWait(std::uint64_t ticket) {
  const auto waiter = waiting_.find(ticket);
  if (waiter == waiting_.end()) return nullptr;
  const auto [requester, pool, at] = waiter->second;
  if (pool != nullptr) pool->waiting.erase(at);
  waiting_.erase(waiter);
  return requester;
}

void WorkerPool::GiveUp(std::uint64_t ticket) {
  EndWait(ticket);
  // Granted meanwhile: OnGrant or RunDeferred finds no waiter and gives it back.
  admission_->Cancel({worker_.index, ticket});
}

bool WorkerPool::MakeRoom() {
  if (worker_.idle != nullptr && worker_.idle->CloseLongestIdle()) return true;
  worker_.budget.AskForUpstream(worker_.index);
  return false;
}

void WorkerPool::Enter(HostPool& pool) {
  pool.place = pools_.size();
  pools_.push_back(&pool);
}

void WorkerPool::Leave(HostPool& pool) {
  for (const std::uint64_t ticket : pool.waiting) waiting_.at(ticket).pool = nullptr;
  std::ranges::replace(offers_, &pool, static_cast<HostPool*>(nullptr));
  pools_[pool.place] = pools_.back();
  pools_[pool.place]->place = pool.place;
  pools_.pop_back();
}

// ---- what becomes free --------------------------------------------------------

bool WorkerPool::MayKeep(const HostPool& pool, const Connection& connection) const {
  return pool.idle() < worker_.settings.max_idle && !worker_.budget.upstreams_over() &&
         MayCarryMore(connection) && connection.capacity() > 0;
}

void WorkerPool::Ended(HostPool& pool, Connection& connection) {
  if (connection.streams > 0) {  // others go on
    if (admission_ != nullptr) admission_->Finish(worker_.index, Left::kInUse);
    return OfferRoom(pool);
  }
  const bool drained = std::exchange(connection.draining, false);
  if (MayKeep(pool, connection)) return GiveBack(&pool, &connection, drained);
  CloseQuietly(connection);
  GiveBack(nullptr, nullptr, drained);
}

// The last try on a connection of this worker is over; the connection, if any is left,
// can be used again.
void WorkerPool::GiveBack(HostPool* pool, Connection* connection, bool drained) {
  if (admission_ != nullptr) {
    const Left left = connection != nullptr ? Left::kIdle : Left::kGone;
    if (const auto next = admission_->Finish(worker_.index, left, drained)) {
      return PassOn(*next, pool, connection);
    }
  }
  if (connection != nullptr) pool->Park(*connection);
}

void WorkerPool::PassOn(const Admission::Ticket& ticket, HostPool* pool, Connection* connection) {
  if (ticket.worker == worker_.index) {
    if (connection != nullptr) connection->state = ConnectionState::kGranted;
    grants_.push_back({ticket.id, pool, connection});
    return RunSoon();
  }
  Handover handover;
  if (connection != nullptr && !connection->movable()) {  // only the place can go over
    CloseQuietly(*connection);
    connection = nullptr;
  }
  if (connection != nullptr) {
    handover.address = pool->address();
    handover.transport = pool->connector().identity();
    handover.served = connection->served;
    handover.fd = pool->Detach(*connection);
  }
  admission_->Send(ticket, std::move(handover));
}

void WorkerPool::RunSoon() {
  if (hold_ != nullptr) return;
  hold_ = shared_from_this();
  worker_.loop.Defer(this);
}

// The connection itself reports its end to the requests that it carried.
void WorkerPool::Closed(Connection& connection) {
  switch (connection.state) {
    case ConnectionState::kInUse:
      for (; connection.streams > 1; --connection.streams) {
        if (admission_ != nullptr) admission_->Finish(worker_.index, Left::kInUse);
      }
      return GiveBack(nullptr, nullptr, connection.draining);
    case ConnectionState::kIdle:
      if (admission_ == nullptr) return;
      if (const auto next = admission_->IdleClosed(worker_.index)) PassOn(*next, nullptr, nullptr);
      return;
    case ConnectionState::kGranted:  // the place is left
      for (Grant& grant : grants_) {
        if (grant.connection == &connection) grant.connection = nullptr;
      }
      if (serving_ != nullptr && serving_->connection == &connection)
        serving_->connection = nullptr;
      return;
    case ConnectionState::kCounted:
      return;
  }
}

void WorkerPool::CloseQuietly(Connection& connection) {
  connection.state = ConnectionState::kCounted;
  connection.Close();
}

// ---- grants -------------------------------------------------------------------

void WorkerPool::OnGrant(std::uint64_t ticket, Handover handover) {
  HostPool* pool = handover.fd ? PoolOf(handover) : nullptr;
  Connection* connection =
      pool != nullptr ? pool->Adopt(std::move(handover.fd), handover.served) : nullptr;
  if (connection != nullptr) connection->state = ConnectionState::kGranted;
  handover.fd.Close();  // no pool for that host here: the slot is kept, the socket closed
  Serve({ticket, pool, connection});
}

void WorkerPool::RunDeferred() {
  for (std::size_t i = 0; i < grants_.size(); ++i) {
    const Grant grant = grants_[i];
    grants_[i].connection = nullptr;
    Serve(grant);
  }
  grants_.clear();
  for (std::size_t i = 0; i < offers_.size(); ++i) {
    if (HostPool* pool = offers_[i]) {
      pool->offered = false;
      ServeRoom(*pool);
    }
  }
  offers_.clear();
  const auto self = std::move(hold_);  // may end here
}

void WorkerPool::Serve(Grant grant) {
  if (grant.connection != nullptr && !grant.connection->StillOpen()) {
    CloseQuietly(*grant.connection);
    grant.connection = nullptr;
  }
  StreamRequester* const waiter = EndWait(grant.ticket);
  if (waiter == nullptr) return GiveBack(grant.pool, grant.connection);
  StreamRequester& requester = *waiter;
  // The choice may find that hosts have gone: their pools end then, and the
  // connection that was granted with them.
  serving_ = &grant;
  const StreamRequester::Destination to =
      requester.OnPlace(grant.connection != nullptr ? grant.pool : nullptr);
  serving_ = nullptr;
  Connection* kept = grant.connection;
  if (to.pool == nullptr) return GiveBack(grant.pool, kept);
  if (kept != nullptr && to.pool == grant.pool && !to.fresh)
    return requester.OnOpened(Start(requester, *to.pool, kept, true), 0);
  if (kept != nullptr) CloseQuietly(*kept);
  int error = 0;
  Connection* fresh = to.pool->Connect(error);
  if (fresh == nullptr) {
    GiveBack(nullptr, nullptr);
    return requester.OnOpened(nullptr, error);
  }
  requester.OnOpened(Start(requester, *to.pool, fresh, false), 0);
}

// POOL-13. Not within the end of another's request: after the batch of events.
void WorkerPool::OfferRoom(HostPool& pool) {
  if (pool.waiting.empty() || pool.offered || !pool.has_room()) return;
  pool.offered = true;
  offers_.push_back(&pool);
  RunSoon();
}

// A waiter that starts may end pools, this one too.
void WorkerPool::ServeRoom(HostPool& pool) {
  using Shared = runtime::PoolAdmission::Shared;
  const std::size_t place = offers_.size();
  offers_.push_back(&pool);  // for Leave to find
  while (offers_[place] != nullptr && !pool.waiting.empty() && pool.has_room()) {
    const std::uint64_t ticket = pool.waiting.front();
    const Shared shared = admission_->Share({worker_.index, ticket});
    if (shared == Shared::kFull) break;
    if (shared == Shared::kGranted) {  // its grant is on the way
      Waiter& waiter = waiting_.at(ticket);
      pool.waiting.erase(waiter.at);
      waiter.pool = nullptr;
      continue;
    }
    StreamRequester& requester = *EndWait(ticket);
    requester.OnOpened(Start(requester, pool, pool.WithRoom(), true), 0);
  }
  offers_[place] = nullptr;
}

void WorkerPool::OfferAgain() {
  for (HostPool* pool : pools_) OfferRoom(*pool);
}

void WorkerPool::DrainOne() {
  HostPool* where = nullptr;
  Connection* least = nullptr;
  for (HostPool* pool : pools_) {
    Connection* connection = pool->LeastUsed();
    if (connection == nullptr) continue;
    if (least != nullptr && least->streams <= connection->streams) continue;
    least = connection;
    where = pool;
  }
  if (least == nullptr) return admission_->DrainOver();
  where->Drain(*least);
}

void WorkerPool::YieldOne() {
  HostPool* pool = WithMostIdle();
  const auto next = admission_->Yield(worker_.index, pool != nullptr);
  if (!next) return;
  PassOn(*next, pool, pool != nullptr ? pool->TakeOldest() : nullptr);
}

HostPool* WorkerPool::WithMostIdle() const {
  HostPool* most = nullptr;
  for (HostPool* pool : pools_) {
    if (pool->idle() > 0 && (most == nullptr || pool->idle() > most->idle())) most = pool;
  }
  return most;
}

HostPool* WorkerPool::PoolOf(const Handover& handover) const {
  const auto at = std::ranges::find_if(pools_, [&](const HostPool* pool) {
    return pool->address() == handover.address &&
           pool->connector().identity() == handover.transport;
  });
  return at == pools_.end() ? nullptr : *at;
}

}  // namespace weir::proxy::upstream
