// For each service, how much of a request comes to it from each place of the
// unrolled hop graph, beginning with those that lead nowhere else. At a place all
// branches are taken, and of a branch's options the worst; so a request takes one
// route, a route tries one of its targets, and mirrors and calls come on top. Only
// places that lead to the service are looked at.
//
// In the long run a route's retries are `percent` of the requests of its budget and
// `minimum` in each window, and each may go where a try is dearest among the routes
// that share the budget (AMP-5).
#include "compiler/checks/amplification.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "compiler/checks/load_graph.h"

namespace weir::compiler {
namespace {

using syntax::Policy;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::uint64_t Times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kMost / b ? kMost : a * b;
}
std::uint64_t Plus(std::uint64_t a, std::uint64_t b) { return a > kMost - b ? kMost : a + b; }

// What comes to the service of one request at a place.
struct Value {
  bool reaches = false;
  bool unbounded = false;
  std::uint64_t tries = 0;
  std::uint64_t worst = 0;  // along the worst path, which goes on by this branch and option
  std::size_t branch = kNone;
  std::size_t option = kNone;
  LoadFactor sustained;
  LoadFactor one_try;  // of a route: what one of its tries comes to
};

class Valuation {
 public:
  Valuation(const Policy& policy, const HopGraph& hops, const LoadGraph& graph)
      : policy_(policy), hops_(hops), graph_(graph), values_(graph.states().size()) {
    before_.resize(graph.states().size());
    ways_.resize(graph.states().size());
    rank_.resize(graph.states().size() + graph.budgets().size());
    for (std::uint32_t i = 0; i < graph.order().size(); ++i) rank_[graph.order()[i]] = i;
    for (std::uint32_t s = 0; s < graph.states().size(); ++s) {
      const auto& to = graph.states()[s].to;
      for (std::uint32_t b = 0; b < to.size(); ++b) {
        for (std::uint32_t o = 0; o < to[b].size(); ++o) before_[to[b][o]].push_back({s, {b, o}});
      }
      const HopNode& node = hops.nodes()[graph.states()[s].node];
      if (node.kind != HopNode::Kind::kArrival) continue;
      for (const std::uint32_t service : node.services) arrivals_[service].push_back(s);
    }
  }

  bool Reaches(std::uint32_t service) const { return arrivals_.contains(service); }

  ServiceLoad Of(std::uint32_t service) {
    CollectAncestors(service);
    for (const std::uint32_t place : ancestors_) {
      place < values_.size() ? Evaluate(place, service)
                             : EvaluateBudget(place - static_cast<std::uint32_t>(values_.size()));
    }
    ServiceLoad load;
    load.service = service;
    Worst(load);
    if (load.bounded) AddBudgets(load);
    Assume(load);
    for (const std::uint32_t place : ancestors_) {
      if (place >= values_.size()) continue;
      values_[place] = {};
      ways_[place].clear();
    }
    return load;
  }

 private:
  const HopNode& NodeOf(std::uint32_t state) const {
    return hops_.nodes()[graph_.states()[state].node];
  }

  void CollectAncestors(std::uint32_t service) {
    ancestors_.clear();
    budgets_.assign(graph_.budgets().size(), std::nullopt);
    std::vector<std::uint32_t> open = arrivals_.at(service);
    for (const std::uint32_t state : open) values_[state].reaches = true;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const std::uint32_t budget = graph_.states()[open[i]].budget;
      if (budget != kNoBudget && !budgets_[budget]) {
        budgets_[budget] = LoadFactor();
        ancestors_.push_back(static_cast<std::uint32_t>(values_.size()) + budget);
      }
      for (const auto& [before, way] : before_[open[i]]) {
        ways_[before].push_back(way);
        if (!std::exchange(values_[before].reaches, true)) open.push_back(before);
      }
    }
    ancestors_.insert(ancestors_.end(), open.begin(), open.end());
    std::ranges::sort(ancestors_, {}, [&](std::uint32_t place) { return rank_[place]; });
  }

