// The shapes by what they are made of. Each takes a size and gives a policy.
#ifndef WEIR_TESTS_SUPPORT_SHAPES_FAMILIES_H_
#define WEIR_TESTS_SUPPORT_SHAPES_FAMILIES_H_

#include <cstddef>
#include <string>

namespace weir::tests::shapes {

// matches.cc
std::string ThreeTests(std::size_t n);
std::string ThreeQueries(std::size_t n);
std::string SparseTests(std::size_t n);
std::string HeaderTests(std::size_t n);
std::string HeaderValues(std::size_t n);
std::string HeaderRoutes(std::size_t n);
std::string QueryRoutes(std::size_t n);
std::string TenTests(std::size_t n);
std::string InLists(std::size_t n);
std::string Hosts(std::size_t n);
std::string HostList(std::size_t n);
std::string Networks(std::size_t n);
std::string NetworkList(std::size_t n);
std::string Captures(std::size_t n);
std::string Patterns(std::size_t n);
std::string Methods(std::size_t n);
std::string Plain(std::size_t n);

// conditions.cc
std::string DeniesOfPaths(std::size_t n);
std::string DeniesOfHeaders(std::size_t n);
std::string DeniesOfValues(std::size_t n);
std::string DeniesOfNetworks(std::size_t n);
std::string Allows(std::size_t n);
std::string OrLine(std::size_t n);
std::string OrLineOfHeaders(std::size_t n);
std::string AndLine(std::size_t n);
std::string Nested(std::size_t n);
std::string InList(std::size_t n);
std::string LongPatterns(std::size_t n);
std::string Claims(std::size_t n);
std::string ClaimsOverRoutes(std::size_t n);
std::string Guarded(std::size_t n);
std::string TokenRules(std::size_t n);
std::string Consumers(std::size_t n);
std::string ConsumerRules(std::size_t n);

// calls.cc
std::string Layers(std::size_t n);
std::string LayersInACycle(std::size_t n);
std::string AllCallAll(std::size_t n);
std::string Fan(std::size_t n);
std::string GatewayChain(std::size_t n);
std::string GatewayRoutes(std::size_t n);

}  // namespace weir::tests::shapes

#endif  // WEIR_TESTS_SUPPORT_SHAPES_FAMILIES_H_
