// Nodes are made as they are met, from every route on. An arrival is told apart by
// what runs beside whoever sent it: its loopback addresses are those of that host;
// and by the route that sent it, where that tells which routes can take it.
#include "compiler/checks/hops.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "compiler/checks/addresses.h"
#include "compiler/checks/upstream_path.h"
#include "spec/model/match.h"
#include "spec/model/retry.h"

namespace weir::compiler {

using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;
using syntax::Route;
using syntax::Service;
using syntax::SocketAddress;
using Kind = HopNode::Kind;

std::uint32_t MostTriesOf(const Policy& policy, const Route& route) {
  return route.retry ? model::TriesOf(policy[*route.retry]) : 1;
}

class HopBuilder {
 public:
  HopBuilder(const Policy& policy, HopGraph& graph)
      : policy_(policy),
        graph_(graph),
        sidecar_of_(policy.services.size(), kNone),
        application_of_(policy.services.size(), kNone),
        senders_(policy.services.size()) {}

  void Build() {
    Index();
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (std::uint32_t r = 0; r < policy_.gateways[g].routes.size(); ++r) {
        graph_.entries_.push_back(NodeOf({Kind::kRoute, g, r, kNone}));
      }
    }
    for (std::size_t made = 0; made < graph_.nodes_.size(); ++made) Expand(made);
    for (const Service& service : policy_.services) graph_.unseen_.push_back(UnseenOf(service));
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  using Key = std::tuple<Kind, std::uint32_t, std::uint32_t, std::uint32_t>;

  // ---- what is where ---------------------------------------------------------

