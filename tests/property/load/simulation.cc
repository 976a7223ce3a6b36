#include "tests/property/load/simulation.h"

#include <algorithm>

#include "spec/model/model.h"

namespace weir::testing {
namespace {

using model::TryResult;
using syntax::Listener;
using syntax::SocketAddress;
using Kind = TryResult::Kind;

constexpr std::uint32_t kNone = 0xffffffff;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kPatience = 10'200 * kMillisecond;

TryResult Status(std::uint16_t status) {
  return {.kind = Kind::kResponse, .status = status, .request_octets_sent = true};
}

bool IsV4(const syntax::Address& address) {
  return std::all_of(address.octets.begin(), address.octets.begin() + 10,
                     [](auto octet) { return octet == 0; }) &&
         address.octets[10] == 0xff;
}
bool IsAny(const syntax::Address& address) {
  return std::all_of(address.octets.begin() + (IsV4(address) ? 12 : 0), address.octets.end(),
                     [](auto octet) { return octet == 0; });
}

}  // namespace

// A request at a gateway's route.
struct Simulation::Forwarding {
  std::uint32_t gateway = 0, process = 0;
  std::string path;
  std::vector<std::uint32_t> services;
  const syntax::Route* route = nullptr;
  const syntax::Retry* retry = nullptr;
  std::uint32_t retry_place = 0;
  Cause cause;
  Done done;
  std::uint32_t tries = 0, under_way = 0;
  std::uint32_t free_tries = 0;
  bool resent = false, over = false;
};

Simulation::Simulation(const Mesh& mesh, fuzz::Choices& choices, const Adversary& adversary,
                       const Twist& twist)
    : mesh_(mesh),
      policy_(mesh.policy),
      choices_(choices),
      adversary_(adversary),
      twist_(twist),
      hosts_(policy_.services.size()) {
  FindHosts();
}

// ---- where things are --------------------------------------------------------

std::vector<SocketAddress> Simulation::AddressesOf(std::uint32_t service) const {
  const syntax::Service& of = policy_.services[service];
  std::vector<SocketAddress> all;
  for (const auto& endpoint : of.endpoints) all.push_back(endpoint.address);
  if (of.dns) {
    const auto port = static_cast<std::uint16_t>(std::stoi(of.dns->substr(of.dns->find(':') + 1)));
    SocketAddress at{{}, port};
    at.address.octets[15] = 1;  // [::1]
    if (!of.dns->starts_with("localhost")) at.address.octets[0] = 0x20;
    all.push_back(at);
    if (of.dns->starts_with("localhost")) {
      at.address.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
      all.push_back(at);
    }
  }
  return all;
}

// To connect to any address is to connect to one's own.
Simulation::Socket Simulation::SocketOf(const SocketAddress& at, std::uint32_t machine) const {
  Socket socket{machine, at};
  const std::uint32_t owner = MachineOf(at.address);
  if (owner != kSendersOwn) socket.machine = owner;
  if (IsAny(at.address)) {
    if (IsV4(at.address)) socket.at.address.octets[12] = 127;
    socket.at.address.octets[15] = 1;
  }
  if (at.address.octets[0] == 0x20) socket.machine = 1000;  // out there
  return socket;
}

bool Simulation::Takes(const Listener& listener, const SocketAddress& at) const {
  if (listener.address.port != at.port) return false;
  const syntax::Address& own = listener.address.address;
  return own.octets == at.address.octets || (IsAny(own) && IsV4(own) == IsV4(at.address));
}

std::uint32_t Simulation::SidecarOf(std::uint32_t service) const {
  for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
    if (policy_.gateways[g].sidecar_of && policy_.gateways[g].sidecar_of->index == service)
      return g;
  }
  return kNone;
}

std::uint32_t Simulation::ListenerAt(std::uint32_t g, Listener::Direction direction,
                                     std::uint32_t callee) const {
  const syntax::Gateway& gateway = policy_.gateways[g];
  for (const syntax::Route& route : gateway.routes) {
    const auto* forward = std::get_if<syntax::Forward>(&route.action);
    for (const std::uint32_t listener : route.match.listeners) {
      if (gateway.listeners[listener].direction != direction) continue;
      if (callee == kNone || forward->targets[0].service.index == callee) return listener;
    }
  }
  return kNone;
}

