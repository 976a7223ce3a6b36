#include "tests/support/shapes/shapes.h"

#include <algorithm>
#include <array>

#include "tests/support/shapes/families.h"

namespace weir::tests {
namespace {

constexpr std::array kShapes{
    Shape{"three-tests", "routes of three header tests each, as hard as such can be", 213,
          shapes::ThreeTests},
    Shape{"three-queries", "the same over query parameters", 213, shapes::ThreeQueries},
    Shape{"sparse-tests", "as many routes of three tests over four times the headers", 500,
          shapes::SparseTests},
    Shape{"denies-path", "denies of one route, each on a path", 1000, shapes::DeniesOfPaths},
    Shape{"denies-header", "denies of one route, each on a header of its own", 1000,
          shapes::DeniesOfHeaders},
    Shape{"denies-value", "denies of one route, each on a value of one header", 1000,
          shapes::DeniesOfValues},
    Shape{"denies-client", "denies of one route, each on a network", 1000,
          shapes::DeniesOfNetworks},
    Shape{"allows", "allows of one route, each on a path and a header", 1000, shapes::Allows},
    Shape{"or-line", "one condition of comparisons joined by or", 11'250, shapes::OrLine},
    Shape{"or-line-headers", "the same, each on a header of its own", 11'250,
          shapes::OrLineOfHeaders},
    Shape{"and-line", "one condition of comparisons joined by and", 11'250, shapes::AndLine},
    Shape{"nested", "conditions of and, or and not, 240 levels deep", 20, shapes::Nested},
    Shape{"header-tests", "header tests in one route", 25'000, shapes::HeaderTests},
    Shape{"header-values", "routes that test one header for a value of their own", 2500,
          shapes::HeaderValues},
    Shape{"header-routes", "routes that test a header of their own", 2500, shapes::HeaderRoutes},
    Shape{"query-routes", "routes that test a query parameter of their own", 2500,
          shapes::QueryRoutes},
    Shape{"ten-tests", "routes of ten header tests each, over common headers", 1000,
          shapes::TenTests},
    Shape{"in-list", "a header tested against a long list", 20'000, shapes::InList},
    Shape{"in-lists", "routes whose lists of values overlap", 100, shapes::InLists},
    Shape{"hosts", "routes of one host each", 2500, shapes::Hosts},
    Shape{"host-list", "one route of many hosts, and one more of the same", 2500, shapes::HostList},
    Shape{"networks", "routes of one network each", 1000, shapes::Networks},
    Shape{"network-list", "one route of many networks, and one more of the same", 2500,
          shapes::NetworkList},
    Shape{"captures", "routes whose path captures, read by a transform", 2500, shapes::Captures},
    Shape{"patterns", "routes of one regular expression each", 250, shapes::Patterns},
    Shape{"long-patterns", "conditions on expressions of 3,000 bytes", 5, shapes::LongPatterns},
    Shape{"methods", "routes of one method of their own", 1000, shapes::Methods},
    Shape{"claims", "claims over 100 routes", 25, shapes::Claims},
    Shape{"claims-routes", "ten claims over many routes", 250, shapes::ClaimsOverRoutes},
    Shape{"guarded", "guarded routes beside open ones of one service", 1250, shapes::Guarded},
    Shape{"token-rules", "routes with a rule on a claim each", 500, shapes::TokenRules},
    Shape{"consumers", "consumers of one set of keys", 2500, shapes::Consumers},
    Shape{"consumer-rules", "rules on one consumer each", 250, shapes::ConsumerRules},
    Shape{"layers", "layers of three services that call all of the next layer", 20, shapes::Layers},
    Shape{"layers-cycle", "the same, with a call back to the first", 20, shapes::LayersInACycle},
    Shape{"all-call-all", "services that call one another, each with a depth", 25,
          shapes::AllCallAll},
    Shape{"fan", "services that all call the same services", 250, shapes::Fan},
    Shape{"gateway-chain", "gateways behind gateways, with two ways to each", 10,
          shapes::GatewayChain},
    Shape{"gateway-routes", "routes that each lead to one route of the gateway behind", 1000,
          shapes::GatewayRoutes},
    Shape{"plain", "routes of a literal path each", 2500, shapes::Plain},
};

}  // namespace

std::span<const Shape> Shapes() { return kShapes; }

const Shape* ShapeNamed(std::string_view name) {
  const auto found = std::ranges::find(kShapes, name, &Shape::name);
  return found == kShapes.end() ? nullptr : &*found;
}

}  // namespace weir::tests
