// Every connection of the lane stands in one of four ways, and each is counted
// by the admission in exactly one:
//
//   in use    a request in flight
//   idle      idle, or promised, of this worker
//   granted   a request in flight, of the ticket it goes to
//   counted   no longer by itself: whoever set this has accounted for it
//
// so what its end means is read off how it stood.
#include "proxy/upstream/lane.h"

#include <algorithm>
#include <utility>

namespace weir::proxy::upstream {
namespace {

using Verdict = Admission::Verdict;

void Count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void Lane::Attach() {
  if (admission_ != nullptr) admission_->Attach(worker_.index, worker_.mailbox, weak_from_this());
}

void Lane::CountStale() { Count(worker_.counters.stale); }

UpstreamStream* Lane::Start(Taker& taker, Connection* connection, bool reused) {
  Count(reused ? worker_.counters.reuses : worker_.counters.connects);
  connection->standing = Standing::kInUse;
  return &connection->Begin(taker);
}

Opening Lane::Open(Taker& taker, Pool& pool, Freshness freshness) {
  using Kind = Opening::Kind;
  if (freshness == Freshness::kChecked) pool.DropEnded();
  const bool match = freshness != Freshness::kNew && pool.idle() > 0;
  Verdict verdict = match ? Verdict::kReuse : Verdict::kConnect;
  if (admission_ != nullptr) {
    const auto answer = admission_->Ask(worker_.index, match);
    verdict = answer.verdict;
    if (verdict == Verdict::kOverflow) return {Kind::kOverflow};
    if (verdict == Verdict::kWait) {
      waiting_.emplace(answer.id, &taker);
      return {Kind::kWaiting, nullptr, answer.id};
    }
  }
  if (verdict == Verdict::kReuse) return {Kind::kStream, Start(taker, pool.TakeNewest(), true)};
  if (verdict == Verdict::kReplace) {
    if (Pool* other = WithMostIdle()) CloseQuietly(*other->TakeOldest());
  }
  int error = 0;
  if (Connection* connection = pool.Connect(error))
    return {Kind::kStream, Start(taker, connection, false)};
  GiveBack(nullptr, nullptr);
  return {Kind::kNoSocket, nullptr, 0, error};
}

void Lane::GiveUp(std::uint64_t ticket) {
  waiting_.erase(ticket);
  // Granted meanwhile: OnGrant or RunDeferred finds nobody, and gives it back.
  admission_->Cancel({worker_.index, ticket});
}

bool Lane::MakeRoom() {
  if (worker_.idle != nullptr && worker_.idle->CloseLongestIdle()) return true;
  worker_.budget.AskForUpstream(worker_.index);
  return false;
}

void Lane::Enter(Pool& pool) {
  pool.place = pools_.size();
  pools_.push_back(&pool);
}

void Lane::Leave(Pool& pool) {
  pools_[pool.place] = pools_.back();
  pools_[pool.place]->place = pool.place;
  pools_.pop_back();
}

// ---- what becomes free --------------------------------------------------------

bool Lane::MayKeep(const Pool& pool, const Connection& connection) const {
  return pool.idle() < worker_.settings.max_idle && !worker_.budget.upstreams_over() &&
         (per_connection_ == 0 || connection.served < per_connection_);
}

void Lane::Ended(Pool& pool, Connection& connection) {
  if (MayKeep(pool, connection)) return GiveBack(&pool, &connection);
  CloseQuietly(connection);
  GiveBack(nullptr, nullptr);
}

// A try of this worker is over; its connection, if any is left, can be used again.
void Lane::GiveBack(Pool* pool, Connection* connection) {
  if (admission_ != nullptr) {
    if (const auto next = admission_->Finish(worker_.index, connection != nullptr)) {
      return PassOn(*next, pool, connection);
    }
  }
  if (connection != nullptr) pool->Park(*connection);
}

void Lane::PassOn(const Admission::Ticket& ticket, Pool* pool, Connection* connection) {
  if (ticket.worker == worker_.index) {
    if (connection != nullptr) connection->standing = Standing::kGranted;
    grants_.push_back({ticket.id, pool, connection});
    if (hold_ == nullptr) {
      hold_ = shared_from_this();
      worker_.loop.Defer(this);
    }
    return;
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

void Lane::Closed(Connection& connection) {
  switch (connection.standing) {
    case Standing::kInUse:
      return GiveBack(nullptr, nullptr);
    case Standing::kIdle:
      if (admission_ == nullptr) return;
      if (const auto next = admission_->IdleClosed(worker_.index)) PassOn(*next, nullptr, nullptr);
      return;
    case Standing::kGranted:  // the place is left
      for (Grant& grant : grants_) {
        if (grant.connection == &connection) grant.connection = nullptr;
      }
      if (serving_ != nullptr && serving_->connection == &connection)
        serving_->connection = nullptr;
      return;
    case Standing::kCounted:
      return;
  }
}

void Lane::CloseQuietly(Connection& connection) {
  connection.standing = Standing::kCounted;
  connection.Close();
}

// ---- grants -------------------------------------------------------------------

void Lane::OnGrant(std::uint64_t ticket, Handover handover) {
  Pool* pool = handover.fd ? PoolOf(handover) : nullptr;
  Connection* connection =
      pool != nullptr ? pool->Adopt(std::move(handover.fd), handover.served) : nullptr;
  if (connection != nullptr) connection->standing = Standing::kGranted;
  handover.fd.Close();  // nobody here goes there: only the place is of use
  Serve({ticket, pool, connection});
}

void Lane::RunDeferred() {
  for (std::size_t i = 0; i < grants_.size(); ++i) {
    const Grant grant = grants_[i];
    grants_[i].connection = nullptr;
    Serve(grant);
  }
  grants_.clear();
  const auto self = std::move(hold_);  // may end here
}

void Lane::Serve(Grant grant) {
  if (grant.connection != nullptr && !grant.connection->StillOpen()) {
    CloseQuietly(*grant.connection);
    grant.connection = nullptr;
  }
  const auto waiter = waiting_.find(grant.ticket);
  if (waiter == waiting_.end()) return GiveBack(grant.pool, grant.connection);
  Taker& taker = *waiter->second;
  waiting_.erase(waiter);
  // The choice may find that hosts have gone: their pools end then, and the
  // connection that was granted with them.
  serving_ = &grant;
  const Taker::Destination to = taker.OnPlace(grant.connection != nullptr ? grant.pool : nullptr);
  serving_ = nullptr;
  Connection* kept = grant.connection;
  if (to.pool == nullptr) return GiveBack(grant.pool, kept);
  if (kept != nullptr && to.pool == grant.pool && !to.fresh)
    return taker.OnOpened(Start(taker, kept, true), 0);
  if (kept != nullptr) CloseQuietly(*kept);
  int error = 0;
  Connection* fresh = to.pool->Connect(error);
  if (fresh == nullptr) {
    GiveBack(nullptr, nullptr);
    return taker.OnOpened(nullptr, error);
  }
  taker.OnOpened(Start(taker, fresh, false), 0);
}

void Lane::YieldOne() {
  Pool* pool = WithMostIdle();
  const auto next = admission_->Yield(worker_.index, pool != nullptr);
  if (!next) return;
  PassOn(*next, pool, pool != nullptr ? pool->TakeOldest() : nullptr);
}

Pool* Lane::WithMostIdle() const {
  Pool* most = nullptr;
  for (Pool* pool : pools_) {
    if (pool->idle() > 0 && (most == nullptr || pool->idle() > most->idle())) most = pool;
  }
  return most;
}

Pool* Lane::PoolOf(const Handover& handover) const {
  const auto at = std::ranges::find_if(pools_, [&](const Pool* pool) {
    return pool->address() == handover.address &&
           pool->connector().identity() == handover.transport;
  });
  return at == pools_.end() ? nullptr : *at;
}

}  // namespace weir::proxy::upstream
