#include <algorithm>
#include <array>

#include "tests/support/shapes/families.h"
#include "tests/support/shapes/text.h"

namespace weir::tests::shapes {
namespace {

// Each route takes one combination of three tests, which is a clause of three
// literals that a request to the last route must satisfy.
std::string Clauses(std::size_t n, std::size_t names, const std::string& part) {
  Draws draws(n);
  std::string routes;
  for (std::size_t i = 0; i < n; ++i) {
    std::array<std::size_t, 3> three{};
    do {
      for (auto& each : three) each = draws.Below(names);
    } while (three[0] == three[1] || three[1] == three[2] || three[0] == three[2]);
    routes += With("  route r# { match {", i);
    for (const std::size_t name : three) {
      routes += draws.Below(2) == 0 ? " not " : " ";
      routes += part + With(" x# ", name);
    }
    routes += " }  respond 200 }\n";
  }
  return OneGateway(routes + "  route last { respond 204 }\n", "");
}

std::string RoutesOf(std::size_t n, const std::string& match) {
  return OneGateway(Repeated(n, "  route r# { match " + match + "  forward api }\n"));
}

std::string Net(std::size_t i) {
  return "10." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + ".0/24";
}

}  // namespace

// 4.26 clauses a variable is where random ones are hardest.
std::string ThreeTests(std::size_t n) {
  return Clauses(n, std::max<std::size_t>(n * 100 / 426, 3), "header");
}
std::string ThreeQueries(std::size_t n) {
  return Clauses(n, std::max<std::size_t>(n * 100 / 426, 3), "query");
}
std::string SparseTests(std::size_t n) { return Clauses(n, std::max<std::size_t>(n, 3), "header"); }

std::string HeaderTests(std::size_t n) {
  return OneGateway("  route r {\n    match {\n" + Repeated(n, "      header x# == \"#\"\n") +
                    "    }\n    forward api\n  }\n");
}

std::string HeaderValues(std::size_t n) {
  return RoutesOf(n, "{ path \"/a\"  header x == \"#\" }");
}
std::string HeaderRoutes(std::size_t n) {
  return RoutesOf(n, "{ path \"/a\"  header x# == \"1\" }");
}
std::string QueryRoutes(std::size_t n) { return RoutesOf(n, "{ path \"/a\"  query q# == \"1\" }"); }

std::string TenTests(std::size_t n) {
  Draws draws(n);
  std::string routes;
  for (std::size_t i = 0; i < n; ++i) {
    routes += With("  route r# { match { path \"/a\"", i);
    for (std::size_t name = 0; name < 10; ++name) {
      routes += With("  header x# == ", name) + With("\"v#\"", draws.Below(10));
    }
    routes += " }  forward api }\n";
  }
  return OneGateway(routes);
}

std::string InLists(std::size_t n) {
  std::string routes;
  for (std::size_t i = 0; i < n; ++i) {
    std::string values;
    for (std::size_t v = 0; v < 100; ++v)
      values += (v == 0 ? "" : ", ") + With("\"v#\"", i * 50 + v);
    routes += With("  route r# { match { path \"/a\"  header x in [", i) + values +
              "] }  forward api }\n";
  }
  return OneGateway(routes);
}

std::string Hosts(std::size_t n) {
  return RoutesOf(n, "{ host \"h#.example.com\"  path \"/a/**\" }");
}

std::string HostList(std::size_t n) {
  const std::string hosts = Repeated(n, "\"h#.example.com\"", ", ");
  return OneGateway("  route r { match { host [" + hosts + "]  method GET }  forward api }\n" +
                    "  route s { match { host [" + hosts + "]  path \"/a/**\" }  forward api }\n");
}

std::string Networks(std::size_t n) {
  std::string routes;
  for (std::size_t i = 0; i < n; ++i) {
    routes +=
        With("  route r# { match { path \"/a\"  client [", i) + Net(i) + "] }  forward api }\n";
  }
  return OneGateway(routes);
}

std::string NetworkList(std::size_t n) {
  std::string nets;
  for (std::size_t i = 0; i < n; ++i) nets += (i == 0 ? "" : ", ") + Net(i);
  return OneGateway("  route r { match { client [" + nets + "]  method GET }  forward api }\n" +
                    "  route s { match { client [" + nets + "]  path \"/a/**\" }  forward api }\n");
}

std::string Captures(std::size_t n) {
  return OneGateway(Repeated(n,
                             "  route r# { match path \"/s#/{id}/part/{name}\"  request { set "
                             "x-id capture.id }  forward api }\n"));
}

std::string Patterns(std::size_t n) { return RoutesOf(n, "path ~\"/s#/[0-9]+(/part|/other)?\""); }

std::string Methods(std::size_t n) { return RoutesOf(n, "{ path \"/a\"  method M# }"); }

std::string Plain(std::size_t n) { return RoutesOf(n, "path \"/s#/a\""); }

}  // namespace weir::tests::shapes
