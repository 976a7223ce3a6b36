// Promises. A waiter is not tied to the connection that was promised for it: the
// head of the queue takes whatever comes first. So only the number of promises
// counts. Let C be the connections, U those in use, F the requests in flight, W the
// waiters, P the promises and I the idle connections that are not promised. Every
// step keeps
//   C = U + P + I <= connections,  U <= F
//   F + min(P, W) <= requests      (who is promised a connection will be in flight)
//   W - P <= pending
//   W > P  implies  C = connections and I = 0
// The last says that no request waits while there is room; a promise whose waiter was served
// otherwise, or has given up, serves the next that comes, or goes back to idle
// (spec/rules/pool.md, proofs/obligations/pool_bound.h).
#include "runtime/state/pool_admission.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace weir::runtime {
namespace {

constexpr std::uint32_t kMostOvertakes = 8;  // POOL-14

}  // namespace

PoolAdmission::Worker& PoolAdmission::At(std::uint32_t w) {
  if (w >= workers_.size()) workers_.resize(std::size_t{w} + 1);
  return workers_[w];
}

void PoolAdmission::AddIdle(std::uint32_t w) {
  Worker& worker = At(w);
  if (worker.idle++ > 0) return;
  worker.place = static_cast<std::uint32_t>(with_idle_.size());
  with_idle_.push_back(w);
}

void PoolAdmission::TakeIdle(std::uint32_t w) {
  Worker& worker = workers_[w];
  if (--worker.idle > 0) return;
  const std::uint32_t last = with_idle_.back();
  with_idle_[worker.place] = last;
  workers_[last].place = worker.place;
  with_idle_.pop_back();
}

void PoolAdmission::Use(std::uint32_t w, int connections, int requests) {
  Worker& worker = At(w);
  const bool shared = worker.requests > worker.in_use;
  worker.in_use += static_cast<std::uint32_t>(connections);
  worker.requests += static_cast<std::uint32_t>(requests);
  in_flight_ += static_cast<std::uint32_t>(requests);
  assert(worker.requests >= worker.in_use);
  if (shared == (worker.requests > worker.in_use)) return;
  if (!shared) {
    worker.shared_place = static_cast<std::uint32_t>(with_shared_.size());
    with_shared_.push_back(w);
    return;
  }
  const std::uint32_t last = with_shared_.back();
  with_shared_[worker.shared_place] = last;
  workers_[last].shared_place = worker.shared_place;
  with_shared_.pop_back();
}

void PoolAdmission::TookRoom() {
  if (std::exchange(overtaken_id_, queue_.head()) != queue_.head()) overtaken_ = 0;
  ++overtaken_;
}

PoolAdmission::Answer PoolAdmission::Overflow() {
  ++overflows_;
  return {.verdict = Verdict::kOverflow, .id = 0, .ask_to_yield = {}};
}

PoolAdmission::Answer PoolAdmission::Wait(std::uint32_t w,
                                          std::optional<std::uint32_t> ask_to_yield) {
  return {.verdict = Verdict::kWait, .id = queue_.Push(w).id, .ask_to_yield = ask_to_yield};
}

std::optional<Ticket> PoolAdmission::Grant() {
  const std::optional<Ticket> head = queue_.Pop();
  if (head) Use(head->worker, 1, 1);
  return head;
}

PoolAdmission::Answer PoolAdmission::Ask(std::uint32_t w, Offer offer) {
  Worker& worker = At(w);
  const std::uint32_t waiting = queue_.size();
  if (std::uint64_t{in_flight_} + std::min(promised_, waiting) >= limits_.requests) {
    return Overflow();
  }
  const auto go = [&](Verdict verdict) {
    Use(w, verdict == Verdict::kShare ? 0 : 1, 1);
    return Answer{.verdict = verdict, .id = 0, .ask_to_yield = {}};
  };
  if (offer == Offer::kRoom) {
    TookRoom();
    return go(Verdict::kShare);
  }
  if (waiting <= promised_) {  // else a waiter without a promise comes first
    if (worker.idle > 0 && offer == Offer::kIdle) {
      TakeIdle(w);
      return go(Verdict::kReuse);
    }
    if (connections_ < limits_.connections) {
      ++connections_;
      return go(Verdict::kConnect);
    }
    if (worker.idle > 0) {
      TakeIdle(w);
      return go(Verdict::kReplace);
    }
    if (waiting < promised_) return Wait(w);
    if (!with_idle_.empty()) {
      const std::uint32_t giver = with_idle_.back();
      TakeIdle(giver);
      ++workers_[giver].promised;
      ++promised_;
      return Wait(w, giver);
    }
  }
  return waiting - promised_ < limits_.pending ? Wait(w) : Overflow();
}

std::optional<Ticket> PoolAdmission::Finish(std::uint32_t w, Left left, bool drained) {
  assert(At(w).requests > 0);
  if (left == Left::kInUse) {
    Use(w, 0, -1);
    return {};
  }
  Use(w, -1, -1);
  if (drained) draining_ = false;
  if (const auto head = Grant()) return head;
  if (left == Left::kIdle) {
    AddIdle(w);
  } else {
    --connections_;
  }
  return {};
}

PoolAdmission::Shared PoolAdmission::Share(const Ticket& ticket) {
  const std::uint32_t others = queue_.size() - (queue_.size() > 0 ? 1 : 0);
  if (std::uint64_t{in_flight_} + std::min(promised_, others) >= limits_.requests) {
    return Shared::kFull;
  }
  if (!queue_.Remove(ticket)) return Shared::kGranted;
  Use(ticket.worker, 0, 1);
  TookRoom();
  return Shared::kYes;
}

std::optional<std::uint32_t> PoolAdmission::WhoDrains() {
  if (draining_ || queue_.size() <= promised_ || with_shared_.empty()) return {};
  if (overtaken_id_ != queue_.head() || overtaken_ < kMostOvertakes) return {};
  draining_ = true;
  return with_shared_.back();
}

std::optional<Ticket> PoolAdmission::IdleClosed(std::uint32_t w) {
  Worker& worker = At(w);
  if (worker.idle > 0) {
    TakeIdle(w);
  } else if (worker.promised > 0) {
    --worker.promised;
    --promised_;
  } else {
    return {};
  }
  if (const auto head = Grant()) return head;
  --connections_;
  return {};
}

std::optional<Ticket> PoolAdmission::Yield(std::uint32_t w, bool has_idle) {
  Worker& worker = At(w);
  if (worker.promised == 0) return {};  // used up already
  --worker.promised;
  --promised_;
  if (const auto head = Grant()) return head;
  if (has_idle) {
    AddIdle(w);
  } else {
    --connections_;
  }
  return {};
}

}  // namespace weir::runtime
