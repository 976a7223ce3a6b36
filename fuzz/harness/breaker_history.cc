#include <vector>

#include "fuzz/harness/state.h"
#include "runtime/state/breaker.h"
#include "spec/model/breaker.h"

namespace weir::fuzz {
namespace {

using runtime::Breaker;

struct Running {
  Breaker::Permit permit;
  std::size_t number = 0;
};

// Pauses at the edges of the window and of the open time, and some that go back.
std::int64_t Pause(const runtime::BreakerSettings& settings, Choices& choices) {
  switch (choices.Below(9)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return settings.window;
    case 3:
      return settings.window + 1;
    case 4:
      return settings.window / 3;
    case 5:
      return settings.open_for;
    case 6:
      return settings.open_for - 1;
    case 7:
      return settings.open_for / 2 + 1;
    default:
      return -static_cast<std::int64_t>(choices.Below(4));
  }
}

Difference Compare(const Breaker& breaker, const model::Breaker& model, Seen& seen) {
  if (static_cast<int>(breaker.state()) != static_cast<int>(model.state())) {
    return "the breaker is " + std::to_string(static_cast<int>(breaker.state())) +
           ", the model's " + std::to_string(static_cast<int>(model.state()));
  }
  if (breaker.state() == Breaker::State::kHalfOpen) {
    ++seen["half-open"];
    if (model.Running() > 1) return "more than one probe is out";
  }
  return {};
}

}  // namespace

Difference BreakerHistory(Choices& choices, Seen& seen) {
  const std::vector<std::int64_t> times = {0, 1, 2, 10, 1'000, 30'000'000'000};
  const std::vector<std::uint32_t> failures = {1, 2, 3, 5, 12, 40, 4'000'000'000};
  const runtime::BreakerSettings settings{choices.Of(failures), choices.Of(times),
                                          choices.Of(times)};
  Breaker breaker(settings);
  model::Breaker model({settings.failures, settings.window, settings.open_for});
  std::vector<Running> running;
  std::int64_t now = 0;
  for (int steps = 0; GoesOn(choices, steps); ++steps) {
    if (choices.Chance(50)) now = std::max<std::int64_t>(0, now + Pause(settings, choices));
    if (running.empty() || choices.Chance(45)) {
      const Breaker::Permit permit = breaker.Admit(now);
      const std::size_t number = model.Ask(now);
      const model::Breaker::Try& asked = model.at(number);
      if (permit.admitted != asked.admitted || permit.probe != asked.probe) {
        return "try " + std::to_string(number) + ": admitted " + std::to_string(permit.admitted) +
               ", the model says " + std::to_string(asked.admitted);
      }
      ++seen[permit.probe ? "probe" : permit.admitted ? "admitted" : "refused"];
      if (permit.admitted || choices.Chance(20)) running.push_back({permit, number});
    } else {
      const std::size_t which = choices.Below(static_cast<std::uint32_t>(running.size()));
      const auto outcome = static_cast<Breaker::Outcome>(choices.Chance(70) ? 1 : choices.Below(3));
      if (running[which].permit.epoch != breaker.epoch()) ++seen["late"];
      if (running[which].permit.probe && outcome == Breaker::Outcome::kCancelled) {
        ++seen["probe cancelled"];
      }
      breaker.Report(running[which].permit, outcome, now);
      model.End(running[which].number, static_cast<model::Breaker::Result>(outcome), now);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    }
    if (const auto difference = Compare(breaker, model, seen)) return difference;
    if (breaker.failures_held() > 0 && breaker.failures_held() >= settings.failures) {
      return "more failures are kept than can count";
    }
  }
  return {};
}

}  // namespace weir::fuzz
