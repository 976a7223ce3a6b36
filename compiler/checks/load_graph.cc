#include "compiler/checks/load_graph.h"

#include <algorithm>

namespace weir::compiler {
namespace {

using Kind = HopNode::Kind;

Successors NextOf(const HopGraph& hops) {
  Successors next;
  for (const HopNode& node : hops.nodes()) {
    auto& to = next.emplace_back();
    for (const HopBranch& branch : node.branches) {
      for (const HopOption& option : branch.options) to.push_back(option.to);
    }
  }
  return next;
}

std::size_t OptionsOf(const HopNode& node) {
  std::size_t options = 0;
  for (const HopBranch& branch : node.branches) options += branch.options.size();
  return options;
}

}  // namespace

LoadGraph::LoadGraph(const syntax::Policy& policy, const HopGraph& hops, std::size_t max_steps)
    : policy_(policy), hops_(hops), components_(ComponentsOf(NextOf(hops))) {
  Unroll(max_steps);
  FindBudgets();
  cycles_ = ComponentsOf(Next(false));
  Order();
}

void LoadGraph::Unroll(std::size_t max_steps) {
  depths_.resize(components_.cyclic.size());
  for (std::uint32_t n = 0; n < hops_.nodes().size(); ++n) {
    const HopNode& node = hops_.nodes()[n];
    const std::uint32_t component = components_.of[n];
    if (node.kind == Kind::kApplication && components_.cyclic[component] &&
        policy_.services[node.b].call_depth)
      depths_[component].push_back(n);
  }
  for (const std::uint32_t entry : hops_.entries()) entries_.push_back(StateOf(entry, {}));
  // A step is a place or a way on from it: what is kept grows with both. The graph
  // as it is written always fits; what unrolls it is bounded.
  std::size_t written = hops_.nodes().size();
  for (const HopNode& node : hops_.nodes()) written += OptionsOf(node);
  std::size_t left = max_steps + written;
  for (std::uint32_t state = 0; state < states_.size(); ++state) {
    const std::size_t steps = 1 + OptionsOf(hops_.nodes()[states_[state].node]);
    if (steps > left) {
      complete_ = false;
      return;
    }
    left -= steps;
    Expand(state);
  }
}

std::uint32_t LoadGraph::StateOf(std::uint32_t node, Passes passes) {
  passes.resize(depths_[components_.of[node]].size());
  const auto [place, fresh] = places_.emplace(std::pair(node, std::move(passes)),
                                              static_cast<std::uint32_t>(states_.size()));
  if (fresh) {
    states_.push_back({node, kNoBudget, {}});
    passes_.push_back(place->first.second);
  }
  return place->second;
}

void LoadGraph::Expand(std::uint32_t state) {
  const std::uint32_t n = states_[state].node, component = components_.of[n];
  const HopNode& node = hops_.nodes()[n];
  Passes passes = passes_[state];
  const auto& depths = depths_[component];
  if (const auto at = std::ranges::find(depths, n); at != depths.end()) {
    std::uint32_t& passed = passes[static_cast<std::size_t>(at - depths.begin())];
    if (passed >= *policy_.services[node.b].call_depth) return;  // calls no further
    ++passed;
  }
  std::vector<std::vector<std::uint32_t>> to;
  for (const HopBranch& branch : node.branches) {
    auto& options = to.emplace_back();
    for (const HopOption& option : branch.options) {
      const bool inside = components_.of[option.to] == component;
      options.push_back(StateOf(option.to, inside ? passes : Passes{}));
    }
  }
  states_[state].to = std::move(to);
}

// Where the tries are as few as the budget's share there is no need for a budget.
void LoadGraph::FindBudgets() {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> places;
  for (std::uint32_t s = 0; s < states_.size(); ++s) {
    const HopNode& node = hops_.nodes()[states_[s].node];
    if (node.kind != Kind::kRoute || states_[s].to.empty()) continue;
    const std::uint64_t tries = node.branches[0].times;
    const syntax::Route& route = policy_.gateways[node.a].routes[node.b];
    if (tries <= 1 || !route.retry) continue;
    const syntax::Retry& retry = policy_[*route.retry];
    if (100 * (tries - 1) <= retry.budget_percent) continue;
    const auto [place, fresh] = places.emplace(std::pair(node.a, route.retry->index),
                                               static_cast<std::uint32_t>(budgets_.size()));
    if (fresh) budgets_.push_back({node.a, retry.budget_percent, retry.budget_minimum, {}, true});
    states_[s].budget = place->second;
    budgets_[place->second].states.push_back(s);
  }
}

Successors LoadGraph::Next(bool with_budgets) const {
  const auto count = static_cast<std::uint32_t>(states_.size());
  Successors next(states_.size() + (with_budgets ? budgets_.size() : 0));
  for (std::uint32_t s = 0; s < count; ++s) {
    for (const auto& options : states_[s].to) {
      next[s].insert(next[s].end(), options.begin(), options.end());
    }
    const std::uint32_t budget = states_[s].budget;
    if (!with_budgets || budget == kNoBudget || !budgets_[budget].counts) continue;
    next[s].push_back(count + budget);
    for (const std::uint32_t to : states_[s].to[0]) next[count + budget].push_back(to);
  }
  return next;
}

// A budget is worth what its dearest route is. Where that depends on the budget
// itself, its routes are counted as if they had none: each try is then made.
void LoadGraph::Order() {
  const Components all = ComponentsOf(Next(true));
  bool all_count = true;
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    budgets_[b].counts = !all.cyclic[all.of[states_.size() + b]];
    all_count = all_count && budgets_[b].counts;
  }
  order_ = all_count ? all.order : ComponentsOf(Next(true)).order;
}

}  // namespace weir::compiler
