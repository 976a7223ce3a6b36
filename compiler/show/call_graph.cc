#include <algorithm>
#include <map>

#include "compiler/show/document.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

class Builder {
 public:
  explicit Builder(const syntax::Policy& policy) : policy_(policy) {}

  CallGraph Build() {
    for (const syntax::Gateway& gateway : policy_.gateways) {
      const bool sidecar = gateway.kind == syntax::Gateway::Kind::kSidecar;
      graph_.nodes.push_back(
          {sidecar ? GraphNode::Kind::kSidecar : GraphNode::Kind::kGateway, gateway.name});
    }
    services_ = static_cast<std::uint32_t>(graph_.nodes.size());
    for (const syntax::Service& service : policy_.services) {
      graph_.nodes.push_back({GraphNode::Kind::kService, service.name});
    }
    for (std::uint32_t i = 0; i < policy_.gateways.size(); ++i) AddGateway(i, policy_.gateways[i]);
    for (std::uint32_t i = 0; i < policy_.services.size(); ++i) {
      for (const syntax::Call& call : policy_.services[i].calls) {
        Add(services_ + i, services_ + call.callee.index,
            "calls up to " + std::to_string(call.times), false);
      }
    }
    SetLayers();
    return std::move(graph_);
  }

 private:
  void AddGateway(std::uint32_t node, const syntax::Gateway& gateway) {
    struct Use {
      std::uint32_t routes = 0;
      std::uint32_t tries = 1;
    };
    std::map<std::uint32_t, Use> uses;
    for (const syntax::Route& route : gateway.routes) {
      for (const syntax::Mirror& mirror : route.mirrors) {
        Add(node, services_ + mirror.service.index, "mirror", true);
      }
      const auto* forward = std::get_if<syntax::Forward>(&route.action);
      if (!forward) continue;
      for (const syntax::Target& target : forward->targets) {
        Use& use = uses[target.service.index];
        ++use.routes;
        if (route.retry) use.tries = std::max(use.tries, model::TriesOf(policy_[*route.retry]));
      }
    }
    for (const auto& [service, use] : uses) {
      Add(node, services_ + service,
          std::to_string(use.routes) + (use.routes == 1 ? " route, " : " routes, ") +
              std::to_string(use.tries) + (use.tries == 1 ? " try" : " tries"),
          false);
    }
    if (gateway.sidecar_of) Add(services_ + gateway.sidecar_of->index, node, "sidecar", true);
  }

  void Add(std::uint32_t from, std::uint32_t to, std::string label, bool dashed) {
    graph_.edges.push_back({from, to, std::move(label), dashed});
  }

  // A node stands behind everything that leads to it; a cycle stops after as
  // many rounds as there are nodes.
  void SetLayers() {
    for (std::size_t round = 0; round < graph_.nodes.size(); ++round) {
      bool changed = false;
      for (const GraphEdge& edge : graph_.edges) {
        const std::uint32_t wanted = graph_.nodes[edge.from].layer + 1;
        if (edge.from == edge.to || graph_.nodes[edge.to].layer >= wanted) continue;
        if (wanted >= graph_.nodes.size()) continue;
        graph_.nodes[edge.to].layer = wanted;
        changed = true;
      }
      if (!changed) return;
    }
  }

  const syntax::Policy& policy_;
  CallGraph graph_;
  std::uint32_t services_ = 0;
};

}  // namespace

CallGraph GraphOf(const syntax::Policy& policy) { return Builder(policy).Build(); }

}  // namespace weir::compiler