// Which sockets are hosts of which service. Loopback ones are as many as there are
// machines that the service is called from.
void Simulation::FindHosts() {
  for (const syntax::Gateway& gateway : policy_.gateways) {
    for (const syntax::Route& route : gateway.routes) {
      if (!gateway.sidecar_of || route.match.listeners.empty()) continue;
      if (gateway.listeners[route.match.listeners[0]].direction != Listener::Direction::kInbound)
        continue;
      app_[std::get<syntax::Forward>(route.action).targets[0].service.index] =
          gateway.sidecar_of->index;
    }
  }
  const auto add = [&](std::uint32_t service, std::uint32_t machine) {
    const std::size_t before = hosts_[service].size();
    for (const SocketAddress& at : AddressesOf(service))
      hosts_[service].insert(SocketOf(at, machine));
    return hosts_[service].size() > before;
  };
  for (bool more = true; more;) {
    more = false;
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      for (const syntax::Route& route : policy_.gateways[g].routes) {
        const auto* forward = std::get_if<syntax::Forward>(&route.action);
        if (forward == nullptr) continue;
        for (const auto& target : forward->targets)
          more = add(target.service.index, mesh_.machines[g]) || more;
        for (const auto& mirror : route.mirrors)
          more = add(mirror.service.index, mesh_.machines[g]) || more;
      }
    }
    for (std::uint32_t s = 0; s < policy_.services.size(); ++s) {
      std::set<std::uint32_t> machines;
      for (const Socket& host : hosts_[s]) machines.insert(host.machine);
      for (const auto& [implicit, own] : app_) {
        for (const Socket& host : hosts_[implicit]) {
          if (own == s) machines.insert(host.machine);
        }
      }
      for (const auto& call : policy_.services[s].calls) {
        for (const std::uint32_t machine : machines) more = add(call.callee.index, machine) || more;
      }
    }
  }
}

// ---- events ------------------------------------------------------------------

void Simulation::At(std::int64_t time, std::function<void()> event) {
  events_.push({time, order_++, std::move(event)});
}

void Simulation::Run(std::uint64_t most_events) {
  for (std::uint64_t i = 0; i < most_events && !events_.empty(); ++i) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.time;
    event.run();
  }
}

std::int64_t Simulation::Delay() {
  if (adversary_.patient) return 0;
  switch (choices_.Below(6)) {
    case 0:
      return kPatience;
    case 1:
      return std::int64_t{choices_.Below(3000)} * kMillisecond;
    default:
      return std::int64_t{choices_.Below(5)} * kMillisecond;
  }
}

void Simulation::Arrive(std::int64_t time, std::uint32_t gateway, std::uint32_t listener,
                        const std::string& path, bool may_fail) {
  At(time, [=, this] {
    Cause cause{.root = tries_.size(), .may_fail = may_fail, .passes = {}};
    tries_.emplace_back(policy_.services.size());
    LoadMoment moment = moments_.empty() ? LoadMoment{0, 0, tries_.back()} : moments_.back();
    moment.time = now_;
    ++moment.requests;
    moments_.push_back(moment);
    AtGateway(gateway, listener, path, cause, [](const TryResult&) {});
  });
}

void Simulation::Count(std::uint32_t service, const Socket& socket, const Cause& cause) {
  LoadMoment moment = moments_.back();
  moment.time = now_;
  for (std::uint32_t s = 0; s < hosts_.size(); ++s) {
    if (s != service && !hosts_[s].contains(socket)) continue;
    ++tries_[cause.root][s];
    ++moment.tries[s];
  }
  moments_.push_back(std::move(moment));
}

// ---- at a gateway ------------------------------------------------------------

