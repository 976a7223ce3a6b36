// Promises. Who waits is not tied to the connection that was promised for it: the
// head of the queue takes whatever comes first. So only the number of promises
// counts. Let C be the connections, F the requests in flight, W the waiters, P
// the promises and I the idle connections that are not promised. Every step keeps
//   C = F + P + I <= connections
//   F + min(P, W) <= requests      (who is promised a place will be in flight)
//   W - P <= pending
//   W > P  implies  C = connections and I = 0
// The last says that nobody waits for nothing; a promise whose waiter was served
// otherwise, or has given up, serves the next that comes, or goes back to idle
// (spec/rules/pool.md, proofs/obligations/pool_bound.h).
#include "runtime/state/pool_admission.h"

#include <algorithm>
#include <cassert>

namespace weir::runtime {

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
  if (head) ++in_flight_;
  return head;
}

PoolAdmission::Answer PoolAdmission::Ask(std::uint32_t w, bool match) {
  Worker& worker = At(w);
  const std::uint32_t waiting = queue_.size();
  if (std::uint64_t{in_flight_} + std::min(promised_, waiting) >= limits_.requests) {
    return Overflow();
  }
  const auto go = [&](Verdict verdict) {
    ++in_flight_;
    return Answer{.verdict = verdict, .id = 0, .ask_to_yield = {}};
  };
  if (waiting <= promised_) {  // else whoever waits without a promise comes first
    if (worker.idle > 0 && match) {
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

std::optional<Ticket> PoolAdmission::Finish(std::uint32_t w, bool kept) {
  assert(in_flight_ > 0);
  --in_flight_;
  if (const auto head = Grant()) return head;
  if (kept) {
    AddIdle(w);
  } else {
    --connections_;
  }
  return {};
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
