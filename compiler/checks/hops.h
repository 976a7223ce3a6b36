// Where requests can go: the routes of a policy, the services that they reach, the
// applications behind those, and how one leads to another (AMP-6 to AMP-9).
//
// Hops are joined by name (a service and its sidecar, an application and the
// outbound part for what it calls) and by address (a service's endpoint that is a
// listener of the policy). Where a policy leaves open whether two are joined they
// are, and the option says what is assumed.
//
//   const HopGraph graph(policy);
//   for (std::uint32_t node : graph.entries()) Walk(graph.nodes()[node]);
#ifndef WEIR_COMPILER_CHECKS_HOPS_H_
#define WEIR_COMPILER_CHECKS_HOPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

// A way on. `hop` is how a path tells of it; empty: it is no step of its own.
struct HopOption {
  std::uint32_t to = 0;  // place in HopGraph::nodes()
  std::string hop;
  syntax::NodeId node = syntax::kNoNode;
  std::string assumption;  // empty: certain
};

// One of the options, up to `times` times for each request that comes.
struct HopBranch {
  std::uint64_t times = 1;
  bool waited_for = true;  // false: a mirror
  std::vector<HopOption> options;
};

struct HopNode {
  enum class Kind : std::uint8_t {
    kRoute,       // a request takes the route `b` of the gateway `a`
    kArrival,     // a try comes to the service `b` from what runs beside the gateway `a`
    kApplication  // the application of the service `b` has a request
  };
  Kind kind = Kind::kRoute;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  // kArrival: the route of `a` that sent it, if its paths are told apart.
  std::uint32_t sender = 0xffffffff;
  std::vector<HopBranch> branches;      // all of them are taken
  std::vector<std::uint32_t> services;  // kArrival: whose hosts it comes to, in order
};

// How many tries a route can come to: 1 without a retry policy, or with one whose
// budget never lets a retry through.
std::uint32_t MostTriesOf(const syntax::Policy& policy, const syntax::Route& route);

class HopGraph {
 public:
  explicit HopGraph(const syntax::Policy& policy);

  const std::vector<HopNode>& nodes() const { return nodes_; }
  // Every route of every gateway and sidecar: a request may begin at any.
  const std::vector<std::uint32_t>& entries() const { return entries_; }
  // What the policy cannot see of a service's hosts; empty: all of them.
  const std::string& unseen(std::uint32_t service) const { return unseen_[service]; }

 private:
  friend class HopBuilder;
  std::vector<HopNode> nodes_;
  std::vector<std::uint32_t> entries_;
  std::vector<std::string> unseen_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_HOPS_H_
