// Two probes and one other try are followed, any of all there are: what holds of
// them holds of every pair of probes and of every other try. The tries that are
// not followed are in the events: any failure of one may open a closed breaker.
#include "proofs/obligations/one_probe.h"

#include <array>
#include <string>

#include "proofs/obligations/machine.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

enum Phase { kClosed, kOpen, kHalfOpen };
enum Outcome { kSuccess, kFailure, kCancelled };

Bool Over(Int now, Int open_until) { return now >= open_until; }
Bool LetsThrough(Int out) { return out == out.context()->Integer(0); }
Bool Counts(Int permit_epoch, Int epoch) { return permit_epoch == epoch; }
Int NextEpoch(Int epoch) { return epoch + epoch.context()->Integer(1); }
Int AfterCancelled(Int out) { return out.context()->Integer(0); }

struct Machine {
  struct State {
    Int phase, epoch, out, now, until;
    std::array<Int, 2> probe;        // 1: in flight
    std::array<Int, 2> probe_epoch;  // that it was admitted in
    Int other, other_epoch;          // a try admitted while closed
    Int early;                       // 1: something was let through too early
  };
  std::string name = "one probe";
  BreakerRule rule;

  static Int Number(const State& at, int value) { return at.phase.context()->Integer(value); }

  State Fresh(Context& context, const std::string& suffix) const {
    const auto variable = [&](const char* what) { return context.IntVariable(what + suffix); };
    return {variable("phase"),
            variable("epoch"),
            variable("out"),
            variable("now"),
            variable("until"),
            {variable("probe0"), variable("probe1")},
            {variable("probe0_epoch"), variable("probe1_epoch")},
            variable("other"),
            variable("other_epoch"),
            variable("early")};
  }
  std::vector<Int> Show(const State& at) const {
    return {at.phase,    at.epoch,    at.out,   at.now,         at.until,
            at.probe[0], at.probe[1], at.other, at.other_epoch, at.early};
  }
  static Int OpenFor(Context& context) { return context.IntVariable("open_for"); }
  Bool Parameters(Context& context) const { return OpenFor(context) >= context.Integer(1); }

  Bool Start(const State& at) const {
    const Int zero = Number(at, 0);
    return at.phase == zero && at.epoch == zero && at.out == zero && at.now >= zero &&
           at.until == zero && at.probe[0] == zero && at.probe[1] == zero &&
           at.probe_epoch[0] == zero && at.probe_epoch[1] == zero && at.other == zero &&
           at.other_epoch == zero && at.early == zero;
  }

  Bool Invariant(const State& at) const {
    const Int zero = Number(at, 0), one = Number(at, 1), half = Number(at, kHalfOpen);
    const auto flag = [&](Int value) { return value == zero || value == one; };
    Bool all = at.phase >= zero && at.phase <= half && flag(at.out) && flag(at.probe[0]) &&
               flag(at.probe[1]) && flag(at.other) && at.early == zero;
    all = all && at.probe[0] + at.probe[1] <= one;
    for (int i = 0; i < 2; ++i) {
      all = all && Implies(at.probe[i] == one,
                           at.phase == half && at.out == one && at.probe_epoch[i] == at.epoch);
    }
    all = all && Implies(at.out == one, at.phase == half && at.probe[0] + at.probe[1] == one);
    return all && Implies(at.other == one, at.other_epoch <= at.epoch &&
                                               (at.phase == zero || at.other_epoch < at.epoch));
  }

  Bool Claim(const State& at) const {
    const Int one = Number(at, 1);
    return at.probe[0] + at.probe[1] <= one && at.early != one &&
           Implies(at.phase == Number(at, kHalfOpen) && at.out == one,
                   at.probe[0] + at.probe[1] >= one);
  }

  static Bool SameBreaker(const State& from, const State& to) {
    return to.phase == from.phase && to.epoch == from.epoch && to.out == from.out &&
           to.until == from.until;
  }
  static Bool SameProbe(const State& from, const State& to, int i) {
    return to.probe[i] == from.probe[i] && to.probe_epoch[i] == from.probe_epoch[i];
  }
  static Bool SameProbes(const State& from, const State& to) {
    return SameProbe(from, to, 0) && SameProbe(from, to, 1);
  }
  static Bool SameOther(const State& from, const State& to) {
    return to.other == from.other && to.other_epoch == from.other_epoch;
  }

