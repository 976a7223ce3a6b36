// The workers are played here: messages to them (asked to yield, granted) arrive
// in any order and as late as can be, which is every interleaving of their steps.
#include <algorithm>
#include <vector>

#include "fuzz/harness/state.h"
#include "runtime/state/pool_admission.h"
#include "spec/model/pool.h"

namespace weir::fuzz {
namespace {

using runtime::PoolAdmission;
using Use = model::Pool::Use;

constexpr std::uint32_t kWorkers = 4;

class Play {
 public:
  Play(const runtime::PoolLimits& limits, Choices& choices, Seen& seen)
      : pool_(limits),
        model_({limits.connections, limits.pending, limits.requests}),
        choices_(choices),
        seen_(seen) {}

  Difference Step() {
    const std::uint32_t w = choices_.Below(kWorkers);
    const std::uint32_t kind = choices_.Below(10);
    if (kind < 4) return Ask(w, choices_.Chance(50));
    if (kind < 7) return Finish(OneWith(Use::kInFlight, w), choices_.Chance(75));
    if (kind == 7) return IdleClosed(OneWith(choices_.Chance(50) ? Use::kIdle : Use::kPromised, w));
    if (kind == 8) return Yield(choices_.Chance(85));
    return Cancel();
  }

  // Everything that is in flight ends, every message arrives: nobody waits then.
  Difference End() {
    while (model_.Count(Use::kInFlight) > 0 || !asked_.empty()) {
      for (std::uint32_t w = 0; w < kWorkers; ++w) {
        if (const auto difference = Finish(w, choices_.Chance(50))) return difference;
      }
      if (const auto difference = Yield(true)) return difference;
    }
    if (pool_.waiting() != 0) return std::to_string(pool_.waiting()) + " wait for ever";
    return {};
  }

 private:
  using Granted = std::optional<runtime::Ticket>;

  // The first worker from w on with such a connection; w if none has one.
  std::uint32_t OneWith(Use use, std::uint32_t w) const {
    for (std::uint32_t i = 0; i < kWorkers; ++i) {
      if (model_.Count((w + i) % kWorkers, use) > 0) return (w + i) % kWorkers;
    }
    return w;
  }

  Difference Ask(std::uint32_t w, bool match) {
    const auto answer = pool_.Ask(w, match);
    const auto expected = model_.Ask(w, match, answer.id);
    if (static_cast<int>(answer.verdict) != static_cast<int>(expected.verdict)) {
      return "asked: verdict " + std::to_string(static_cast<int>(answer.verdict)) +
             ", the model says " + std::to_string(static_cast<int>(expected.verdict));
    }
    if (answer.ask_to_yield.has_value() != !expected.givers.empty()) return "whether one yields";
    if (answer.verdict == PoolAdmission::Verdict::kWait) {
      if (answer.id == 0) return "a ticket without a name";
      tickets_.push_back({w, answer.id});
    }
    if (answer.ask_to_yield) {
      const std::uint32_t giver = *answer.ask_to_yield;
      if (std::count(expected.givers.begin(), expected.givers.end(), giver) == 0 || giver == w) {
        return "a worker that has nothing to yield was asked";
      }
      model_.Promise(giver);
      asked_.push_back(giver);
    }
    static constexpr const char* kNames[] = {"reuse", "connect", "replace", "wait", "overflow"};
    ++seen_[answer.ask_to_yield ? "asked to yield" : kNames[static_cast<int>(answer.verdict)]];
    return Compare();
  }

  Difference CompareGrant(const Granted& granted,
                          const std::optional<model::Pool::Waiter>& expected) {
    if (granted.has_value() != expected.has_value()) return "whether a waiter is granted a place";
    if (granted) {
      ++seen_["granted"];
      if (granted->id != expected->name || granted->worker != expected->worker) {
        return "another waiter than the first was granted a place";
      }
    }
    return Compare();
  }

  Difference Finish(std::uint32_t w, bool kept) {
    if (model_.Count(w, Use::kInFlight) == 0) return {};
    return CompareGrant(pool_.Finish(w, kept), model_.Finish(w, kept));
  }

  Difference IdleClosed(std::uint32_t w) {
    if (model_.Count(w, Use::kIdle) == 0 && model_.Count(w, Use::kPromised) > 0) {
      ++seen_["a promised connection closed"];
    }
    return CompareGrant(pool_.IdleClosed(w), model_.IdleClosed(w));
  }

  Difference Yield(bool usable) {
    if (asked_.empty()) return {};
    const std::size_t which = choices_.Below(static_cast<std::uint32_t>(asked_.size()));
    const std::uint32_t w = asked_[which];
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
    if (model_.Count(w, Use::kPromised) == 0) ++seen_["nothing left to yield"];
    const bool has = usable && model_.Count(w, Use::kIdle) + model_.Count(w, Use::kPromised) > 0;
    return CompareGrant(pool_.Yield(w, has), model_.Yield(w, has));
  }

  // Tickets long granted or cancelled are tried too.
  Difference Cancel() {
    if (tickets_.empty()) return {};
    const auto ticket = tickets_[choices_.Below(static_cast<std::uint32_t>(tickets_.size()))];
    const bool left = pool_.Cancel(ticket);
    if (left != model_.GiveUp(ticket.id)) return "whether a ticket was still waiting";
    ++seen_[left ? "gave up" : "too late to give up"];
    return Compare();
  }

  Difference Compare() const {
    const std::uint64_t in_flight = model_.Count(Use::kInFlight);
    const std::uint64_t promised = model_.Count(Use::kPromised);
    if (pool_.connections() != model_.Connections()) return "connections";
    if (pool_.in_flight() != in_flight) return "requests in flight";
    if (pool_.promised() != promised) return "promises";
    if (pool_.waiting() != model_.waiting().size()) return "waiters";
    std::uint64_t idle = 0;
    for (std::uint32_t w = 0; w < kWorkers; ++w) {
      if (pool_.idle(w) != model_.Count(w, Use::kIdle)) return "idle connections of a worker";
      if (pool_.promised(w) != model_.Count(w, Use::kPromised)) return "promises of a worker";
      idle += pool_.idle(w);
    }
    if (idle + promised + in_flight != pool_.connections()) return "a connection is lost";
    if (!model_.KeepsItsBounds()) return "POOL-10";
    return {};
  }

  PoolAdmission pool_;
  model::Pool model_;
  Choices& choices_;
  Seen& seen_;
  std::vector<std::uint32_t> asked_;  // workers who have a message to yield on its way
  std::vector<runtime::Ticket> tickets_;
};

}  // namespace

Difference PoolHistory(Choices& choices, Seen& seen) {
  Play play({.connections = 1 + choices.Below(6),
             .pending = choices.Below(5),
             .requests = 1 + choices.Below(12)},
            choices, seen);
  for (int steps = 0; GoesOn(choices, steps); ++steps) {
    if (const auto difference = play.Step()) return difference;
  }
  return play.End();
}

}  // namespace weir::fuzz
