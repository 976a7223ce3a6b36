// Simulated runs by hand:
//
//   weir-simulate FIRST [COUNT]     COUNT random histories from seed FIRST on; stops at
//                                   the first that breaks a rule, and prints it with its
//                                   trace. Says how many requests it ran in a second of
//                                   processor time.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>

#include "tests/support/simulator/world.h"

int main(int argc, char** argv) {
  using namespace weir::simulator;
  if (argc < 2) {
    std::fputs("weir-simulate FIRST [COUNT]\n", stderr);
    return 2;
  }
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::clock_t began = std::clock();
  std::uint64_t requests = 0;
  std::map<std::string, std::uint64_t> seen;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const History history = RandomHistory(seed);
    const Result result = Simulate(history);
    if (count == 1 || !result.wrong.empty())
      std::printf("%s%s", ToString(history).c_str(), result.trace.c_str());
    if (!result.wrong.empty()) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                  result.wrong.front().c_str());
      return 1;
    }
    requests += result.requests;
    for (const auto& [what, times] : result.seen) seen[what] += times;
  }
  const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  for (const auto& [what, times] : seen)
    std::printf("%10llu  %s\n", static_cast<unsigned long long>(times), what.c_str());
  std::printf("%llu histories, %llu requests, %.0f requests a second of processor time\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(requests),
              static_cast<double>(requests) / took);
  return 0;
}