void Simulation::AtGateway(std::uint32_t g, std::uint32_t listener, const std::string& path,
                           const Cause& cause, Done done) {
  model::Connection connection;
  connection.listener = listener;
  connection.peer_address.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  const model::Outcome outcome = model::Decide(
      policy_, g, {.method = "GET", .target = path, .fields = {{"Host", "mesh"}}}, connection, {});
  if (outcome.kind != model::Outcome::Kind::kForward) return done(Status(outcome.status));
  auto request = std::make_shared<Forwarding>();
  const syntax::Gateway& gateway = policy_.gateways[g];
  request->gateway = g;
  request->process = choices_.Below(gateway.processes.value_or(1));
  request->path = outcome.upstream_path;
  request->services = outcome.services;
  request->route = &gateway.routes[*outcome.route];
  request->cause = cause;
  request->done = std::move(done);
  if (request->route->retry) {
    request->retry = &policy_[*request->route->retry];
    request->retry_place = request->route->retry->index;
    budgets_[{g, request->process, request->retry_place}].requests.push_back(now_);
  }
  for (const auto& mirror : request->route->mirrors) {
    if (choices_.Below(100) < mirror.percent)
      Mirror(g, mirror.service.index, outcome.upstream_path, cause);
  }
  if (request->route->timeout && !adversary_.patient) {
    At(now_ + request->route->timeout->nanoseconds, [this, request] {
      if (!request->over) ++seen_["timeout"];
      Finish(request, Status(504));  // what is under way goes on
    });
  }
  Try(request, false);
}

void Simulation::Mirror(std::uint32_t g, std::uint32_t service, const std::string& path,
                        const Cause& cause) {
  ++seen_["mirror"];
  const auto addresses = AddressesOf(service);
  const auto at = addresses[choices_.Below(static_cast<std::uint32_t>(addresses.size()))];
  const Socket socket = SocketOf(at, mesh_.machines[g]);
  const auto send = [=, this](const Done& then) {
    Count(service, socket, cause);
    At(now_, [=, this] { Deliver(service, socket, app_.contains(service), path, cause, then); });
  };
  send([=, this](const TryResult& result) {
    if (twist_.mirrors_are_retried && result.status == 503) send([](const TryResult&) {});
  });
}

bool Simulation::TakeRetry(Forwarding& request) {
  syntax::Retry retry = *request.retry;
  model::BudgetHistory& history = budgets_[{request.gateway, request.process, request.retry_place}];
  // What is older than the window has no say; the last retry keeps the clock.
  const std::int64_t old = now_ - 12 * kSecond;
  std::erase_if(history.requests, [&](std::int64_t time) { return time < old; });
  while (history.retries.size() > 1 && history.retries.front() < old)
    history.retries.erase(history.retries.begin());
  if (twist_.budgets_add) {
    const auto share = static_cast<std::uint32_t>(history.requests.size()) * retry.budget_percent;
    retry.budget_minimum += share / 100;
  }
  if (twist_.window < 10 * kSecond) {
    model::BudgetHistory late = history;
    std::erase_if(late.retries, [&](std::int64_t time) { return time < now_ - twist_.window; });
    if (!model::WithinBudget(retry, late, now_)) return false;
    history.retries.push_back(now_);
    return true;
  }
  const bool taken = model::TakeRetry(retry, history, now_);
  ++seen_[taken ? "retry" : "budget refused"];
  return taken;
}

void Simulation::Try(const std::shared_ptr<Forwarding>& request, bool hedge) {
  if (request->over) return;
  ++request->tries;
  ++request->under_way;
  if (hedge && twist_.hedge_is_free) ++request->free_tries;
  const auto& among = request->services;
  const std::uint32_t service = among[choices_.Below(static_cast<std::uint32_t>(among.size()))];
  const auto addresses = AddressesOf(service);
  const auto at = addresses[choices_.Below(static_cast<std::uint32_t>(addresses.size()))];
  if (request->retry && request->retry->hedge && !hedge) {
    At(now_ + request->retry->hedge->nanoseconds, [this, request] {
      if (request->over || request->under_way != 1) return;
      const model::RetryState state{.method = "GET",
                                    .tries_made = request->tries - request->free_tries};
      if (!twist_.hedge_is_free &&
          (!model::MayHedge(*request->retry, state) || !TakeRetry(*request)))
        return;
      ++seen_["hedge"];
      Try(request, true);
    });
  }
  Connect(request, service, at);
}

