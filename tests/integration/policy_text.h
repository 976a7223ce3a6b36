// Tables from policies as users write them: for tests that need more of the
// language than table_spec.h puts together.
//
//   RunningProxy proxy(Compiled(Edge({.service = Endpoints({port}) + "balance random",
//                                     .route = "timeout 2s"})));
#ifndef WEIR_TESTS_INTEGRATION_POLICY_TEXT_H_
#define WEIR_TESTS_INTEGRATION_POLICY_TEXT_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace weir::tests {

// The table of a policy's first gateway. Throws with what is wrong with the text.
std::string Compiled(const std::string& policy);

// A gateway "edge" whose one route, "all", forwards to the service "app".
struct EdgeText {
  std::string service;      // clauses of "app", a line each
  std::string route;        // clauses of the route
  std::string definitions;  // retries, breakers, limits, other services
  std::string forward = "forward app";
  std::string gateway;  // clauses of the gateway
};
std::string Edge(const EdgeText& text);

// "endpoints [127.0.0.1:1, 127.0.0.1:2]", a line.
std::string Endpoints(const std::vector<std::uint16_t>& ports);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_POLICY_TEXT_H_
