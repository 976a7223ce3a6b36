// Random histories of clients, upstreams, time and the operator on the whole proxy:
// what it did is judged by the rules and their models, and each history runs twice,
// with the same trace.
//
//   WEIR_SEED=N WEIR_CASES=10000 build/dev/tests/weir_simulator_history
//
// A history that fails is shrunk by RapidCheck and printed with its trace's end;
// WEIR_SEED, which is printed too, finds it again.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tests/property/rapidcheck_settings.h"
#include "tests/support/simulator/world.h"

namespace weir::simulator {
namespace {

constexpr std::uint64_t kCases = 120;
const bool kSet = testing::SetRapidCheck(kCases);

// The end of a text, which is what a reader of a failure begins with.
std::string Tail(const std::string& text, std::size_t most = 6'000) {
  return text.size() <= most ? text
                             : "...\n" + text.substr(text.find('\n', text.size() - most) + 1);
}

std::string Report(const History& history, const Result& result) {
  return result.wrong.front() + "\n" + ToString(history) + Tail(result.trace);
}

// A history of this many events at most. RapidCheck shrinks it event by event, and each
// towards a plain GET.
rc::Gen<History> Histories(std::size_t events) {
  const auto byte = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint8_t>());
  const auto event =
      rc::gen::map(rc::gen::tuple(rc::gen::container<std::array<std::uint8_t, 5>>(byte),
                                  rc::gen::container<std::array<std::uint8_t, 6>>(byte)),
                   [](const auto& numbers) {
                     const auto& [n, plans] = numbers;
                     return Event{n[0], n[1], n[2], n[3], n[4], plans};
                   });
  return rc::gen::map(
      rc::gen::tuple(
          rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()),
          rc::gen::inRange<std::uint8_t>(1, 3), rc::gen::inRange(0, kRoutes),
          rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
          rc::gen::resize(static_cast<int>(events), rc::gen::container<std::vector<Event>>(event))),
      [](const auto& parts) {
        const auto& [seed, workers, focus, busy, calm, list] = parts;
        return History{seed, workers, static_cast<Route>(focus), busy, calm, list};
      });
}

TEST(Simulator, EveryHistoryIsWithinTheRules) {
  ASSERT_TRUE(kSet);
  rc::detail::checkGTest([] {
    const History history = *Histories(60);
    const Result result = Simulate(history);
    if (!result.wrong.empty()) RC_FAIL(Report(history, result));
    const Result again = Simulate(history);
    if (again.trace != result.trace)
      RC_FAIL("the same history has another trace\n" + ToString(history));
  });
}

// The judge has something to judge: the same histories each time, so that what is rare
// cannot fail by chance.
TEST(Simulator, HistoriesAreAboutEverythingThatIsJudged) {
  std::map<std::string, std::uint64_t> seen;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const History history = RandomHistory(seed);
    const Result result = Simulate(history);
    ASSERT_TRUE(result.wrong.empty()) << "weir-simulate " << seed << "\n"
                                      << Report(history, result);
    for (const auto& [what, count] : result.seen) seen[what] += count;
  }
  for (const char* what : {"ok",
                           "upstream-timeout",
                           "upstream-reset",
                           "upstream-connect",
                           "upstream-protocol",
                           "retries-exhausted",
                           "downstream-closed",
                           "request-timeout",
                           "breaker-open",
                           "overflow",
                           "client gone",
                           "broken answer",
                           "tried again",
                           "on a kept connection",
                           "a retry",
                           "a hedge",
                           "a stale connection",
                           "a retry of a small budget",
                           "let through by the breaker",
                           "stopped by the breaker",
                           "a probe",
                           "the route's timeout",
                           "the route's idle timeout",
                           "a slow head",
                           "an idle client",
                           "an idle upstream",
                           "a try that timed out",
                           "a sick host is spared",
                           "an ejection",
                           "an ejected host is spared",
                           "waited for a place"}) {
    EXPECT_GT(seen[what], 0u) << "never seen: " << what;
  }
}

// What has gone wrong once, as the shortest history that showed it.
TEST(Simulator, WhoSendsNoMoreStillGetsTheWholeAnswer) {
  // A GET whose client ends its direction, and an answer that is larger than what the
  // kernel takes at once.
  Event ask, end;
  ask.plans = {0, 0x8f, 0, 0, 0, 0};  // 300,000 bytes in four pieces
  end.what = 52;
  ASSERT_EQ(StepOf({}, end), Step::kEndSending);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const History history{.seed = seed, .workers = 1, .events = {ask, end}};
    const Result result = Simulate(history);
    ASSERT_TRUE(result.wrong.empty()) << Report(history, result);
    EXPECT_EQ(result.seen.at("answered"), 1u);
  }
}

}  // namespace
}  // namespace weir::simulator
