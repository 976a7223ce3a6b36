// A mesh as it runs, by events: proxies that try, retry, hedge, resend and mirror as
// spec/model says, one retry budget for each policy and process; applications that
// call on; and an adversary that decides all else, within what it is given: how long
// things take, what fails, which connections are stale, which host, process and
// target is taken. It knows nothing of bounds: it counts.
#ifndef WEIR_TESTS_PROPERTY_LOAD_SIMULATION_H_
#define WEIR_TESTS_PROPERTY_LOAD_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "spec/model/retry.h"
#include "tests/property/load/mesh.h"

namespace weir::testing {

inline constexpr std::int64_t kSecond = 1'000'000'000;

struct Adversary {
  std::uint32_t fails = 50;      // percent of the answers of hosts are a 503
  std::uint32_t stale = 10;      // percent of the tries on a kept connection meet a closed one
  bool patient = false;          // all that fails takes 10.2 s, calls go one after the other
  std::uint32_t most_calls = 0;  // percent of applications that call as often as they may
};

// A proxy that does not do as the model says, for mutants.
struct Twist {
  bool resend_is_free = false;         // RETRY-9's second delivery is no try
  bool hedge_is_free = false;          // RETRY-11's second try is outside the budget and `attempts`
  bool budgets_add = false;            // the share and the minimum, in place of the larger
  bool mirrors_are_retried = false;    // a mirror that fails is sent again
  std::int64_t window = 10 * kSecond;  // of the budget
};

// A moment at which another try was counted or another request began.
struct LoadMoment {
  std::int64_t time = 0;
  std::uint64_t requests = 0;        // from outside, so far
  std::vector<std::uint64_t> tries;  // by service, so far
};

class Simulation {
 public:
  Simulation(const Mesh& mesh, fuzz::Choices& choices, const Adversary& adversary,
             const Twist& twist = {});

  // A request from outside; `fails`: by the adversary's chance, else none of it does.
  void Arrive(std::int64_t time, std::uint32_t gateway, std::uint32_t listener,
              const std::string& path, bool may_fail = true);
  // Until nothing is left to happen, or so many events have.
  void Run(std::uint64_t most_events = 30'000);

  // Answers of hosts wait here when set, and are given by hand.
  using Done = std::function<void(const model::TryResult&)>;
  bool hold = false;
  std::vector<Done> held;
  void At(std::int64_t time, std::function<void()> event);
  std::int64_t now() const { return now_; }

  // By request from outside, then by service.
  const std::vector<std::vector<std::uint64_t>>& tries() const { return tries_; }
  const std::vector<LoadMoment>& moments() const { return moments_; }
  const std::map<std::string, std::uint64_t>& seen() const { return seen_; }

 private:
  struct Socket {
    std::uint32_t machine = 0;
    syntax::SocketAddress at;
    auto operator<=>(const Socket& other) const {
      return std::tie(machine, at.address.octets, at.port) <=>
             std::tie(other.machine, other.at.address.octets, other.at.port);
    }
    bool operator==(const Socket& other) const { return (*this <=> other) == 0; }
  };
  // What a request carries along its way.
  struct Cause {
    std::size_t root = 0;
    bool may_fail = true;
    std::map<std::uint32_t, std::uint32_t> passes;  // by service: through its application
  };
  struct Forwarding;

  // ---- where things are
  std::vector<syntax::SocketAddress> AddressesOf(std::uint32_t service) const;
  Socket SocketOf(const syntax::SocketAddress& at, std::uint32_t machine) const;
  void FindHosts();
  bool Takes(const syntax::Listener& listener, const syntax::SocketAddress& at) const;

  // ---- what happens
  void AtGateway(std::uint32_t gateway, std::uint32_t listener, const std::string& path,
                 const Cause& cause, Done done);
  void Mirror(std::uint32_t gateway, std::uint32_t service, const std::string& path,
              const Cause& cause);
  void Try(const std::shared_ptr<Forwarding>& request, bool hedge);
  void Connect(const std::shared_ptr<Forwarding>& request, std::uint32_t service,
               const syntax::SocketAddress& at);
  void Ended(const std::shared_ptr<Forwarding>& request, const model::TryResult& result);
  void Finish(const std::shared_ptr<Forwarding>& request, const model::TryResult& result);
  bool TakeRetry(Forwarding& request);
  void Count(std::uint32_t service, const Socket& socket, const Cause& cause);
  // A request at a socket: at a listener there, an inbound part by interception, or
  // an application.
  void Deliver(std::uint32_t service, const Socket& socket, bool own_application,
               const std::string& path, const Cause& cause, Done done);
  void AtApplication(std::uint32_t service, std::uint32_t machine, const Cause& cause, Done done);
  void Call(std::uint32_t caller, std::uint32_t machine, std::uint32_t callee, const Cause& cause,
            Done done);
  void Answer(const Cause& cause, Done done);

  std::uint32_t SidecarOf(std::uint32_t service) const;
  std::uint32_t ListenerAt(std::uint32_t gateway, syntax::Listener::Direction direction,
                           std::uint32_t callee) const;
  std::int64_t Delay();

  const Mesh& mesh_;
  const syntax::Policy& policy_;
  fuzz::Choices& choices_;
  Adversary adversary_;
  Twist twist_;
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
  struct Event {
    std::int64_t time;
    std::uint64_t order;
    std::function<void()> run;
    bool operator<(const Event& other) const {
      return std::tie(time, order) > std::tie(other.time, other.order);
    }
  };
  std::priority_queue<Event> events_;
  std::vector<std::set<Socket>> hosts_;         // by service
  std::map<std::uint32_t, std::uint32_t> app_;  // implicit service: whose application it is
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, model::BudgetHistory> budgets_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, Socket>> kept_;  // connections
  std::vector<std::vector<std::uint64_t>> tries_;
  std::vector<LoadMoment> moments_;
  std::map<std::string, std::uint64_t> seen_;
};

}  // namespace weir::testing

#endif  // WEIR_TESTS_PROPERTY_LOAD_SIMULATION_H_
