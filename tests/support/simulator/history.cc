#include "tests/support/simulator/history.h"

#include <algorithm>
#include <iterator>

#include "tests/support/simulator/schedule.h"

namespace weir::simulator {
namespace {

// One of these 64 by the byte: how often something happens is how often it stands here.
// A row's first entries are the plainest, for shrinking goes to zero.
struct Share {
  Step step;
  int of_64;
};
constexpr Share kShares[] = {
    {Step::kAsk, 36},       {Step::kWait, 2},        {Step::kAskPartly, 4},   {Step::kSend, 3},
    {Step::kAskGarbage, 1}, {Step::kStopReading, 2}, {Step::kRead, 2},        {Step::kReadAgain, 2},
    {Step::kEndSending, 1}, {Step::kCloseClient, 1}, {Step::kResetClient, 1}, {Step::kHostDown, 1},
    {Step::kHostSilent, 1}, {Step::kHostUp, 2},      {Step::kCloseIdle, 1},   {Step::kHostIll, 1},
    {Step::kHostWell, 1},   {Step::kStall, 1},       {Step::kReload, 1},
};

constexpr std::int64_t kDelays[] = {0,
                                    0,
                                    1 * kMillisecond,
                                    5 * kMillisecond,
                                    20 * kMillisecond,
                                    60 * kMillisecond,
                                    200 * kMillisecond,
                                    700 * kMillisecond,
                                    3 * kSecond,
                                    0,
                                    2 * kMillisecond,
                                    30 * kMillisecond,
                                    100 * kMillisecond,
                                    12 * kSecond,
                                    35 * kSecond,
                                    80 * kSecond};

constexpr std::int64_t kMostBusy = 100 * kMillisecond;

constexpr std::uint64_t kSizes[] = {0, 1,   17,    300,   4'000,  16'384, 20'000,  65'536,
                                    5, 100, 1'000, 9'000, 66'000, 70'000, 140'000, 300'000};

constexpr Plan::Kind kKinds[] = {
    Plan::Kind::kAnswer,  Plan::Kind::kAnswer,     Plan::Kind::kAnswer,  Plan::Kind::kAnswer,
    Plan::Kind::kStatus,  Plan::Kind::kStatus,     Plan::Kind::kReset,   Plan::Kind::kClose,
    Plan::Kind::kHang,    Plan::Kind::kCutBody,    Plan::Kind::kGarbage, Plan::Kind::kEarly,
    Plan::Kind::kInterim, Plan::Kind::kUntilClose, Plan::Kind::kAnswer,  Plan::Kind::kSlowRead};

constexpr std::int64_t kPlanDelays[] = {0, 3 * kMillisecond, 40 * kMillisecond, 90 * kMillisecond};
constexpr int kFailures[] = {503, 500, 504, 409};
constexpr const char* kMethods[] = {"GET", "GET", "POST", "PUT", "POST", "DELETE", "HEAD", "GET"};

Plan PlanOf(std::uint8_t kind, std::uint8_t shape) {
  Plan plan;
  plan.kind = kKinds[kind % 16];
  plan.size = kSizes[shape % 16];
  plan.delay = kPlanDelays[shape / 16 % 4];
  plan.chunked = shape / 64 % 2 == 1 && plan.kind != Plan::Kind::kUntilClose;
  plan.gap = shape / 128 == 1 ? 7 * kMillisecond : 0;
  plan.close = kind / 16 % 8 == 7;
  if (plan.kind == Plan::Kind::kStatus) plan.status = kFailures[kind / 16 % 4];
  if (plan.kind == Plan::Kind::kCutBody) plan.size += 10;
  return plan;
}

bool DisturbsCalm(Step step) {
  return step == Step::kHostDown || step == Step::kHostSilent || step == Step::kCloseIdle ||
         step == Step::kStall || step == Step::kReload;
}

const char* NameOf(Step step) {
  switch (step) {
    case Step::kAsk:
      return "ask";
    case Step::kAskPartly:
      return "ask partly";
    case Step::kSend:
      return "send";
    case Step::kAskGarbage:
      return "garbage";
    case Step::kStopReading:
      return "stop reading";
    case Step::kRead:
      return "read";
    case Step::kReadAgain:
      return "read again";
    case Step::kEndSending:
      return "end sending";
    case Step::kCloseClient:
      return "close client";
    case Step::kResetClient:
      return "reset client";
    case Step::kWait:
      return "wait";
    case Step::kHostDown:
      return "host down";
    case Step::kHostSilent:
      return "host silent";
    case Step::kHostUp:
      return "host up";
    case Step::kCloseIdle:
      return "host closes idle";
    case Step::kHostIll:
      return "host ill";
    case Step::kHostWell:
      return "host well";
    case Step::kStall:
      return "stall";
    case Step::kReload:
      return "reload";
    case Step::kDrain:
      return "drain";
  }
  return "";
}

}  // namespace

Step StepOf(const History& history, const Event& event) {
  if (event.what == 255) return Step::kDrain;  // one in 256: it ends the history's better part
  int place = event.what % 64;
  for (const Share& share : kShares) {
    if (place < share.of_64)
      return history.calm && DisturbsCalm(share.step) ? Step::kWait : share.step;
    place -= share.of_64;
  }
  return Step::kWait;
}

std::int64_t DelayOf(const History& history, const Event& event) {
  const std::int64_t delay = kDelays[event.delay % std::size(kDelays)];
  return history.busy && delay > kMostBusy ? kMillisecond : delay;
}

void Describe(const History& history, const Event& event, Request& request) {
  const int place = event.how % 32;
  request.route = place < 24 ? history.focus : static_cast<Route>(place % kRoutes);
  request.method = kMethods[event.how / 32];
  const bool may = request.method == "POST" || request.method == "PUT";
  request.has_body = may && event.size % 4 != 3;
  request.chunked = request.has_body && event.size % 4 == 2;
  request.size = request.has_body ? kSizes[event.size / 4 % 16] : 0;
  for (std::size_t i = 0; i < request.plans.size(); ++i)
    request.plans[i] = PlanOf(event.plans[2 * i], event.plans[2 * i + 1]);
}

std::string ToString(const History& history) {
  std::string text = "seed " + std::to_string(history.seed) + ", " +
                     std::to_string(history.workers) + " workers" + (history.busy ? ", busy" : "") +
                     (history.calm ? ", calm" : "") + "\n";
  for (const Event& event : history.events) {
    text += "  +" + std::to_string(DelayOf(history, event) / kMillisecond) + " ms " +
            NameOf(StepOf(history, event)) + " of " + std::to_string(event.who);
    const Step step = StepOf(history, event);
    if (step == Step::kAsk || step == Step::kAskPartly) {
      Request request;
      Describe(history, event, request);
      text += ": " + request.method + " route " + std::to_string(static_cast<int>(request.route)) +
              (request.has_body ? " body " + std::to_string(request.size) : "") +
              (request.chunked ? " chunked" : "");
      for (const Plan& plan : request.plans)
        text += "; plan " + std::to_string(static_cast<int>(plan.kind)) + " " +
                std::to_string(plan.status) + " after " +
                std::to_string(plan.delay / kMillisecond) + " size " + std::to_string(plan.size) +
                (plan.chunked ? " chunked" : "") + (plan.gap > 0 ? " slowly" : "") +
                (plan.close ? " close" : "");
    }
    text += "\n";
  }
  return text;
}

History RandomHistory(std::uint64_t seed) {
  constexpr int kEvents = 40;
  Chance chance(seed);
  History history{.seed = chance.Next(),
                  .workers = static_cast<std::uint8_t>(1 + chance.Below(2)),
                  .focus = static_cast<Route>(chance.Below(kRoutes)),
                  .busy = chance.Below(2) == 1,
                  .calm = chance.Below(2) == 1};
  for (int i = 0; i < kEvents; ++i) {
    const std::uint64_t a = chance.Next(), b = chance.Next();
    const auto byte = [](std::uint64_t word, int place) {
      return static_cast<std::uint8_t>(word >> 8 * place);
    };
    Event event{byte(a, 0), byte(a, 1), byte(a, 2), byte(a, 3), byte(a, 4), {}};
    for (int k = 0; k < 6; ++k) event.plans[static_cast<std::size_t>(k)] = byte(b, k);
    history.events.push_back(event);
  }
  return history;
}

}  // namespace weir::simulator
