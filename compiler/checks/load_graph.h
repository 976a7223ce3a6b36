// The hop graph unrolled: a place in it and, inside a cycle, how often the path has
// passed the applications that declare a `call-depth`. What is left of cycles has
// no end (AMP-4). With it, which routes share a retry budget.
#ifndef WEIR_COMPILER_CHECKS_LOAD_GRAPH_H_
#define WEIR_COMPILER_CHECKS_LOAD_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "compiler/checks/components.h"
#include "compiler/checks/hops.h"

namespace weir::compiler {

inline constexpr std::uint32_t kNoBudget = 0xffffffff;

// One retry budget: a retry policy in one gateway or sidecar.
struct LoadBudget {
  std::uint32_t gateway = 0;
  std::uint32_t percent = 0;
  std::uint32_t minimum = 0;
  std::vector<std::uint32_t> states;  // of the routes that share it
  bool counts = true;                 // false: the requests that it lets through come back to it
};

struct LoadState {
  std::uint32_t node = 0;                      // place in HopGraph::nodes()
  std::uint32_t budget = kNoBudget;            // of its first branch
  std::vector<std::vector<std::uint32_t>> to;  // as the node's branches and options
};

class LoadGraph {
 public:
  LoadGraph(const syntax::Policy& policy, const HopGraph& hops, std::size_t max_steps);

  const std::vector<LoadState>& states() const { return states_; }
  const std::vector<std::uint32_t>& entries() const { return entries_; }
  const std::vector<LoadBudget>& budgets() const { return budgets_; }
  bool complete() const { return complete_; }
  // Of the states by themselves: what is cyclic here has no bound.
  const Components& cycles() const { return cycles_; }
  // Places to be valued in this order: below states().size() a state, above it a budget.
  const std::vector<std::uint32_t>& order() const { return order_; }

 private:
  using Passes = std::vector<std::uint32_t>;

  void Unroll(std::size_t max_steps);
  std::uint32_t StateOf(std::uint32_t node, Passes passes);
  void Expand(std::uint32_t state);
  void FindBudgets();
  Successors Next(bool with_budgets) const;
  void Order();

  const syntax::Policy& policy_;
  const HopGraph& hops_;
  Components components_;                           // of the hop graph
  std::vector<std::vector<std::uint32_t>> depths_;  // by component: its nodes with a depth
  std::map<std::pair<std::uint32_t, Passes>, std::uint32_t> places_;
  std::vector<Passes> passes_;  // by state
  std::vector<LoadState> states_;
  std::vector<std::uint32_t> entries_;
  std::vector<LoadBudget> budgets_;
  Components cycles_;
  std::vector<std::uint32_t> order_;
  bool complete_ = true;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_LOAD_GRAPH_H_
