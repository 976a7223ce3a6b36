// Times, to the nanosecond: in a run nothing takes any time but what waits for one.
#include <string>

#include "tests/support/simulator/judge.h"
#include "tests/support/simulator/policy.h"
#include "tests/support/simulator/schedule.h"

namespace weir::simulator {
namespace {

// By the proxy itself.
constexpr std::int64_t kHeadTimeout = 10 * kSecond;
constexpr std::int64_t kKeepAlive = 75 * kSecond;
constexpr std::int64_t kUpstreamIdle = 30 * kSecond;
class Times {
 public:
  Times(Ledger& ledger, const Observed& observed, Seen& seen)
      : ledger_(ledger), observed_(observed), seen_(seen) {}

  void Run() {
    for (const Request& request : ledger_.requests) {
      JudgeTimeout(request);
      JudgeHead(request);
      JudgePerTry(request);
    }
    JudgeIdle();
  }

 private:
  void Wrong(const Request& request, const char* what, std::int64_t time) {
    ledger_.Wrong("request " + std::to_string(request.id) + ": " + what + " " +
                  std::to_string(time) + " ns");
  }

  // RETRY-5. Where the client could send at once and the upstreams read at once. Without a
  // timeout the idle timeout counts, and nothing but a body moves before the answer.
  void JudgeTimeout(const Request& request) {
    const syntax::Route& route = RouteOf(request.route);
    const std::int64_t limit = route.timeout.value_or(route.idle_timeout).nanoseconds;
    const char* const name = route.timeout ? "the route's timeout" : "the route's idle timeout";
    if (!request.alone || request.slow_reader || request.sent_at == kNever) return;
    if (request.gone_at != kNever || observed_.drained) return;
    if (request.answered_at == kNever || request.size > (route.timeout ? 16'384 : 0)) return;
    const std::int64_t took = request.answered_at - request.sent_at;
    if (request.records.size() == 1 && request.records.front().detail == name) {
      ++seen_[name];
      if (took != limit) Wrong(request, "its timeout came after", took);
    }
    if (took > limit) Wrong(request, "had an answer only after", took);
  }

  // A head that is not whole.
  void JudgeHead(const Request& request) {
    if (request.begun_at == kNever || request.head_sent_at != kNever || !request.begun_alone ||
        request.slow_reader || observed_.drained)
      return;
    if (request.status == 408) {
      ++seen_["a slow head"];
      const std::int64_t took = request.answered_at - request.begun_at;
      if (took != kHeadTimeout) Wrong(request, "its head was waited for", took);
    } else if (request.gone_at == kNever && request.over_at != kNever) {
      Wrong(request, "its head is not whole, and it has the status", request.status);
    }
  }

  void JudgePerTry(const Request& request) {
    if (request.route != Route::kRetry || request.records.empty() || request.gone_at != kNever ||
        observed_.drained)
      return;
    const std::int64_t per_try = RetryOf(request.route)->per_try->nanoseconds;
    for (const Arrival& arrival : request.arrivals) {
      if (arrival.whole_at == kNever || arrival.answer_at != kNever) continue;
      const std::int64_t end = arrival.broken ? arrival.over_at : arrival.dropped_at;
      const std::int64_t took = end - arrival.whole_at;
      if (end != kNever && took > per_try) Wrong(request, "a try lasted", took);
      if (arrival.dropped_at == kNever || took >= per_try) continue;
      if (request.records.front().detail != "the route's timeout")
        Wrong(request, "a try was given up after", took);
    }
    seen_["a try that timed out"] += request.records.front().detail == "the try took too long";
  }

  void JudgeIdle() {
    for (const auto& client : observed_.clients) {
      for (const auto& close : client->idle_closes) {
        const std::int64_t should = close.first ? kHeadTimeout : kKeepAlive;
        ++seen_["an idle client"];
        if (close.waited != should && !observed_.drained && !observed_.slow_readers)
          ledger_.Wrong("an idle client was left after " + std::to_string(close.waited) + " ns");
      }
    }
    for (const auto& host : observed_.hosts) {
      for (const std::int64_t waited : host->idle_ends) {
        ++seen_["an idle upstream"];
        // What its client does not read keeps a connection busy for longer.
        if (observed_.drained || observed_.reloaded || observed_.slow_readers) continue;
        if (waited != 0 && waited != kUpstreamIdle)
          ledger_.Wrong("an idle upstream was left after " + std::to_string(waited) + " ns");
      }
      for (std::size_t i = 1; i < host->checks.size(); ++i) {
        const std::int64_t between = host->checks[i].at - host->checks[i - 1].at;
        if (between != ServiceOf(Route::kChecked).check->every.nanoseconds)
          ledger_.Wrong("a check came after " + std::to_string(between) + " ns");
      }
    }
  }

  Ledger& ledger_;
  const Observed& observed_;
  Seen& seen_;
};

}  // namespace

void JudgeTimes(Ledger& ledger, const Observed& observed, Seen& seen) {
  if (!observed.stalled) Times(ledger, observed, seen).Run();
}

}  // namespace weir::simulator
