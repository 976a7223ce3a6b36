// cors-preflight-elsewhere beside an oracle that tries every request of a small
// world, and its preflight, on the reference model.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "compiler/checks/checks.h"
#include "spec/model/model.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;
using syntax::Policy;
using syntax::Route;
using Fields = std::vector<std::pair<std::string, std::string>>;

// The last of the methods and of a header's values is one that no route names.
constexpr char kOrigin[] = "https://app.example.com";
const std::vector<std::string> kMethods = {"GET", "PUT", "LOCK", "PATCH"};
const std::vector<std::string> kPaths = {"/a", "/b"};
const std::vector<std::pair<std::string, std::vector<std::string>>> kHeaders = {
    {"x-beta", {"1", "2", "3"}},
    {"user-agent", {"1", "3"}},
    {"accept", {"1", "*/*", "3"}},
    {"cookie", {"1", "3"}}};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  template <class T>
  const T& Of(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
};

FieldMatch RandomField(Random& random) {
  FieldMatch field;
  const auto& [name, values] = random.Of(kHeaders);
  field.name = name;
  field.negated = random.Below(3) == 0;
  field.test = random.Below(2) == 0 ? FieldMatch::Test::kPresent : FieldMatch::Test::kOneOf;
  if (field.test == FieldMatch::Test::kOneOf)
    field.values = {values[random.Below(values.size() - 1)]};
  return field;
}

Policy RandomPolicy(Random& random) {
  Policy policy;
  policy.files = {"random.weir"};
  for (const char* name : {"one", "two"}) {
    auto& cors = policy.cors.emplace_back();
    cors.name = name;
    cors.origins.push_back({.kind = syntax::OriginPattern::Kind::kExact,
                            .scheme = "https",
                            .host = "app.example.com",
                            .text = kOrigin});
  }
  auto& gateway = policy.gateways.emplace_back();
  gateway.name = "edge";
  gateway.listeners.emplace_back().address.port = 8080;
  for (std::uint64_t n = 1 + random.Below(5); n > 0; --n) {
    Route& route = gateway.routes.emplace_back();
    route.name = "r" + std::to_string(gateway.routes.size());
    route.node = static_cast<syntax::NodeId>(policy.origins.size());
    const auto at = static_cast<std::uint32_t>(policy.origins.size());
    policy.origins.push_back({0, at, at + 1});
    route.action = syntax::Response{.status = 200};
    if (random.Below(2) == 0) {
      auto& path = route.match.paths.emplace_back();
      path.text = random.Of(kPaths);
      path.segments.push_back({syntax::PathSegment::Kind::kLiteral, path.text.substr(1), ""});
    }
    if (random.Below(3) == 0) route.match.methods = {kMethods[random.Below(3)]};
    for (std::uint64_t fields = random.Below(3); fields > 0; --fields) {
      route.match.fields.push_back(RandomField(random));
    }
    const std::uint64_t cors = random.Below(4);
    if (cors < 3) route.cors = syntax::Ref<syntax::Cors>{cors == 2 ? 1u : 0u};
    route.cors_upstream = random.Below(8) == 0;
    if (route.cors_upstream) route.cors.reset();
  }
  return policy;
}

model::Outcome Decide(const Policy& policy, const std::string& method, const std::string& path,
                      const Fields& fields) {
  model::RawRequest request;
  request.method = method;
  request.target = path;
  request.fields = fields;
  request.fields.emplace_back("host", "example.com");
  return model::Decide(policy, 0, request, {}, {});
}

// Whether the preflight of this request is answered by the policy of its route.
bool IsAnswered(const Policy& policy, const Route& route, const std::string& method,
                const std::string& path, const Fields& fields) {
  Fields preflight = {{"origin", kOrigin}, {"access-control-request-method", method}};
  for (const auto& [name, value] : fields) {
    if (name == "user-agent") preflight.emplace_back(name, value);
    if (name == "accept") preflight.emplace_back(name, "*/*");
  }
  const auto outcome = Decide(policy, "OPTIONS", path, preflight);
  return outcome.reason == "preflight" &&
         policy.gateways[0].routes[*outcome.route].cors == route.cors;
}

// Every combination of the headers, each absent or one of its values.
std::vector<Fields> AllFields() {
  std::vector<Fields> all = {{}};
  for (const auto& [name, values] : kHeaders) {
    const std::size_t before = all.size();
    for (const std::string& value : values) {
      for (std::size_t i = 0; i < before; ++i) {
        all.push_back(all[i]);
        all.back().emplace_back(name, value);
      }
    }
  }
  return all;
}

bool Share(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return true;
  return std::ranges::any_of(a, [&](const auto& one) { return std::ranges::count(b, one) > 0; });
}

// The headers that a route reads, or one that can have a request of its URLs and methods.
std::set<std::string> ReadBeside(const Policy& policy, const Route& route) {
  const auto paths = [](const Route& each) {
    std::vector<std::string> texts;
    for (const auto& path : each.match.paths) texts.push_back(path.text);
    return texts;
  };
  std::set<std::string> read;
  for (const Route& other : policy.gateways[0].routes) {
    if (!Share(paths(route), paths(other))) continue;
    if (!Share(route.match.methods, other.match.methods)) continue;
    for (const auto& field : other.match.fields) read.insert(field.name);
  }
  return read;
}

bool Has(const Fields& fields, const std::string& name) {
  return std::ranges::any_of(fields, [&](const auto& field) { return field.first == name; });
}

std::set<std::string> Losing(const Policy& policy) {
  const auto& routes = policy.gateways[0].routes;
  std::set<std::string> losing;
  static const std::vector<Fields> kAll = AllFields();
  for (const Fields& fields : kAll) {
    if (!Has(fields, "accept")) continue;  // a browser always sends one
    for (const std::string& method : kMethods) {
      for (const char* path : {"/a", "/b", "/c"}) {
        Fields sent = fields;
        sent.emplace_back("origin", kOrigin);
        const auto outcome = Decide(policy, method, path, sent);
        if (!outcome.route) continue;
        const Route& route = routes[*outcome.route];
        if (!route.cors || losing.contains(route.name)) continue;
        const bool custom = Has(fields, "x-beta") && ReadBeside(policy, route).contains("x-beta");
        if (method == "GET" && !custom) continue;
        if (!IsAnswered(policy, route, method, path, fields)) losing.insert(route.name);
      }
    }
  }
  return losing;
}

TEST(PreflightElsewhere, IsWhatTheModelDoesWithEveryRequest) {
  const std::uint64_t cases = testing::CasesOr(20'000) / 400;
  std::size_t found = 0, none = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    Random random(testing::Seed() + i);
    const Policy policy = RandomPolicy(random);
    const auto result = CheckPreflights(policy);
    ASSERT_TRUE(result.unknown.empty())
        << "seed " << testing::Seed() + i << ": " << result.unknown[0].reason;
    std::set<std::string> reported;
    for (const Finding& finding : result.findings) {
      const auto at = finding.diagnostic.span.begin;
      reported.insert(policy.gateways[0].routes[at].name);
    }
    ASSERT_EQ(reported, Losing(policy)) << "seed " << testing::Seed() + i;
    found += reported.size();
    none += reported.empty() ? 1 : 0;
  }
  EXPECT_GT(found, 0u);
  EXPECT_GT(none, 0u);
}

}  // namespace
}  // namespace weir::compiler