  void Evaluate(std::uint32_t s, std::uint32_t service) {
    const LoadState& state = graph_.states()[s];
    const HopNode& node = NodeOf(s);
    Value& value = values_[s];
    if (std::ranges::binary_search(node.services, service)) {
      value.tries = value.worst = 1;
      value.sustained = LoadFactor(1);
    }
    value.unbounded = graph_.cycles().cyclic[graph_.cycles().of[s]] != 0;
    // Of thousands of ways on few may lead to the service; a budget is shared all the same.
    std::vector<Way>& ways = ways_[s];
    std::ranges::sort(ways);
    if (state.budget != kNoBudget && (ways.empty() || ways.front().first != 0)) {
      AddSustained(state, 0, node.branches[0].times, LoadFactor(), value);
    }
    for (auto way = ways.begin(); way != ways.end();) {
      const std::size_t b = way->first;
      const std::uint64_t times = node.branches[b].times;
      std::uint64_t tries = 0;
      LoadFactor most;
      for (; way != ways.end() && way->first == b; ++way) {
        const std::size_t o = way->second;
        const Value& next = values_[state.to[b][o]];
        value.unbounded = value.unbounded || next.unbounded;
        tries = std::max(tries, next.tries);
        if (most < next.sustained) most = next.sustained;
        if (Times(times, next.worst) <= value.worst) continue;
        value.worst = Times(times, next.worst);
        value.branch = b;
        value.option = o;
      }
      value.tries = Plus(value.tries, Times(times, tries));
      AddSustained(state, b, times, most, value);
    }
  }

  void AddSustained(const LoadState& state, std::size_t branch, std::uint64_t times,
                    const LoadFactor& most, Value& value) {
    const bool budget = branch == 0 && state.budget != kNoBudget;
    if (branch == 0) value.one_try = most;
    if (!budget || !graph_.budgets()[state.budget].counts) {
      value.sustained = value.sustained.Plus(most.Times(static_cast<std::uint32_t>(times)));
      return;
    }
    const LoadBudget& shared = graph_.budgets()[state.budget];
    const LoadFactor again =
        shared.percent == 0 ? LoadFactor() : budgets_[state.budget]->TimesPercent(shared.percent);
    value.sustained = value.sustained.Plus(most).Plus(again);
  }

  // What one try of the dearest of its routes comes to.
  void EvaluateBudget(std::uint32_t budget) {
    LoadFactor& most = *budgets_[budget];
    for (const std::uint32_t route : graph_.budgets()[budget].states) {
      for (const std::uint32_t to : graph_.states()[route].to[0]) {
        if (values_[to].reaches && most < values_[to].sustained) most = values_[to].sustained;
      }
    }
  }

  // Over all places where a request may begin.
  void Worst(ServiceLoad& load) {
    std::uint32_t from = 0;
    bool found = false;
    for (const std::uint32_t entry : graph_.entries()) {
      const Value& value = values_[entry];
      if (!value.reaches) continue;
      load.sustained = std::max(load.sustained, value.sustained);
      const bool worse = !found || (value.unbounded && load.bounded) ||
                         (load.bounded && value.tries > load.amplification);
      if (!worse) continue;
      found = true;
      from = entry;
      load.bounded = !value.unbounded;
      load.amplification = value.unbounded ? kMost : value.tries;
    }
    load.bounded ? FollowWorst(from, load) : FollowCycle(from, load);
  }

  void AddHop(std::uint32_t state, std::size_t branch, std::size_t option,
              ServiceLoad& load) const {
    const HopBranch& taken = NodeOf(state).branches[branch];
    const HopOption& way = taken.options[option];
    if (!way.hop.empty()) load.path.push_back({{way.hop, taken.times}, way.node});
  }

  void FollowWorst(std::uint32_t state, ServiceLoad& load) const {
    while (values_[state].branch != kNone) {
      const auto& [branch, option] = std::pair(values_[state].branch, values_[state].option);
      AddHop(state, branch, option, load);
      state = graph_.states()[state].to[branch][option];
    }
  }