void Simulation::Connect(const std::shared_ptr<Forwarding>& request, std::uint32_t service,
                         const SocketAddress& at) {
  const Socket socket = SocketOf(at, mesh_.machines[request->gateway]);
  const auto connection = std::tuple(request->gateway, request->process, socket);
  const bool kept = !kept_.insert(connection).second;
  Count(service, socket, request->cause);
  const auto ended = std::make_shared<bool>(false);
  const Done end = [this, request, ended](const TryResult& result) {
    if (!std::exchange(*ended, true)) Ended(request, result);
  };
  if (request->retry && request->retry->per_try && !adversary_.patient) {
    At(now_ + request->retry->per_try->nanoseconds,
       [end] { end({.kind = Kind::kPerTryTimeout, .request_octets_sent = true}); });
  }
  const bool own = app_.contains(service);
  if (!kept || !request->cause.may_fail || choices_.Below(100) >= adversary_.stale) {
    At(now_ + Delay(),
       [=, this] { Deliver(service, socket, own, request->path, request->cause, end); });
    return;
  }
  // The upstream had the request, acts on it, and closes without an answer.
  At(now_, [=, this] {
    Deliver(service, socket, own, request->path, request->cause, [](const TryResult&) {});
  });
  At(now_ + Delay(), [=, this] {
    if (request->over || std::exchange(*ended, true)) return;
    const model::RetryState state{.method = "GET",
                                  .tries_made = request->tries - request->free_tries};
    const std::uint32_t attempts = request->retry ? request->retry->attempts : 1;
    const bool may =
        twist_.resend_is_free
            ? !request->resent
            : model::MayResendStale(attempts, state, true, request->resent) && TakeRetry(*request);
    if (!may) return Ended(request, {.kind = Kind::kReset, .request_octets_sent = true});
    ++seen_["resend"];
    request->resent = true;
    twist_.resend_is_free ? ++request->free_tries : 0;
    ++request->tries;
    kept_.erase(connection);
    Connect(request, service, at);
  });
}

void Simulation::Ended(const std::shared_ptr<Forwarding>& request, const TryResult& result) {
  --request->under_way;
  if (request->over) return;
  const bool cause = request->retry && model::IsCause(*request->retry, result);
  if (cause && request->under_way > 0) return;  // the other may still answer
  const model::RetryState state{.method = "GET",
                                .tries_made = request->tries - request->free_tries};
  if (!request->retry || !model::MayRetry(*request->retry, result, state) || !TakeRetry(*request))
    return Finish(request, result);
  const std::int64_t most = model::BackoffCeiling(*request->retry, request->tries);
  const std::int64_t wait = std::int64_t{choices_.Below(100)} * (most / 100);
  At(now_ + wait, [this, request] { Try(request, false); });
}

void Simulation::Finish(const std::shared_ptr<Forwarding>& request, const TryResult& result) {
  if (std::exchange(request->over, true)) return;
  request->done(result.kind == Kind::kResponse ? result : Status(503));
}

// ---- behind it ---------------------------------------------------------------