  void Index() {
    for (std::uint32_t s = 0; s < policy_.services.size(); ++s) {
      endpoints_.push_back(EndpointsOf(policy_.services[s]));
      for (const SocketAddress& endpoint : endpoints_[s]) services_at_[endpoint.port].insert(s);
    }
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      const Gateway& gateway = policy_.gateways[g];
      for (std::uint32_t l = 0; l < gateway.listeners.size(); ++l)
        listeners_at_[gateway.listeners[l].address.port].emplace_back(g, l);
      if (gateway.sidecar_of) sidecar_of_[gateway.sidecar_of->index] = g;
      auto& beginning_with = beginning_with_.emplace_back();
      for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
        const Route& route = gateway.routes[r];
        if (route.match.paths.empty()) beginning_with[""].emplace_back(nullptr, r);
        for (const auto& path : route.match.paths)
          beginning_with[BeginningOf(path)].emplace_back(&path, r);
        for (const auto& mirror : route.mirrors) senders_[mirror.service.index].insert(g);
        const auto* forward = std::get_if<syntax::Forward>(&route.action);
        if (forward == nullptr) continue;
        for (const auto& target : forward->targets) senders_[target.service.index].insert(g);
        if (gateway.sidecar_of && IsAt(g, route, Listener::Direction::kInbound))
          application_of_[forward->targets.front().service.index] = gateway.sidecar_of->index;
      }
    }
  }

  bool IsAt(std::uint32_t g, const Route& route, Listener::Direction direction) const {
    const auto& listeners = policy_.gateways[g].listeners;
    return std::ranges::any_of(route.match.listeners, [&](std::uint32_t listener) {
      return listener < listeners.size() && listeners[listener].direction == direction;
    });
  }

  // The first route of a sidecar of that direction, and to `callee` if given.
  std::uint32_t RouteAt(std::uint32_t g, Listener::Direction direction,
                        std::uint32_t callee = kNone) const {
    const auto& routes = policy_.gateways[g].routes;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      if (!IsAt(g, routes[r], direction)) continue;
      if (callee == kNone) return r;
      const auto* forward = std::get_if<syntax::Forward>(&routes[r].action);
      if (forward != nullptr && std::ranges::any_of(forward->targets, [&](const auto& target) {
            return target.service.index == callee;
          }))
        return r;
    }
    return kNone;
  }

  static std::string UnseenOf(const Service& service) {
    if (service.dns && EndpointsOf(service).size() == service.endpoints.size())
      return "no host that DNS gives for '" + *service.dns + "' (service '" + service.name +
             "') is a listener of this policy or a host of another service";
    if (service.file)
      return "no host in '" + *service.file + "' (service '" + service.name +
             "') is a listener of this policy or a host of another service";
    return "";
  }

  std::string NameOf(std::uint32_t g) const {
    const Gateway& gateway = policy_.gateways[g];
    return (gateway.kind == Gateway::Kind::kSidecar ? "sidecar '" : "gateway '") + gateway.name +
           "'";
  }

  // Whether what runs beside `c` can reach loopback addresses of `g`, and on what assumption.
  Shared Reaches(std::uint32_t c, std::uint32_t g) const {
    return c == kNone ? Shared::kPossible : SharesHost(policy_.gateways[c], policy_.gateways[g]);
  }
  std::string Together(std::uint32_t c, std::uint32_t g, const SocketAddress& at) const {
    return (c == kNone ? "what calls " + TextOf(at) : NameOf(c)) + " and " + NameOf(g) +
           " share a host, and with it " + TextOf(at) + " (`host` says which do)";
  }

  // ---- nodes -----------------------------------------------------------------

  std::uint32_t NodeOf(const Key& key) {
    const auto [place, fresh] =
        places_.emplace(key, static_cast<std::uint32_t>(graph_.nodes_.size()));
    if (fresh) {
      HopNode& node = graph_.nodes_.emplace_back();
      std::tie(node.kind, node.a, node.b, node.sender) = key;
    }
    return place->second;
  }

  void Expand(std::size_t place) {
    const HopNode node = graph_.nodes_[place];
    std::vector<std::uint32_t> services;
    std::vector<HopBranch> branches;
    switch (node.kind) {
      case Kind::kRoute:
        branches = OfRoute(node.a, node.b);
        break;
      case Kind::kArrival:
        branches = OfArrival(node.a, node.b, PathsOf(node), services);
        break;
      case Kind::kApplication:
        branches = OfApplication(node.b);
        break;
    }
    graph_.nodes_[place].services = std::move(services);
    graph_.nodes_[place].branches = std::move(branches);
  }

  // What the paths of a try can be, where that is a matter of a listener of the
  // policy and there are few; empty: any.
  std::vector<std::string> PathsOf(const HopNode& node) const {
    if (node.sender == kNone) return {};
    return PathsSent(policy_.gateways[node.a].routes[node.sender]);
  }

  // `sender`: the route, if its paths are told apart.
  HopOption Try(std::uint32_t c, std::uint32_t service, const std::string& who, syntax::NodeId node,
                std::uint32_t sender = kNone) {
    const bool application = application_of_[service] != kNone;
    const bool listener = std::ranges::any_of(endpoints_[service], [&](const auto& endpoint) {
      return listeners_at_.contains(endpoint.port);
    });
    return {NodeOf({Kind::kArrival, c, service, listener ? sender : kNone}),
            who + " -> " + (application ? "application" : policy_.services[service].name), node,
            ""};
  }

  std::vector<HopBranch> OfRoute(std::uint32_t g, std::uint32_t r) {
    const Route& route = policy_.gateways[g].routes[r];
    const auto* forward = std::get_if<syntax::Forward>(&route.action);
    if (forward == nullptr) return {};
    const std::string who = policy_.gateways[g].name + "/" + route.name;
    std::vector<HopBranch> branches(1);
    branches[0].times = MostTriesOf(policy_, route);
    const std::uint32_t sender = PathsSent(route).empty() ? kNone : r;
    for (const auto& target : forward->targets)
      branches[0].options.push_back(Try(g, target.service.index, who, route.node, sender));
    for (const auto& mirror : route.mirrors) {
      branches.push_back(
          {1, false, {Try(g, mirror.service.index, who + " (mirror)", route.node, sender)}});
    }
    return branches;
  }

  // Whether the service's hosts, as `c` reaches them, are among another's; and on
  // what assumption.
  bool AreOne(std::uint32_t c, std::uint32_t service, std::uint32_t other,
              std::string& assumption) const {
    const Service &one = policy_.services[service], &two = policy_.services[other];
    if ((one.dns && one.dns == two.dns) || (one.file && one.file == two.file)) return true;
    bool possible = false;
    for (const SocketAddress& endpoint : endpoints_[service]) {
      if (std::ranges::find(endpoints_[other], endpoint) == endpoints_[other].end()) continue;
      if (!IsLoopback(endpoint.address)) return true;
      if (senders_[other].empty()) possible = true;  // an application's calls alone: anywhere
      for (const std::uint32_t sender : senders_[other]) {
        const Shared shared = Reaches(c, sender);
        if (shared == Shared::kYes) return true;
        if (shared == Shared::kPossible) {
          possible = true;
          assumption = Together(c, sender, endpoint);
        }
      }
    }
    if (possible && assumption.empty())
      assumption = "services '" + one.name + "' and '" + two.name + "' are on one host";
    return possible;
  }

  std::set<std::uint32_t> Neighbours(std::uint32_t service) const {
    std::set<std::uint32_t> others;
    for (const SocketAddress& endpoint : endpoints_[service]) {
      const auto& there = services_at_.at(endpoint.port);
      others.insert(there.begin(), there.end());
    }
    const Service& own = policy_.services[service];
    for (std::uint32_t s = 0; (own.dns || own.file) && s < policy_.services.size(); ++s) {
      if ((own.dns && own.dns == policy_.services[s].dns) ||
          (own.file && own.file == policy_.services[s].file))
        others.insert(s);
    }
    others.erase(service);
    return others;
  }

  std::vector<HopBranch> OfArrival(std::uint32_t c, std::uint32_t service,
                                   const std::vector<std::string>& paths,
                                   std::vector<std::uint32_t>& services) {
    HopBranch into;
    services = {service};
    ByName(service, "", into);
    for (const std::uint32_t other : Neighbours(service)) {
      std::string assumption;
      if (!AreOne(c, service, other, assumption)) continue;
      services.push_back(other);
      ByName(other, assumption, into);
    }
    std::ranges::sort(services);
    for (const SocketAddress& endpoint : endpoints_[service])
      ByAddress(c, service, endpoint, paths, into);
    return {into};
  }

  // An option that is certain need not be assumed.
  static void Add(HopOption option, HopBranch& into) {
    for (HopOption& other : into.options) {
      if (other.to != option.to) continue;
      if (option.assumption.empty()) other.assumption.clear();
      return;
    }
    into.options.push_back(std::move(option));
  }

  // By the inbound part of its sidecar if it has one, else straight to the application.
  void ByName(std::uint32_t service, const std::string& assumption, HopBranch& into) {
    const std::uint32_t sidecar = sidecar_of_[service];
    const std::uint32_t inbound =
        sidecar == kNone ? kNone : RouteAt(sidecar, Listener::Direction::kInbound);
    const std::uint32_t application =
        application_of_[service] != kNone ? application_of_[service] : service;
    Add({NodeOf(inbound != kNone ? Key{Kind::kRoute, sidecar, inbound, kNone}
                                 : Key{Kind::kApplication, 0, application, kNone}),
         "", syntax::kNoNode, assumption},
        into);
  }

  void ByAddress(std::uint32_t c, std::uint32_t service, const SocketAddress& endpoint,
                 const std::vector<std::string>& paths, HopBranch& into) {
    const auto there = listeners_at_.find(endpoint.port);
    if (there == listeners_at_.end()) return;
    const bool loopback = IsLoopback(endpoint.address);
    // The hosts of a service run its sidecar: where that listens nobody else does.
    const std::uint32_t own = sidecar_of_[service];
    const bool by_sidecar =
        !loopback && own != kNone && std::ranges::any_of(there->second, [&](const auto& place) {
          return place.first == own &&
                 Accepts(policy_.gateways[own].listeners[place.second], endpoint);
        });
    for (const auto& [g, l] : there->second) {
      const Listener& listener = policy_.gateways[g].listeners[l];
      if (!Accepts(listener, endpoint)) continue;
      std::string assumption;
      if (loopback) {
        const Shared shared = Reaches(c, g);
        if (shared == Shared::kNo) continue;
        if (shared == Shared::kPossible) assumption = Together(c, g, endpoint);
      } else if (IsWildcard(listener.address.address)) {
        if (by_sidecar && g != own) continue;
        if (!by_sidecar)
          assumption = TextOf(endpoint) + " (service '" + policy_.services[service].name +
                       "') is a host of " + NameOf(g) + ", which listens on " +
                       TextOf(listener.address);
      }
      AtListener(g, l, paths, assumption, into);
    }
  }

  // What all paths of the pattern begin with, in whole segments.
  static std::string BeginningOf(const syntax::PathPattern& pattern) {
    std::string beginning;
    if (pattern.kind == syntax::PathPattern::Kind::kRegex) return beginning;
    for (const syntax::PathSegment& segment : pattern.segments) {
      if (segment.kind != syntax::PathSegment::Kind::kLiteral) break;
      beginning += "/" + segment.literal;
    }
    return beginning;
  }

  // In order. Thousands of senders each have thousands of routes to come to: those that
  // take a path are found by its beginnings.
  std::set<std::uint32_t> TakersOf(std::uint32_t g, const std::vector<std::string>& paths) const {
    std::set<std::uint32_t> takers;
    for (const std::string& path : paths) {
      // "", "/a" and "/a/b" of "/a/b".
      for (std::size_t end = 0;; end = path.find('/', end + 1)) {
        const auto there = beginning_with_[g].find(path.substr(0, end));
        if (there != beginning_with_[g].end()) {
          for (const auto& [pattern, r] : there->second) {
            if (!pattern || model::MatchesPath(*pattern, path)) takers.insert(r);
          }
        }
        if (end == path.npos) break;
      }
    }
    return takers;
  }

  void AtListener(std::uint32_t g, std::uint32_t l, const std::vector<std::string>& paths,
                  const std::string& assumption, HopBranch& into) {
    const auto& routes = policy_.gateways[g].routes;
    const auto add = [&](std::uint32_t r) {
      const auto& bound = routes[r].match.listeners;
      if (!bound.empty() && std::ranges::find(bound, l) == bound.end()) return;
      Add({NodeOf({Kind::kRoute, g, r, kNone}), "", syntax::kNoNode, assumption}, into);
    };
    if (paths.empty()) {
      for (std::uint32_t r = 0; r < routes.size(); ++r) add(r);
    } else {
      for (const std::uint32_t r : TakersOf(g, paths)) add(r);
    }
  }

  // What the application calls: through its sidecar's outbound part if there is one.
  std::vector<HopBranch> OfApplication(std::uint32_t service) {
    const Service& caller = policy_.services[service];
    const std::uint32_t sidecar = sidecar_of_[service];
    std::vector<HopBranch> branches;
    std::set<std::uint32_t> called;
    for (const auto& call : caller.calls) {
      const std::uint32_t callee = call.callee.index;
      called.insert(callee);
      const std::uint32_t outbound =
          sidecar == kNone ? kNone : RouteAt(sidecar, Listener::Direction::kOutbound, callee);
      HopOption option;
      if (outbound == kNone) {
        option = Try(sidecar, callee, caller.name, call.node);
      } else {
        option = {NodeOf({Kind::kRoute, sidecar, outbound, kNone}), "", call.node, ""};
        if (call.times > 1) option.hop = caller.name + " calls " + policy_.services[callee].name;
      }
      branches.push_back({call.times, true, {std::move(option)}});
    }
    if (sidecar == kNone) return branches;
    const auto& routes = policy_.gateways[sidecar].routes;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      const auto* forward = std::get_if<syntax::Forward>(&routes[r].action);
      if (forward == nullptr || !IsAt(sidecar, routes[r], Listener::Direction::kOutbound)) continue;
      const std::uint32_t callee = forward->targets.front().service.index;
      if (called.contains(callee)) continue;
      branches.push_back(
          {1,
           true,
           {{NodeOf({Kind::kRoute, sidecar, r, kNone}), "", routes[r].node,
             "the application of '" + caller.name + "' calls '" + policy_.services[callee].name +
                 "' once for a request (`calls` says how often)"}}});
    }
    return branches;
  }

  const Policy& policy_;
  HopGraph& graph_;
  std::vector<std::uint32_t> sidecar_of_;         // by service: the gateway, or kNone
  std::vector<std::uint32_t> application_of_;     // by implicit service: the one it stands for
  std::vector<std::set<std::uint32_t>> senders_;  // by service: the gateways that forward to it
  std::vector<std::vector<SocketAddress>> endpoints_;
  std::map<std::uint16_t, std::set<std::uint32_t>> services_at_;  // by port
  // By gateway: the patterns of its routes by what their paths begin with; null: any path.
  using Pattern = std::pair<const syntax::PathPattern*, std::uint32_t>;
  std::vector<std::unordered_map<std::string, std::vector<Pattern>>> beginning_with_;
  std::map<std::uint16_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> listeners_at_;
  std::map<Key, std::uint32_t> places_;
};

HopGraph::HopGraph(const Policy& policy) { HopBuilder(policy, *this).Build(); }

}  // namespace weir::compiler
