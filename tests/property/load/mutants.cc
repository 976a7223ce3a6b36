#include "tests/property/load/mutants.h"

#include <algorithm>
#include <set>

namespace weir::testing {
namespace {

using syntax::Gateway;
using syntax::Policy;
using syntax::Route;

template <class Change>
bool EachRoute(Policy& policy, Change change) {
  bool any = false;
  for (Gateway& gateway : policy.gateways) {
    for (Route& route : gateway.routes) any = change(gateway, route) || any;
  }
  return any;
}

template <class Value>
bool Set(Value& value, Value to) {
  return std::exchange(value, to) != to;
}

bool NoMinimum(Policy& policy) {
  bool any = false;
  for (auto& retry : policy.retries) {
    if (retry.budget_percent > 0) any = Set(retry.budget_minimum, 0u) || any;
  }
  return any;
}
bool NoShare(Policy& policy) {
  bool any = false;
  for (auto& retry : policy.retries) {
    if (retry.budget_minimum > 0) any = Set(retry.budget_percent, 0u) || any;
  }
  return any;
}
bool OneProcess(Policy& policy) {
  bool any = false;
  for (Gateway& gateway : policy.gateways)
    any = gateway.processes.has_value() && Set(*gateway.processes, 1u) ? true : any;
  return any;
}
bool NoMirrors(Policy& policy) {
  return EachRoute(
      policy, [](Gateway&, Route& route) { return !std::exchange(route.mirrors, {}).empty(); });
}
bool OneCall(Policy& policy) {
  bool any = false;
  for (auto& service : policy.services) {
    for (auto& call : service.calls) any = Set(call.times, 1u) || any;
  }
  return any;
}
bool FirstTryIsNone(Policy& policy) {
  bool any = false;
  for (auto& retry : policy.retries) {
    any = any || retry.attempts > 1;
    retry.attempts = std::max(1u, retry.attempts - 1);
  }
  return any;
}
bool NotByAddress(Policy& policy) {
  std::uint16_t port = 40000;
  for (Gateway& gateway : policy.gateways) {
    for (auto& listener : gateway.listeners) listener.address.port = port++;
  }
  return true;
}
bool ConcreteListeners(Policy& policy) {
  bool any = false;
  std::uint8_t last = 1;
  for (Gateway& gateway : policy.gateways) {
    for (auto& listener : gateway.listeners) {
      auto& octets = listener.address.address.octets;
      if (std::any_of(octets.begin() + 12, octets.end(), [](auto octet) { return octet != 0; }))
        continue;
      octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last++};
      any = true;
    }
  }
  return any;
}
bool NobodySharesAHost(Policy& policy) {
  bool any = false;
  for (std::size_t g = 0; g < policy.gateways.size(); ++g) {
    if (policy.gateways[g].host) continue;
    policy.gateways[g].host = "alone" + std::to_string(g);
    any = true;
  }
  return any;
}
bool HostsAreNotShared(Policy& policy) {
  bool any = false;
  std::set<std::uint16_t> taken;
  std::uint16_t port = 50000;
  for (auto& service : policy.services) {
    for (auto& endpoint : service.endpoints) {
      if (endpoint.address.port >= 3100 || endpoint.address.port < 3000) continue;
      if (taken.insert(endpoint.address.port).second) continue;
      endpoint.address.port = port++;
      any = true;
    }
  }
  return any;
}
bool NotByName(Policy& policy) {
  bool any = false;
  for (Gateway& gateway : policy.gateways) any = any || gateway.sidecar_of;
  for (Gateway& gateway : policy.gateways) {
    gateway.sidecar_of.reset();
    gateway.kind = Gateway::Kind::kGateway;
  }
  return any;
}
bool OutboundsNeedCalls(Policy& policy) {
  return EachRoute(policy, [&](Gateway& gateway, Route& route) {
    if (!gateway.sidecar_of || route.name == "inbound") return false;
    const auto& calls = policy.services[gateway.sidecar_of->index].calls;
    auto& forward = std::get<syntax::Forward>(route.action);
    const bool named = std::ranges::any_of(calls, [&](const auto& call) {
      return call.callee.index == forward.targets[0].service.index;
    });
    if (!named) route.action = syntax::Response{};
    return !named;
  });
}
bool FirstTargetAlone(Policy& policy) {
  return EachRoute(policy, [](Gateway&, Route& route) {
    auto* forward = std::get_if<syntax::Forward>(&route.action);
    if (forward == nullptr || forward->targets.size() < 2) return false;
    forward->targets.resize(1);
    return true;
  });
}
bool FirstEndpointAlone(Policy& policy) {
  bool any = false;
  for (auto& service : policy.services) {
    any = any || service.endpoints.size() > 1;
    if (service.endpoints.size() > 1) service.endpoints.resize(1);
  }
  return any;
}
bool LocalhostIsUnseen(Policy& policy) {
  bool any = false;
  for (auto& service : policy.services) {
    if (!service.dns || !service.dns->starts_with("localhost")) continue;
    service.dns = "elsewhere.example:80";
    any = true;
  }
  return any;
}
bool DepthOfOneLess(Policy& policy) {
  bool any = false;
  for (auto& service : policy.services)
    any = service.call_depth && Set(*service.call_depth, 1u) ? true : any;
  return any;
}

}  // namespace

const std::vector<LoadMutant>& LoadMutants() {
  static const std::vector<LoadMutant> mutants = {
      {"a budget's minimum is left out", NoMinimum, {}},
      {"a budget's share is left out", NoShare, {}},
      {"every gateway runs as one process", OneProcess, {}},
      {"mirrors are left out", NoMirrors, {}},
      {"an application calls once", OneCall, {}},
      {"`attempts` counts the first try out", FirstTryIsNone, {}},
      {"hops are not joined by address", NotByAddress, {}},
      {"a wildcard takes no endpoint", ConcreteListeners, {}},
      {"proxies without `host` share none", NobodySharesAHost, {}},
      {"services share no host", HostsAreNotShared, {}},
      {"hops are not joined by name", NotByName, {}},
      {"an outbound without `calls` is not used", OutboundsNeedCalls, {}},
      {"of several targets the first counts", FirstTargetAlone, {}},
      {"of several endpoints the first counts", FirstEndpointAlone, {}},
      {"localhost could be anywhere", LocalhostIsUnseen, {}},
      {"every call-depth is 1", DepthOfOneLess, {}},
      {"the proxy resends outside `attempts`", nullptr, {.resend_is_free = true}},
      {"the proxy hedges outside `attempts`", nullptr, {.hedge_is_free = true}},
      {"the proxy adds the minimum to the share", nullptr, {.budgets_add = true}},
      {"the proxy sends a mirror that failed again", nullptr, {.mirrors_are_retried = true}},
      {"the budget's window is 1 s", nullptr, {.window = kSecond}},
  };
  return mutants;
}

}  // namespace weir::testing
