// Strongly connected components of a graph, by Tarjan, without recursion.
#ifndef WEIR_COMPILER_CHECKS_COMPONENTS_H_
#define WEIR_COMPILER_CHECKS_COMPONENTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::compiler {

using Successors = std::vector<std::vector<std::uint32_t>>;  // by node

struct Components {
  // By node. A component comes before every other that leads to it.
  std::vector<std::uint32_t> of;
  std::vector<std::uint8_t>
      cyclic;  // by component: more than one node, or one that leads to itself
  std::vector<std::uint32_t> order;  // the nodes, by component
};

inline Components ComponentsOf(const Successors& next) {
  constexpr std::uint32_t kUnseen = 0xffffffff;
  struct Visit {
    std::uint32_t node;
    std::size_t edge;
  };
  const std::size_t count = next.size();
  Components found{std::vector<std::uint32_t>(count, kUnseen), {}, {}};
  std::vector<std::uint32_t> index(count, kUnseen), low(count, 0), open;
  std::vector<Visit> path;
  std::uint32_t seen = 0;
  for (std::uint32_t root = 0; root < count; ++root) {
    if (index[root] != kUnseen) continue;
    path.push_back({root, 0});
    while (!path.empty()) {
      auto& [node, edge] = path.back();
      if (edge == 0) {
        index[node] = low[node] = seen++;
        open.push_back(node);
      }
      if (edge < next[node].size()) {
        const std::uint32_t to = next[node][edge++];
        if (index[to] == kUnseen) {
          path.push_back({to, 0});
        } else if (found.of[to] == kUnseen) {
          low[node] = std::min(low[node], index[to]);
        }
        continue;
      }
      const std::uint32_t done = node;
      path.pop_back();
      if (!path.empty()) low[path.back().node] = std::min(low[path.back().node], low[done]);
      if (low[done] != index[done]) continue;
      const auto component = static_cast<std::uint32_t>(found.cyclic.size());
      std::size_t size = 0;
      for (std::uint32_t member = kUnseen; member != done; ++size) {
        member = open.back();
        open.pop_back();
        found.of[member] = component;
        found.order.push_back(member);
      }
      found.cyclic.push_back(size > 1 || std::ranges::find(next[done], done) != next[done].end());
    }
  }
  return found;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_COMPONENTS_H_
