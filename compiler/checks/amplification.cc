// Walks every call path from every route by which requests come in. A request
// takes one route, so a service's figure is the largest over the routes; below
// a route paths add up. A route tries one of its targets at a time: over its
// targets the largest counts, mirrors come on top.
#include "compiler/checks/amplification.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;
using syntax::Route;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::uint64_t Times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kMost / b ? kMost : a * b;
}
std::uint64_t Plus(std::uint64_t a, std::uint64_t b) { return a > kMost - b ? kMost : a + b; }

// What comes in.
struct Factor {
  std::uint64_t tries = 1;
  LoadFactor sustained{1};
};

// How one hop multiplies it.
struct HopFactor {
  std::uint32_t tries = 1;
  std::uint32_t times = 1;      // calls: in the long run as well
  std::uint32_t percent = 100;  // what a retry budget lets through in the long run
};

Factor Through(const Factor& in, const HopFactor& hop) {
  return {Times(in.tries, hop.tries), in.sustained.Times(hop.times).TimesPercent(hop.percent)};
}

struct Reach {
  std::uint64_t tries = 0;
  LoadFactor sustained;
  std::uint64_t worst = 0;  // the product along `path`
  std::vector<LoadHop> path;
  bool bounded = true;
  std::string reason;
};
using Reaches = std::map<std::uint32_t, Reach>;  // by service

bool IsDirection(const Gateway& gateway, const Route& route, Listener::Direction direction) {
  return std::ranges::any_of(route.match.listeners, [&](std::uint32_t listener) {
    return listener < gateway.listeners.size() &&
           gateway.listeners[listener].direction == direction;
  });
}

class Walk {
 public:
  Walk(const Policy& policy, std::size_t max_steps)
      : policy_(policy), max_steps_(max_steps), passes_(policy.services.size(), 0) {}

  // Whether the last walk came to its end.
  bool complete() const { return steps_ <= max_steps_; }

  Reaches From(const Gateway& gateway, const Route& route) {
    found_.clear();
    steps_ = 0;
    TakeRoute(gateway, route, Factor{});
    return std::move(found_);
  }

 private:
  HopFactor FactorOf(const Route& route) const {
    if (!route.retry) return {};
    const auto& retry = policy_[*route.retry];
    const auto percent = static_cast<std::uint32_t>(retry.budget_percent);
    return {retry.attempts, 1, retry.attempts > 1 ? 100 + percent : 100};
  }

  void TakeRoute(const Gateway& gateway, const Route& route, const Factor& in) {
    const auto* forward = std::get_if<syntax::Forward>(&route.action);
    if (forward == nullptr) return;
    const Reaches before = found_;
    Reaches most = before;
    for (const auto& target : forward->targets) {
      found_ = before;
      Go(gateway.name + "/" + route.name, target.service.index, route.node, in, FactorOf(route));
      for (auto& [service, reach] : found_) {
        auto& kept = most[service];
        LoadFactor sustained = std::max(kept.sustained, reach.sustained);
        if (!reach.bounded || (kept.bounded && reach.tries > kept.tries)) kept = reach;
        kept.sustained = std::move(sustained);
      }
    }
    found_ = std::move(most);
    for (const auto& mirror : route.mirrors) {
      Go(gateway.name + "/" + route.name + " (mirror)", mirror.service.index, route.node, in, {});
    }
  }

  // One hop: from `who` to a service, then on into it.
  void Go(const std::string& who, std::uint32_t service, syntax::NodeId node, const Factor& in,
          const HopFactor& hop) {
    path_.push_back({{who + " -> " + policy_.services[service].name, hop.tries}, node});
    services_.push_back(service);
    Arrive(service, Through(in, hop));
    services_.pop_back();
    path_.pop_back();
  }

  void Arrive(std::uint32_t service, const Factor& in) {
    Reach& reach = found_[service];
    reach.tries = Plus(reach.tries, in.tries);
    reach.sustained = reach.sustained.Plus(in.sustained);
    if (in.tries > reach.worst) {
      reach.worst = in.tries;
      reach.path = path_;
    }
    if (++steps_ > max_steps_) return;
    const auto& depth = policy_.services[service].call_depth;
    if (depth && passes_[service] >= *depth) return;
    if (passes_[service] > 0 && !depth && !CycleHasDepth(service)) {
      Unbounded(reach, "a cycle of calls without a declared depth leads to it");
      return;
    }
    ++passes_[service];
    Enter(service, in);
    --passes_[service];
  }

