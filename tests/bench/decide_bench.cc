// The cost of one decision at 100 to 100,000 routes: from the canonical request
// to the last answer. Half of the routes share a host; requests are drawn at
// random from all routes, so no row stays in the nearest cache by luck. The
// request itself is read before the clock starts, as a proxy has just parsed it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/decide/decision.h"
#include "tests/support/sample/decide.h"
#include "tests/support/sample/sample_policy.h"

namespace weir {
namespace {

using runtime::Decision;
using runtime::Step;

struct Subject {
  std::shared_ptr<const runtime::Table> table;
  std::vector<std::string> hosts;
  std::vector<std::string> paths;
  std::vector<runtime::CanonicalRequest> requests;
};

std::unique_ptr<Subject> Make(std::size_t routes) {
  auto subject = std::make_unique<Subject>();
  syntax::Policy policy = tests::EmptyPolicy();
  policy.services.emplace_back().name = "all";
  syntax::Gateway& gateway = policy.gateways[0];
  gateway.routes.reserve(routes);
  for (std::size_t i = 0; i < routes; ++i) {
    syntax::Route& route = gateway.routes.emplace_back();
    route.name = "r" + std::to_string(i);
    const std::string host =
        i % 2 ? "api.example.com" : "t" + std::to_string(i % 97) + ".example.com";
    const std::string base = "/svc-" + std::to_string(i / 7) + "/v" + std::to_string(i % 7);
    const char* tails[] = {"/**", "/items", "/items/*", "/items/{id}/parts"};
    const char* ends[] = {"/x/y", "/items", "/items/77", "/items/77/parts"};
    route.match.hosts = {tests::Host(host)};
    route.match.paths = {tests::Path(base + tails[i % 4])};
    route.match.methods = {"GET", "POST"};
    route.rules.push_back({.when = tests::Compare({syntax::Subject::kHeader, "x-debug"},
                                                  syntax::Operator::kPresent, {})});
    route.action = syntax::Forward{.targets = {{.service = {0}}}};
    subject->hosts.push_back(host);
    subject->paths.push_back(base + ends[i % 4]);
  }
  subject->table = tests::LowerAndLoad(policy);
  static const runtime::Header kHeaders[] = {
      {"user-agent", "bench"}, {"accept", "*/*"}, {"authorization", "Bearer x"}};
  std::mt19937 random(7);
  for (std::size_t i = 0; i < 4096; ++i) {
    const std::size_t route = random() % routes;
    runtime::CanonicalRequest& request = subject->requests.emplace_back();
    request.method = "GET";
    request.host = request.authority = subject->hosts[route];
    request.path = subject->paths[route];
    request.headers = kHeaders;
  }
  return subject;
}

void Decide(benchmark::State& state) {
  const auto subject = Make(static_cast<std::size_t>(state.range(0)));
  std::size_t next = 0;
  std::size_t forwarded = 0;
  std::size_t decisions = 0;
  constexpr std::size_t kBatch = 16;  // the clock is not finer than this
  std::vector<double> nanoseconds;
  for (auto unused : state) {
    std::size_t octets = 0;
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto& request = subject->requests[(next + i) % subject->requests.size()];
      for (char c : request.host) octets += static_cast<unsigned char>(c);
      for (char c : request.path) octets += static_cast<unsigned char>(c);
    }
    benchmark::DoNotOptimize(octets);
    const auto before = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) {
      Decision decision(*subject->table, subject->requests[next++ % subject->requests.size()]);
      forwarded += decision.Start() == Step::kForward;
    }
    const auto after = std::chrono::steady_clock::now();
    nanoseconds.push_back(std::chrono::duration<double, std::nano>(after - before).count() /
                          kBatch);
    decisions += kBatch;
  }
  if (forwarded != decisions) state.SkipWithError("a request was not forwarded");
  std::ranges::nth_element(nanoseconds,
                           nanoseconds.begin() + static_cast<long>(nanoseconds.size() / 2));
  state.counters["median_ns"] = nanoseconds[nanoseconds.size() / 2];
}
BENCHMARK(Decide)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace weir

BENCHMARK_MAIN();
