// The index against looking at every route in turn.
#include "runtime/decide/lookup.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "runtime/decide/match.h"
#include "tests/support/sample/decide.h"
#include "tests/support/sample/sample_policy.h"

namespace weir::tests {
namespace {

using runtime::Index;
using runtime::kNoIndex;

class Maker {
 public:
  explicit Maker(std::uint32_t seed) : random_(seed) {}
  std::size_t Below(std::size_t n) { return random_() % n; }
  template <class... T>
  std::string OneOf(T... choices) {
    const char* all[] = {choices...};
    return all[Below(sizeof...(choices))];
  }

  std::string Segment() { return OneOf("a", "b", "ab", "*", "{x}"); }
  syntax::PathPattern Pattern() {
    std::string text;
    for (std::size_t n = Below(4); n > 0; --n) text += "/" + Segment();
    text += OneOf("", "/", "/**");
    return Path(text.empty() ? "/" : text);
  }
  syntax::Route Route(std::size_t place) {
    syntax::Route route = Answering("r" + std::to_string(place));
    for (std::size_t n = Below(3); n > 0; --n) {
      route.match.hosts.push_back(Host(OneOf("h", "a.h", "*.h", "b.a.h", "*.a.h")));
    }
    for (std::size_t n = Below(3); n > 0; --n) route.match.paths.push_back(Pattern());
    for (std::size_t n = Below(3); n > 0; --n) {
      route.match.methods.push_back(OneOf("GET", "POST", "PURGE", "X"));
    }
    if (Below(4) == 0) {
      route.match.fields.push_back(
          {.name = "k", .test = syntax::FieldMatch::Test::kPresent, .negated = Below(2) == 0});
    }
    if (Below(4) == 0) route.match.clients = {{Ipv4(10, 0, 0, 0), 104, ""}};
    return route;
  }
  std::string RequestPath() {
    std::string path;
    for (std::size_t n = Below(5); n > 0; --n) path += "/" + OneOf("a", "b", "ab", "c", "");
    return path.empty() ? "/" : path;
  }

 private:
  std::mt19937 random_;
};

Index Linear(const runtime::Table& table, const runtime::CanonicalRequest& request,
             std::string_view method) {
  for (Index i = 0; i < table.routes().size(); ++i) {
    const runtime::RouteRecord& route = table.routes()[i];
    if (MatchesHosts(table, route, request) && MatchesPaths(table, route, request) &&
        MatchesMethods(table, route, method) && MatchesFields(table, route, request) &&
        MatchesClients(table, route, request) && MatchesListener(route, request)) {
      return i;
    }
  }
  return kNoIndex;
}

TEST(Lookup, FindsWhatALinearSearchFinds) {
  std::size_t routed = 0;
  std::size_t requests = 0;
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    Maker maker(seed);
    syntax::Policy policy = EmptyPolicy();
    for (std::size_t n = maker.Below(12); n > 0; --n) {
      policy.gateways[0].routes.push_back(maker.Route(n));
    }
    const auto table = LowerAndLoad(policy);
    for (int i = 0; i < 100; ++i) {
      const std::string path = maker.RequestPath();
      const std::string host = maker.OneOf("h", "a.h", "b.a.h", "c.b.a.h", "x", "xh");
      const std::string method = maker.OneOf("GET", "POST", "PURGE", "X", "Y");
      const runtime::Header header{"k", "v"};
      runtime::CanonicalRequest request;
      request.host = host;
      request.path = path;
      if (maker.Below(2)) request.headers = {&header, 1};
      request.client.octets = Ipv4(static_cast<std::uint8_t>(9 + maker.Below(2)), 0, 0, 1).octets;
      const Index found = FindRoute(*table, request, method);
      ASSERT_EQ(found, Linear(*table, request, method))
          << "seed " << seed << " " << method << " " << host << path;
      std::set<std::string_view> blind;
      VisitMethodBlind(*table, request, [&](Index route) {
        blind.insert(table->text(table->routes()[route].name));
      });
      for (const runtime::RouteRecord& route : table->routes()) {
        const bool matches =
            MatchesHosts(*table, route, request) && MatchesPaths(*table, route, request) &&
            MatchesFields(*table, route, request) && MatchesClients(*table, route, request);
        ASSERT_EQ(blind.contains(table->text(route.name)), matches) << "seed " << seed;
      }
      ++requests;
      routed += found != kNoIndex;
    }
  }
  EXPECT_GT(routed * 10, requests * 3);  // else it shows little
  EXPECT_LT(routed * 10, requests * 9);
}

}  // namespace
}  // namespace weir::tests