  void Unbounded(Reach& reach, const std::string& reason) {
    reach.bounded = false;
    reach.reason = reason;
    reach.path = path_;
  }

  // The services from the last pass through `service` to now.
  bool CycleHasDepth(std::uint32_t service) const {
    for (std::size_t i = services_.size() - 1; i-- > 0 && services_[i] != service;) {
      if (policy_.services[services_[i]].call_depth) return true;
    }
    return false;
  }

  // Into the service: by its sidecar's inbound listener if it has one, else
  // straight to the application. The listener's own implicit service "NAME.app"
  // stands for the application.
  void Enter(std::uint32_t service, Factor in) {
    for (const Gateway& gateway : policy_.gateways) {
      if (!gateway.sidecar_of || gateway.sidecar_of->index != service) continue;
      for (const Route& route : gateway.routes) {
        if (!IsDirection(gateway, route, Listener::Direction::kInbound)) continue;
        const auto hop = FactorOf(route);
        if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
          if (forward->targets.front().service.index != service) TakeRoute(gateway, route, in);
        }
        in = Through(in, hop);
        path_.push_back(
            {{gateway.name + "/" + route.name + " -> application", hop.tries}, route.node});
        Call(service, in);
        path_.pop_back();
        return;
      }
    }
    Call(service, in);
  }

  // What the application calls.
  void Call(std::uint32_t service, const Factor& in) {
    const auto& caller = policy_.services[service];
    for (const auto& call : caller.calls) {
      const HopFactor hop{call.times, call.times, 100};
      const auto [gateway, route] = Outbound(service, call.callee.index);
      if (route == nullptr) {
        Go(caller.name, call.callee.index, call.node, in, hop);
      } else if (call.times == 1) {
        TakeRoute(*gateway, *route, Through(in, hop));
      } else {
        path_.push_back(
            {{caller.name + " calls " + policy_[call.callee].name, call.times}, call.node});
        TakeRoute(*gateway, *route, Through(in, hop));
        path_.pop_back();
      }
    }
  }

  std::pair<const Gateway*, const Route*> Outbound(std::uint32_t service, std::uint32_t callee) {
    for (const Gateway& gateway : policy_.gateways) {
      if (!gateway.sidecar_of || gateway.sidecar_of->index != service) continue;
      for (const Route& route : gateway.routes) {
        const auto* forward = std::get_if<syntax::Forward>(&route.action);
        if (forward == nullptr || !IsDirection(gateway, route, Listener::Direction::kOutbound)) {
          continue;
        }
        for (const auto& target : forward->targets) {
          if (target.service.index == callee) return {&gateway, &route};
        }
      }
    }
    return {nullptr, nullptr};
  }

  const Policy& policy_;
  const std::size_t max_steps_;
  std::vector<std::uint32_t> passes_;    // by service: on the path
  std::vector<std::uint32_t> services_;  // the path
  std::vector<LoadHop> path_;
  Reaches found_;
  std::size_t steps_ = 0;
};

}  // namespace

std::vector<ServiceLoad> Amplification(const Policy& policy, const AmplificationOptions& options) {
  // Requests from outside come in by gateways; without any, by whatever there is.
  const bool edges = std::ranges::any_of(policy.gateways, [](const Gateway& gateway) {
    return gateway.kind == Gateway::Kind::kGateway;
  });
  std::map<std::uint32_t, ServiceLoad> loads;
  Walk walk(policy, options.max_steps);
  bool complete = true;
  for (const Gateway& gateway : policy.gateways) {
    if (edges && gateway.kind != Gateway::Kind::kGateway) continue;
    for (const Route& route : gateway.routes) {
      for (auto& [service, reach] : walk.From(gateway, route)) {
        auto& load = loads[service];
        load.service = service;
        load.sustained = std::max(load.sustained, reach.sustained);
        const bool worse = load.bounded && (!reach.bounded || reach.tries > load.amplification);
        if (!worse) continue;
        load.bounded = reach.bounded;
        load.reason = reach.reason;
        load.amplification = reach.bounded ? reach.tries : kMost;
        load.path = std::move(reach.path);
      }
      complete = complete && walk.complete();
    }
  }
  for (std::uint32_t service = 0; !complete && service < policy.services.size(); ++service) {
    ServiceLoad& load = loads[service];
    load.service = service;
    load.complete = false;
    if (load.bounded) load.reason = "there are more call paths than can be walked";
  }
  std::vector<ServiceLoad> ordered;
  for (auto& [service, load] : loads) ordered.push_back(std::move(load));
  return ordered;
}

}  // namespace weir::compiler
