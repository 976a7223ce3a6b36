// What the answers of hosts lead to, by the models: the breaker that opens, and the
// hosts that are ejected. Their hosts can always be reached and no policy tries again,
// so each request is one try; it asks when it reaches its upstream, or is turned away.
#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "spec/model/breaker.h"
#include "spec/model/ejection.h"
#include "tests/support/simulator/judge.h"
#include "tests/support/simulator/policy.h"
#include "tests/support/simulator/schedule.h"

namespace weir::simulator {
namespace {

enum class Result : std::uint8_t { kSuccess, kFailure, kCancelled };

// How a try ended, and when the breaker is told so.
struct Heard {
  std::int64_t at;
  Result result;
};

struct Moment {
  std::int64_t at;
  const Request* request;
  std::optional<Result> ended;  // none: it asks
};

// None: it is not known.
std::optional<Heard> HeardOf(const Request& request) {
  const Arrival& arrival = request.arrivals.front();
  if (arrival.answer_at != kNever)
    return Heard{arrival.answer_at, arrival.status >= 500 ? Result::kFailure : Result::kSuccess};
  if (arrival.broken) return Heard{arrival.over_at, Result::kFailure};
  if (arrival.dropped_at == kNever || request.records.empty()) return std::nullopt;
  const std::string& reason = request.records.front().reason;
  if (reason == "upstream-timeout") return Heard{arrival.dropped_at, Result::kFailure};
  if (reason == "downstream-closed" || reason == "request-timeout")
    return Heard{arrival.dropped_at, Result::kCancelled};
  return std::nullopt;
}

// EJECT-1: a good answer counts at its end, which is known where the client reads it at
// once.
std::optional<Heard> EndOf(const Request& request) {
  const auto heard = HeardOf(request);
  if (!heard || heard->result != Result::kSuccess) return heard;
  const Arrival& arrival = request.arrivals.front();
  if (request.gone_at != kNever || request.slow_reader || arrival.over_at == kNever)
    return std::nullopt;
  return Heard{arrival.over_at, arrival.broken ? Result::kFailure : Result::kSuccess};
}

// In their order, and from when on it is not known: of two that fall together nobody can
// tell which came first, but on one connection.
std::int64_t Order(std::vector<Moment>& moments) {
  std::ranges::sort(moments, {}, [](const Moment& m) {
    return std::tuple(m.at, m.request->id, m.ended.has_value());
  });
  const auto together = std::ranges::adjacent_find(moments, [](const Moment& a, const Moment& b) {
    return a.at == b.at && a.request->wire != b.request->wire;
  });
  return together == moments.end() ? INT64_MAX : together->at;
}

model::Breaker::Result ToBreaker(Result result) {
  switch (result) {
    case Result::kSuccess:
      return model::Breaker::Result::kSuccess;
    case Result::kFailure:
      return model::Breaker::Result::kFailure;
    case Result::kCancelled:
      break;
  }
  return model::Breaker::Result::kCancelled;
}

model::Ejection::Event ToEjection(Result result, int status) {
  using Event = model::Ejection::Event;
  if (result == Result::kSuccess) return Event::kSuccess;
  if (status < 500) return Event::kLocalFailure;
  return status >= 502 && status <= 504 ? Event::kGatewayError : Event::k5xx;
}

// What was logged of a host's ejection before `end`: when, and its port.
std::vector<std::pair<std::int64_t, std::uint16_t>> Logged(const Ledger& ledger, std::int64_t end) {
  constexpr std::string_view kMark = " is ejected";
  std::vector<std::pair<std::int64_t, std::uint16_t>> ejections;
  for (const auto& [at, line] : ledger.log) {
    if (at >= end || !line.ends_with(kMark)) continue;
    const std::size_t colon = line.rfind(':');
    ejections.emplace_back(at, static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1))));
  }
  return ejections;
}

}  // namespace