void Simulation::Deliver(std::uint32_t service, const Socket& socket, bool own_application,
                         const std::string& path, const Cause& cause, Done done) {
  std::vector<std::uint32_t> behind;  // services whose host it is
  for (std::uint32_t s = 0; s < hosts_.size(); ++s) {
    if (s == service || hosts_[s].contains(socket)) behind.push_back(s);
  }
  for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
    const syntax::Gateway& gateway = policy_.gateways[g];
    for (std::uint32_t l = 0; l < gateway.listeners.size(); ++l) {
      if (mesh_.machines[g] != socket.machine || !Takes(gateway.listeners[l], socket.at)) continue;
      ++seen_["joined by address"];
      return AtGateway(g, l, path, cause, std::move(done));
    }
  }
  const std::uint32_t whose = behind[choices_.Below(static_cast<std::uint32_t>(behind.size()))];
  if (const auto implicit = app_.find(whose); implicit != app_.end())
    return AtApplication(implicit->second, socket.machine, cause, std::move(done));
  // A sidecar takes what comes to its service from elsewhere.
  const std::uint32_t sidecar = own_application ? kNone : SidecarOf(whose);
  const std::uint32_t inbound =
      sidecar == kNone ? kNone : ListenerAt(sidecar, Listener::Direction::kInbound, kNone);
  if (inbound != kNone &&
      (policy_.gateways[sidecar].listeners[inbound].intercept || choices_.Chance(50))) {
    ++seen_["intercepted"];
    return AtGateway(sidecar, inbound, path, cause, std::move(done));
  }
  // AMP-6: the hosts of a service run its sidecar.
  const std::uint32_t beside = SidecarOf(whose);
  AtApplication(whose, beside == kNone ? socket.machine : mesh_.machines[beside], cause,
                std::move(done));
}

void Simulation::AtApplication(std::uint32_t service, std::uint32_t machine, const Cause& cause,
                               Done done) {
  const syntax::Service& of = policy_.services[service];
  Cause onward = cause;
  if (of.call_depth && onward.passes[service]++ >= *of.call_depth)
    return Answer(cause, std::move(done));
  std::vector<std::uint32_t> calls;
  std::set<std::uint32_t> named;
  for (const auto& call : of.calls) {
    named.insert(call.callee.index);
    const bool most = choices_.Below(100) < adversary_.most_calls;
    const std::uint32_t times = most ? call.times : choices_.Below(call.times + 1);
    calls.insert(calls.end(), times, call.callee.index);
  }
  if (const std::uint32_t sidecar = SidecarOf(service); sidecar != kNone) {
    for (const syntax::Route& route : policy_.gateways[sidecar].routes) {
      const auto& listeners = policy_.gateways[sidecar].listeners;
      if (listeners[route.match.listeners[0]].direction != Listener::Direction::kOutbound) continue;
      const std::uint32_t callee = std::get<syntax::Forward>(route.action).targets[0].service.index;
      if (!named.contains(callee)) calls.push_back(callee);
    }
  }
  if (!calls.empty()) ++seen_["application calls"];
  if (!adversary_.patient) {
    for (const std::uint32_t callee : calls)
      Call(service, machine, callee, onward, [](const TryResult&) {});
    return Answer(cause, std::move(done));
  }
  // One after the other.
  const auto next = std::make_shared<std::function<void(std::size_t)>>();
  *next = [=, this, weak = std::weak_ptr(next), done = std::move(done)](std::size_t i) {
    if (i == calls.size()) return Answer(cause, done);
    Call(service, machine, calls[i], onward,
         [i, self = weak.lock()](const TryResult&) { (*self)(i + 1); });
  };
  (*next)(0);
}

void Simulation::Call(std::uint32_t caller, std::uint32_t machine, std::uint32_t callee,
                      const Cause& cause, Done done) {
  const std::string path = choices_.Of({"/a", "/b", "/c"});
  const std::uint32_t sidecar = SidecarOf(caller);
  const std::uint32_t outbound =
      sidecar == kNone ? kNone : ListenerAt(sidecar, Listener::Direction::kOutbound, callee);
  if (outbound != kNone) return AtGateway(sidecar, outbound, path, cause, std::move(done));
  const auto addresses = AddressesOf(callee);
  const auto at = addresses[choices_.Below(static_cast<std::uint32_t>(addresses.size()))];
  const Socket socket = SocketOf(at, machine);
  Count(callee, socket, cause);
  At(now_, [=, this] { Deliver(callee, socket, app_.contains(callee), path, cause, done); });
}

void Simulation::Answer(const Cause& cause, Done done) {
  if (hold && cause.may_fail) return held.push_back(std::move(done));
  const bool fails = cause.may_fail && choices_.Below(100) < adversary_.fails;
  const std::int64_t wait = fails && adversary_.patient ? kPatience : Delay();
  At(now_ + wait, [fails, done = std::move(done)] { done(Status(fails ? 503 : 200)); });
}

}  // namespace weir::testing