  // To the cycle, and once around it.
  void FollowCycle(std::uint32_t state, ServiceLoad& load) const {
    std::set<std::uint32_t> met;
    bool by_application = false;
    std::uint32_t first = 0;
    for (bool inside = false;;) {
      const std::uint32_t component = graph_.cycles().of[state];
      if (!inside && graph_.cycles().cyclic[component]) {
        inside = true;
        first = component;
      }
      if (inside && !met.insert(state).second) break;
      by_application =
          by_application || (inside && NodeOf(state).kind == HopNode::Kind::kApplication);
      const auto [branch, option] = NextUnbounded(state, inside, first);
      AddHop(state, branch, option, load);
      state = graph_.states()[state].to[branch][option];
    }
    load.loop = !by_application;
    load.reason = load.loop ? "it is forwarded in a circle, by listeners of this policy that are "
                              "endpoints of its services"
                            : "a cycle of calls without a declared depth leads to it";
  }

  std::pair<std::size_t, std::size_t> NextUnbounded(std::uint32_t state, bool inside,
                                                    std::uint32_t component) const {
    const LoadState& at = graph_.states()[state];
    for (std::size_t b = 0; b < at.to.size(); ++b) {
      for (std::size_t o = 0; o < at.to[b].size(); ++o) {
        const std::uint32_t to = at.to[b][o];
        if (inside ? graph_.cycles().of[to] == component
                   : values_[to].reaches && values_[to].unbounded)
          return {b, o};
      }
    }
    return {0, 0};  // not met: what is unbounded leads on
  }

  // Each budget lets `minimum` retries through in each window, in each process.
  void AddBudgets(ServiceLoad& load) {
    for (std::size_t b = 0; b < budgets_.size(); ++b) {
      const LoadBudget& budget = graph_.budgets()[b];
      if (!budgets_[b] || !budget.counts) continue;
      ++load.budgets;
      if (budget.minimum == 0) continue;
      const syntax::Gateway& gateway = policy_.gateways[budget.gateway];
      load.added =
          load.added.Plus(budgets_[b]->Times(budget.minimum).Times(gateway.processes.value_or(1)));
      if (!gateway.processes)
        AddOnce(load.process_assumptions,
                (gateway.kind == syntax::Gateway::Kind::kSidecar ? "sidecar '" : "gateway '") +
                    gateway.name + "' runs as one process (`processes` says how many)");
    }
  }

  static void AddOnce(std::vector<std::string>& list, const std::string& text) {
    if (std::ranges::find(list, text) == list.end()) list.push_back(text);
  }

  void Assume(ServiceLoad& load) const {
    for (const std::uint32_t place : ancestors_) {
      if (place >= values_.size()) continue;
      for (const auto& [branch, option] : ways_[place]) {
        const std::string& assumption = NodeOf(place).branches[branch].options[option].assumption;
        if (!assumption.empty()) AddOnce(load.assumptions, assumption);
      }
    }
    // Hosts that cannot be seen may be anything, wherever they are called from.
    for (const auto& [service, states] : arrivals_) {
      if (!hops_.unseen(service).empty()) AddOnce(load.assumptions, hops_.unseen(service));
    }
  }

  const Policy& policy_;
  const HopGraph& hops_;
  const LoadGraph& graph_;
  using Way = std::pair<std::uint32_t, std::uint32_t>;              // branch and option
  std::vector<std::vector<std::pair<std::uint32_t, Way>>> before_;  // by state
  std::vector<std::vector<Way>> ways_;  // by state: those to the service in question
  std::vector<std::uint32_t> rank_;     // by place: when it is valued
  std::map<std::uint32_t, std::vector<std::uint32_t>> arrivals_;  // by service
  std::vector<Value> values_;                                     // by state
  std::vector<std::optional<LoadFactor>> budgets_;                // those with a part in it
  std::vector<std::uint32_t> ancestors_;                          // places, in order
};

}  // namespace

std::vector<ServiceLoad> Amplification(const Policy& policy, const AmplificationOptions& options) {
  const HopGraph hops(policy);
  const LoadGraph graph(policy, hops, options.max_steps);
  Valuation valuation(policy, hops, graph);
  std::vector<ServiceLoad> loads;
  for (std::uint32_t service = 0; service < policy.services.size(); ++service) {
    if (valuation.Reaches(service)) {
      loads.push_back(valuation.Of(service));
    } else if (graph.complete()) {
      continue;
    } else {
      loads.emplace_back().service = service;
    }
    ServiceLoad& load = loads.back();
    load.complete = graph.complete();
    if (!load.complete && load.bounded)
      load.reason = "there are more call paths than can be walked";
  }
  return loads;
}

}  // namespace weir::compiler