void JudgeBreaker(Ledger& ledger, const Observed& observed, Seen& seen) {
  if (observed.stalled || observed.drained) return;
  std::vector<Moment> moments;
  for (const Request& request : ledger.requests) {
    if (request.route != Route::kBreaker || request.records.empty()) continue;
    const bool refused = request.records.front().reason == "breaker-open";
    if (refused && request.answered_at == kNever) return;
    if (refused && request.slow_reader) return;
    if (refused) {
      moments.push_back({request.answered_at, &request, {}});
      continue;
    }
    if (request.arrivals.empty()) {
      if (request.records.front().attempts > 0) return;
      continue;
    }
    const auto heard = HeardOf(request);
    if (!heard) return;
    moments.push_back({request.arrivals.front().head_at, &request, {}});
    moments.push_back({heard->at, &request, heard->result});
  }
  const std::int64_t end = Order(moments);
  const syntax::Breaker& steady = ThePolicy().policy.breakers.front();
  model::Breaker breaker({.failures = steady.failures,
                          .window = steady.window.nanoseconds,
                          .open_for = steady.open_for.nanoseconds});
  std::map<const Request*, std::size_t> numbers;
  for (const Moment& moment : moments) {
    if (moment.at >= end) return;
    if (moment.ended) {
      breaker.End(numbers.at(moment.request), ToBreaker(*moment.ended), moment.at);
      continue;
    }
    const std::size_t number = numbers[moment.request] = breaker.Ask(moment.at);
    const bool admitted = breaker.at(number).admitted;
    seen[admitted ? "let through by the breaker" : "stopped by the breaker"] += 1;
    seen["a probe"] += breaker.at(number).probe;
    if (admitted == moment.request->arrivals.empty()) {
      return ledger.Wrong("request " + std::to_string(moment.request->id) +
                          (admitted ? " was stopped by a breaker that is closed"
                                    : " went through a breaker that is open"));
    }
  }
}

// EJECT-3, EJECT-6 and EJECT-8: which of the two hosts is ejected, when, and that nothing
// goes to it while the other is not.
void JudgeEjection(Ledger& ledger, const Observed& observed, Seen& seen) {
  if (observed.stalled || observed.drained) return;
  const syntax::Service& service = ServiceOf(Route::kEject);
  const syntax::Ejection& policy = *service.ejection;
  std::vector<Moment> moments;
  std::int64_t end = INT64_MAX;
  for (const Request& request : ledger.requests) {
    if (request.route != Route::kEject || request.records.empty()) continue;
    if (request.arrivals.empty()) {
      if (request.records.front().attempts > 0) end = std::min(end, request.head_sent_at);
      continue;
    }
    const std::int64_t came = request.arrivals.front().head_at;
    moments.push_back({came, &request, {}});
    if (const auto heard = EndOf(request)) {
      moments.push_back({heard->at, &request, heard->result});
    } else {
      end = std::min(end, came);
    }
  }
  end = std::min(end, Order(moments));
  model::Ejection ejection({.consecutive_5xx = policy.consecutive_5xx,
                            .base = policy.base.nanoseconds,
                            .max_percent = policy.max_percent});
  for (const auto& endpoint : service.endpoints) ejection.Join(endpoint.address.port);
  std::vector<std::pair<std::int64_t, std::uint16_t>> expected;
  std::int64_t interval_ends = Schedule::kStart + policy.every.nanoseconds;
  for (const Moment& moment : moments) {
    if (moment.at >= end) break;
    for (; interval_ends <= moment.at; interval_ends += policy.every.nanoseconds)
      ejection.EndInterval(interval_ends);
    const Arrival& arrival = moment.request->arrivals.front();
    const std::uint16_t port = arrival.port;
    if (!moment.ended) {
      const std::uint64_t others = ejection.Ejected() - (ejection.IsEjected(port) ? 1 : 0);
      seen["an ejected host is spared"] += others;
      if (ejection.IsEjected(port) && others == 0)
        return ledger.Wrong("request " + std::to_string(moment.request->id) +
                            " went to a host that is ejected");
    } else if (*moment.ended != Result::kCancelled &&
               ejection.Report(port, ToEjection(*moment.ended, arrival.status), moment.at)) {
      ++seen["an ejection"];
      expected.emplace_back(moment.at, port);
    }
  }
  if (expected != Logged(ledger, end)) ledger.Wrong("other hosts are ejected than should be");
}

}  // namespace weir::simulator
