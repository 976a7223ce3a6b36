// The simulator would notice: each planted fault is found within so many histories, and
// the history that shows it is within the rules without the fault.
//
// Each runs in a process of its own, as a fault may end in an assertion or never end.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "tests/simulator/faults/planted.h"
#include "tests/support/random/seed.h"
#include "tests/support/simulator/world.h"

namespace weir::simulator {
namespace {

// Number to what it breaks.
std::map<int, std::string> List() {
  std::ifstream in(WEIR_SOURCE_DIR "/tests/simulator/faults/list.txt");
  std::map<int, std::string> faults;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("== ")) continue;
    const std::size_t colon = line.find(": ");
    faults[std::stoi(line.substr(3, colon - 3))] = line.substr(colon + 2);
  }
  return faults;
}

// Whether one of the histories shows it; says which, and how.
bool Finds(int fault, std::uint64_t histories) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
      ::alarm(60);  // of one history that never ends; all of them may take longer
      const History history = RandomHistory(seed);
      planted_fault = fault;
      const Result result = Simulate(history);
      if (result.wrong.empty()) continue;
      planted_fault = 0;
      if (fault != 0 && !Simulate(history).wrong.empty()) continue;
      std::printf("%3d  history %llu: %s\n", fault, static_cast<unsigned long long>(seed),
                  result.wrong.front().c_str());
      std::fflush(nullptr);
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) std::printf("%3d  ended by signal %d\n", fault, WTERMSIG(status));
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

TEST(PlantedFaults, NoneIsFoundWhereNoneIs) { EXPECT_FALSE(Finds(0, 50)); }

TEST(PlantedFaults, EachIsFound) {
  const auto faults = List();
  EXPECT_GE(faults.size(), 30u);
  for (const auto& [number, what] : faults)
    EXPECT_TRUE(Finds(number, testing::CasesOr(3'000))) << number << ": " << what;
}

}  // namespace
}  // namespace weir::simulator
