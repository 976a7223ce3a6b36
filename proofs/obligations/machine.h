// A theorem about a machine, by induction over its events, and the search for a
// history that breaks it.
//
// A machine M has a name and, for states of type M::State,
//   State Fresh(Context&, suffix)        variables for one state
//   Bool Parameters(Context&)            what its parameters may be
//   Bool Start(State)                    the states it starts in
//   Bool Invariant(State)                what every step keeps
//   Bool Claim(State)                    what is to be shown of every state
//   vector<Event> Events(from, to, n)    its steps; n names an event's own variables
//   vector<Int> Show(State)              what a counterexample tells of a state
#ifndef WEIR_PROOFS_OBLIGATIONS_MACHINE_H_
#define WEIR_PROOFS_OBLIGATIONS_MACHINE_H_

#include <string>
#include <vector>

#include "compiler/smt/solver.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

struct Event {
  std::string name;
  smt::Bool step;
};

// Base, the step for each event, and that the invariant gives the claim. Each
// event's premises are checked to have a model, so none can be impossible.
template <class Machine>
std::vector<Obligation> ByInduction(const Machine& machine) {
  std::vector<Obligation> obligations;
  smt::Context context;
  const auto from = machine.Fresh(context, "");
  const auto to = machine.Fresh(context, "_next");
  const smt::Bool parameters = machine.Parameters(context);
  const std::vector<smt::Int> at_from = machine.Show(from);
  std::vector<smt::Int> show = at_from;
  for (const smt::Int& term : machine.Show(to)) show.push_back(term);
  const auto add = [&](const std::string& what, std::vector<smt::Bool> premises, smt::Bool goal,
                       const std::vector<smt::Int>& shown) {
    premises.push_back(parameters);
    obligations.push_back(
        {what, Prove(context, machine.name + ", " + what, premises, goal, shown)});
  };
  add("base", {machine.Start(from)}, machine.Invariant(from), at_from);
  for (const Event& event : machine.Events(from, to, "")) {
    add("step: " + event.name, {machine.Invariant(from), event.step}, machine.Invariant(to), show);
  }
  add("conclusion", {machine.Invariant(from)}, machine.Claim(from), at_from);
  return obligations;
}

// No history of at most `steps` events from the start breaks the claim.
template <class Machine>
Obligation OnHistoriesUpTo(const Machine& machine, int steps) {
  smt::Context context;
  auto at = machine.Fresh(context, "0");
  std::vector<smt::Bool> premises{machine.Parameters(context), machine.Start(at)};
  std::vector<smt::Int> show = machine.Show(at);
  smt::Bool claim = machine.Claim(at);
  for (int i = 1; i <= steps; ++i) {
    const std::string suffix = std::to_string(i);
    const auto next = machine.Fresh(context, suffix);
    std::vector<smt::Bool> choices;
    for (const Event& event : machine.Events(at, next, suffix)) choices.push_back(event.step);
    // Breaking it earlier is breaking it: a history may end before the last step.
    premises.push_back(!claim || context.Any(choices));
    claim = claim && machine.Claim(next);
    for (const smt::Int& term : machine.Show(next)) show.push_back(term);
    at = next;
  }
  const std::string what = "no history of " + std::to_string(steps) + " events breaks it";
  return {what, Prove(context, machine.name + ", bounded", premises, claim, show, 20'000)};
}

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_MACHINE_H_
