// A request that a route forwards under all the rules in force, and whose method
// must not be sent twice (RFC 9110 9.2.2).
//
//   ForwardSearch search(policy, gateway);
//   auto found = search.UnsafeMethod(route);
//   if (found.request) Show(found.request->witness);
//
// Exact: the route's rows (compiler/encode/order.h) are asked with the earlier
// routes that take what is found, and every answer is played on model and table.
#ifndef WEIR_COMPILER_CHECKS_FORWARD_SEARCH_H_
#define WEIR_COMPILER_CHECKS_FORWARD_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "compiler/checks/route_requests.h"

namespace weir::compiler {

struct ForwardBudget {
  unsigned query_ms = 2'000;
  std::size_t rounds = 24;  // of adding earlier routes that take what was found
};

class ForwardSearch {
 public:
  ForwardSearch(const syntax::Policy& policy, std::uint32_t gateway, ForwardBudget budget = {});

  struct Found {
    std::optional<RouteRequests::Sent> request;
    std::string unknown;  // why neither a request nor "none" can be said; else empty
  };
  Found UnsafeMethod(std::uint32_t route);

 private:
  // One question: with these routes of the gateway and no others.
  struct Answer {
    Found found;
    std::optional<std::uint32_t> taken_by;  // an earlier route has the request that was found
  };
  Answer Ask(std::uint32_t route, const std::set<std::uint32_t>& places);

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  const ForwardBudget budget_;
  RouteRequests requests_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_FORWARD_SEARCH_H_
