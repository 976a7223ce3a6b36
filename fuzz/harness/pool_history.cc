// The workers are played here: messages to them (asked to yield, granted) arrive
// in any order and as late as can be, which is every interleaving of their steps.
#include <algorithm>
#include <optional>
#include <utility>
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
  Play(const runtime::PoolLimits& limits, std::uint32_t most_capacity, Choices& choices, Seen& seen)
      : pool_(limits),
        most_capacity_(most_capacity),
        model_({limits.connections, limits.pending, limits.requests}),
        choices_(choices),
        seen_(seen),
        crowded_(choices.Chance(40)) {}

  Difference Step() {
    if (const auto difference = OneStep()) return difference;
    return AskToDrain();
  }

  // Everything that is in flight ends, every message arrives: nobody waits then.
  Difference End() {
    crowded_ = false;
    while (model_.Requests() > 0 || !asked_.empty()) {
      if (!asked_.empty()) {
        if (const auto difference = Yield(true)) return difference;
      }
      if (const auto difference = Finish(choices_.Below(kWorkers))) return difference;
      if (const auto difference = AskToDrain()) return difference;
    }
    if (const auto difference = Drain()) return difference;
    if (pool_.waiting() != 0) return std::to_string(pool_.waiting()) + " wait for ever";
    return {};
  }

 private:
  using Granted = std::optional<runtime::Ticket>;
  using Offer = PoolAdmission::Offer;

  Difference OneStep() {
    const std::uint32_t w = choices_.Below(kWorkers);
    if (drains_ && choices_.Chance(20)) return Drain();
    if (drains_ && choices_.Chance(10)) return EndAllOf(*drains_);
    switch (choices_.Below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        return Ask(w);
      case 5:
      case 6:
      case 7:
      case 8:
        return Finish(w);
      case 9:
        return IdleClosed(OneWith(choices_.Chance(50) ? Use::kIdle : Use::kPromised, w));
      case 10:
        return Yield(choices_.Chance(85));
      case 11:
        return Drain();
      case 12:
        return Share();
      default:
        return Cancel();
    }
  }

  // The first worker from w on with such a connection; w if none has one.
  std::uint32_t OneWith(Use use, std::uint32_t w) const {
    for (std::uint32_t i = 0; i < kWorkers; ++i) {
      if (model_.Count((w + i) % kWorkers, use) > 0) return (w + i) % kWorkers;
    }
    return w;
  }

  std::uint64_t Capacity() { return 1 + choices_.Below(most_capacity_); }

  // Connections of w that `wanted` holds for, as places.
  std::vector<std::size_t> Those(std::uint32_t w, auto&& wanted) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < model_.connections().size(); ++i) {
      const auto& connection = model_.connections()[i];
      if (connection.worker == w && wanted(connection)) found.push_back(i);
    }
    return found;
  }

  Difference Ask(std::uint32_t w) {
    const auto room = Those(w, [](const auto& c) { return c.HasRoom(); });
    const auto idle = Those(w, [](const auto& c) { return c.use == Use::kIdle; });
    Offer offer = choices_.Chance(50) ? Offer::kIdle : Offer::kNone;
    if (!room.empty() && choices_.Chance(85)) offer = Offer::kRoom;
    const auto endpoint = offer == Offer::kRoom   ? room
                          : offer == Offer::kIdle ? idle
                                                  : std::vector<std::size_t>();
    const auto answer = pool_.Ask(w, offer);
    const auto expected = model_.Ask(w, endpoint, Capacity(), answer.id);
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
    static constexpr const char* kNames[] = {"share",   "reuse", "connect",
                                             "replace", "wait",  "overflow"};
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

  // One request of w, or of the next worker that has one, on any of its connections.
  Difference Finish(std::uint32_t w) {
    const std::uint32_t owner = OneWith(Use::kInUse, w);
    const auto in_use = Those(owner, [](const auto& c) { return c.use == Use::kInUse; });
    if (in_use.empty()) return {};
    std::size_t at = in_use[choices_.Below(static_cast<std::uint32_t>(in_use.size()))];
    if (crowded_ && choices_.Chance(90)) {  // connections are hardly ever free
      at = *std::ranges::max_element(
          in_use, {}, [&](std::size_t i) { return model_.connections()[i].requests; });
      if (model_.connections()[at].requests == 1) return {};
    }
    const bool usable = choices_.Chance(75), last = model_.connections()[at].requests == 1;
    const bool drained = last && model_.connections()[at].draining;
    using Left = PoolAdmission::Left;
    const Left left = !last ? Left::kInUse : usable ? Left::kIdle : Left::kGone;
    ++seen_[last ? "the last request ended" : "one of several ended"];
    if (drained) ++seen_["drained"];
    const auto granted = pool_.Finish(owner, left, drained);
    return CompareGrant(granted, model_.Finish(at, usable, Capacity()));
  }

  // So that a message finds nothing any more.
  Difference EndAllOf(std::uint32_t w) {
    const bool crowded = std::exchange(crowded_, false);
    for (int i = 0; i < 50 && model_.Count(w, Use::kInUse) > 0; ++i) {
      if (const auto difference = Finish(w)) return difference;
    }
    crowded_ = crowded;
    return {};
  }

  Difference IdleClosed(std::uint32_t w) {
    if (model_.Count(w, Use::kIdle) == 0 && model_.Count(w, Use::kPromised) > 0) {
      ++seen_["a promised connection closed"];
    }
    return CompareGrant(pool_.IdleClosed(w), model_.IdleClosed(w, Capacity()));
  }

  Difference Yield(bool usable) {
    if (asked_.empty()) return {};
    const std::size_t which = choices_.Below(static_cast<std::uint32_t>(asked_.size()));
    const std::uint32_t w = asked_[which];
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
    if (model_.Count(w, Use::kPromised) == 0) ++seen_["nothing left to yield"];
    const bool has = usable && model_.Count(w, Use::kIdle) + model_.Count(w, Use::kPromised) > 0;
    return CompareGrant(pool_.Yield(w, has), model_.Yield(w, has, Capacity()));
  }

  // POOL-14: after every step. The message arrives later.
  Difference AskToDrain() {
    const auto asked = pool_.WhoDrains();
    const auto expected = drains_ ? std::vector<std::uint32_t>() : model_.WhoDrains();
    if (asked.has_value() != !expected.empty()) return "whether a worker is asked to drain";
    if (!asked) return {};
    if (std::count(expected.begin(), expected.end(), *asked) == 0) return "the wrong worker drains";
    ++seen_["asked to drain"];
    drains_ = *asked;
    return {};
  }

  Difference Drain() {
    if (!drains_) return {};
    const auto in_use = Those(*drains_, [](const auto& c) { return c.use == Use::kInUse; });
    drains_.reset();
    if (in_use.empty()) {
      ++seen_["nothing left to drain"];
      pool_.DrainOver();
      return {};
    }
    model_.Drain(in_use[choices_.Below(static_cast<std::uint32_t>(in_use.size()))]);
    return {};
  }

  // Some waiter takes room of its worker, or one that waits no more is tried.
  Difference Share() {
    if (tickets_.empty()) return {};
    auto ticket = tickets_[choices_.Below(static_cast<std::uint32_t>(tickets_.size()))];
    const auto& waiting = model_.waiting();
    if (!waiting.empty() && choices_.Chance(80)) {
      const auto& one = waiting[choices_.Below(static_cast<std::uint32_t>(waiting.size()))];
      ticket = {one.worker, one.name};
    }
    const auto room = Those(ticket.worker, [](const auto& c) { return c.HasRoom(); });
    const bool waits = std::ranges::any_of(waiting, [&](const auto& waiter) {
      return waiter.name == ticket.id && waiter.worker == ticket.worker;
    });
    if (room.empty()) return {};
    const auto shared = pool_.Share(ticket);
    using Shared = PoolAdmission::Shared;
    if (!waits)
      return shared == Shared::kYes ? Difference("one that does not wait shares") : Compare();
    const bool expected = model_.Share(room.front(), ticket.id);
    if ((shared == Shared::kYes) != expected || shared == Shared::kGranted) {
      return "whether a waiter takes room";
    }
    ++seen_[expected ? "a waiter took room" : "room, but too many requests"];
    return Compare();
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
    const std::uint64_t in_use = model_.Count(Use::kInUse);
    const std::uint64_t promised = model_.Count(Use::kPromised);
    if (pool_.connections() != model_.connections().size()) return "connections";
    if (pool_.in_flight() != model_.Requests()) return "requests in flight";
    if (pool_.promised() != promised) return "promises";
    if (pool_.waiting() != model_.waiting().size()) return "waiters";
    std::uint64_t idle = 0;
    for (std::uint32_t w = 0; w < kWorkers; ++w) {
      if (pool_.idle(w) != model_.Count(w, Use::kIdle)) return "idle connections of a worker";
      if (pool_.promised(w) != model_.Count(w, Use::kPromised)) return "promises of a worker";
      if (pool_.in_use(w) != model_.Count(w, Use::kInUse)) return "a worker's connections in use";
      idle += pool_.idle(w);
    }
    if (idle + promised + in_use != pool_.connections()) return "a connection is lost";
    if (!model_.KeepsItsBounds()) return "POOL-10";
    return {};
  }

  PoolAdmission pool_;
  const std::uint32_t most_capacity_;  // 1: HTTP/1.1
  model::Pool model_;
  Choices& choices_;
  Seen& seen_;
  bool crowded_;
  std::optional<std::uint32_t> drains_;  // who has a message to drain on its way
  std::vector<std::uint32_t> asked_;     // workers who have a message to yield on its way
  std::vector<runtime::Ticket> tickets_;
};

}  // namespace

Difference PoolHistory(Choices& choices, Seen& seen) {
  Play play({.connections = 1 + choices.Below(6),
             .pending = choices.Below(5),
             .requests = 1 + choices.Below(12)},
            1 + choices.Below(4), choices, seen);
  for (int steps = 0; GoesOn(choices, steps); ++steps) {
    if (const auto difference = play.Step()) return difference;
  }
  return play.End();
}

}  // namespace weir::fuzz