  Bool Opens(const State& from, const State& to) const {
    return to.phase == Number(from, kOpen) && to.epoch == rule.next_epoch(from.epoch) &&
           to.out == Number(from, 0) && to.until == to.now + OpenFor(*from.phase.context());
  }
  // A try that was admitted in `permit_epoch` ends.
  Bool Ends(const State& from, const State& to, Int permit_epoch, Int outcome) const {
    const Int zero = Number(from, 0);
    const Bool counts = rule.counts(permit_epoch, from.epoch);
    const Bool closed = from.phase == Number(from, kClosed) && counts;
    const Bool probing =
        from.phase == Number(from, kHalfOpen) && from.out == Number(from, 1) && counts;
    const Bool failed = outcome == Number(from, kFailure);
    const Bool closes = to.phase == Number(from, kClosed) && to.out == zero &&
                        to.epoch == rule.next_epoch(from.epoch) && to.until == from.until;
    const Bool freed = to.phase == from.phase && to.out == rule.after_cancelled(from.out) &&
                       to.epoch == rule.next_epoch(from.epoch) && to.until == from.until;
    const Bool succeeded = outcome == Number(from, kSuccess);
    return (closed && failed && Opens(from, to)) || (!probing && SameBreaker(from, to)) ||
           (probing && failed && Opens(from, to)) || (probing && succeeded && closes) ||
           (probing && !failed && !succeeded && freed);
  }

  std::vector<Event> Events(const State& from, const State& to, const std::string& n) const {
    Context& context = *from.phase.context();
    const Int zero = context.Integer(0), one = context.Integer(1);
    const Int outcome = context.IntVariable("outcome" + n);
    const Bool some = outcome >= zero && outcome <= context.Integer(kCancelled);
    const Bool later = to.now >= from.now;
    const Bool in_time = later && to.early == from.early;
    const Bool closed = from.phase == context.Integer(kClosed);
    const Bool turns = from.phase == context.Integer(kOpen) && rule.over(to.now, from.until);
    const Bool half = turns || from.phase == context.Integer(kHalfOpen);
    const Int out = Choose(turns, zero, from.out);
    const Int epoch = Choose(turns, rule.next_epoch(from.epoch), from.epoch);

    std::vector<Event> events;
    events.push_back({"time passes, or a try is refused", in_time && SameBreaker(from, to) &&
                                                              SameProbes(from, to) &&
                                                              SameOther(from, to)});
    events.push_back({"a closed breaker lets a try through",
                      in_time && closed && SameBreaker(from, to) && SameProbes(from, to) &&
                          from.other == zero && to.other == one && to.other_epoch == from.epoch});
    events.push_back(
        {"a try that is not followed opens the breaker",
         in_time && closed && Opens(from, to) && SameProbes(from, to) && SameOther(from, to)});
    const Bool too_early = from.phase == context.Integer(kOpen) && to.now < from.until;
    for (int i = 0; i < 2; ++i) {
      const std::string probe = "probe " + std::to_string(i);
      events.push_back(
          {probe + " is let through",
           later && half && rule.lets_through(out) && from.probe[i] == zero && to.probe[i] == one &&
               to.probe_epoch[i] == epoch && SameProbe(from, to, 1 - i) && SameOther(from, to) &&
               to.phase == context.Integer(kHalfOpen) && to.epoch == epoch && to.out == one &&
               to.until == from.until && to.early == Choose(too_early, one, from.early)});
      events.push_back({probe + " ends", in_time && some && from.probe[i] == one &&
                                             to.probe[i] == zero &&
                                             to.probe_epoch[i] == from.probe_epoch[i] &&
                                             SameProbe(from, to, 1 - i) && SameOther(from, to) &&
                                             Ends(from, to, from.probe_epoch[i], outcome)});
    }
    events.push_back(
        {"the other try ends", in_time && some && from.other == one && to.other == zero &&
                                   to.other_epoch == from.other_epoch && SameProbes(from, to) &&
                                   Ends(from, to, from.other_epoch, outcome)});
    return events;
  }
};

}  // namespace

BreakerRule TheBreakerRule() { return {Over, LetsThrough, Counts, NextEpoch, AfterCancelled}; }

std::vector<Obligation> OneProbe(const BreakerRule& rule) {
  Machine machine;
  machine.rule = rule;
  return ByInduction(machine);
}

Obligation OneProbeUpTo(const BreakerRule& rule, int steps) {
  Machine machine;
  machine.rule = rule;
  return OnHistoriesUpTo(machine, steps);
}

}  // namespace weir::proofs
