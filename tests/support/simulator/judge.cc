// What holds of every request whatever its route: one record, nothing lost, doubled
// or out of order, nobody left without an answer. Bytes were compared as they came
// (client.cc, upstream.cc).
#include <algorithm>
#include <map>
#include <string>

#include "tests/support/simulator/judge.h"
#include "tests/support/simulator/observed.h"
#include "tests/support/simulator/policy.h"

namespace weir::simulator {
namespace {

std::string Name(const Request& request) { return "request " + std::to_string(request.id); }

class General {
 public:
  General(Ledger& ledger, const Observed& observed, Seen& seen)
      : ledger_(ledger), observed_(observed), seen_(seen) {}

  void Run() {
    std::uint64_t records = ledger_.strangers;
    for (const Request& request : ledger_.requests) last_of_wire_[request.wire] = request.id;
    for (const Request& request : ledger_.requests) {
      records += request.records.size();
      JudgeRecord(request);
      JudgeAnswer(request);
      JudgeArrivals(request);
    }
    if (observed_.started != observed_.ended || records != observed_.ended) {
      ledger_.Wrong(std::to_string(observed_.started) + " requests began, " +
                    std::to_string(observed_.ended) + " ended and " + std::to_string(records) +
                    " are recorded");
    }
  }

 private:
  void Wrong(const Request& request, const std::string& what) {
    ledger_.Wrong(Name(request) + ": " + what);
  }

  void JudgeRecord(const Request& request) {
    const std::size_t count = request.records.size();
    if (count > 1) Wrong(request, "is recorded " + std::to_string(count) + " times");
    if (count == 0) {
      // Its head had not come in time, and its client sent on before it read that.
      const bool too_late = request.status == 408 && request.begun_at != request.head_sent_at;
      if (request.status != 0 && request.head_sent_at != kNever && !too_late)
        Wrong(request, "is answered and not recorded");
      if (!request.arrivals.empty()) Wrong(request, "reached an upstream and is not recorded");
      return;
    }
    const Record& record = request.records.front();
    ++seen_[record.reason];
    if (request.whole && record.status != request.status)
      Wrong(request, "is recorded with another status than its answer's");
    if (request.whole && request.from > 0 && record.bytes_out != request.body)
      Wrong(request, "is recorded with another number of bytes than its answer has");
    if (record.bytes_out < request.body && request.from > 0)
      Wrong(request, "got more bytes than are recorded");
    if (record.attempts < request.arrivals.size())
      Wrong(request, "has more arrivals than attempts");
    if (request.has_body && record.bytes_in > request.size)
      Wrong(request, "is recorded with more bytes than were sent");
  }

  void JudgeAnswer(const Request& request) {
    seen_["answered"] += request.whole;
    seen_["client gone"] += request.gone_at != kNever;
    const bool gone = request.gone_at != kNever;
    // The reset by which a later answer on the connection broke off may destroy this one.
    const bool followed = request.reset && last_of_wire_.at(request.wire) > request.id;
    // An answer that broke off, and the reset that said so destroyed its beginning.
    const bool lost = request.reset && std::ranges::any_of(request.arrivals, [](const Arrival& a) {
                        return a.answer_at != kNever;
                      });
    const bool reads = !gone && !request.slow_reader;
    if (request.alone && request.sent_at != kNever && request.status == 0 && reads && !lost &&
        !followed && !observed_.drained)
      Wrong(request, "was sent whole, and has no answer");
    if (request.from == 0) return;
    if (request.from > request.arrivals.size()) return Wrong(request, "has nobody's answer");
    const Arrival& arrival = request.arrivals[request.from - 1];
    const Plan& plan = request.plans[std::min<std::size_t>(request.from, 3) - 1];
    if (arrival.status != request.status) Wrong(request, "has another status than was sent");
    const bool head = request.method == "HEAD";
    if (request.whole && !arrival.sent_whole)
      Wrong(request, "has an answer that looks whole and was broken off");
    if (request.whole && request.body != (head ? 0 : plan.size))
      Wrong(request, "has an answer of " + std::to_string(request.body) + " bytes, not " +
                         std::to_string(plan.size));
    const bool willing = !gone && !request.slow_reader && !observed_.drained && !followed;
    if (arrival.sent_whole && willing && !request.whole)
      Wrong(request, "has lost the end of its answer");
    seen_["broken answer"] += !request.whole && willing;
  }

  // RETRY-3, as the upstreams see it.
  void JudgeArrivals(const Request& request) {
    const std::size_t count = request.arrivals.size();
    if (request.method == "POST" && count > 1) Wrong(request, "is a POST and was delivered twice");
    if (RetryOf(request.route) == nullptr && count > 1)
      Wrong(request, "was tried again without a retry policy");
    if (count > 0 && request.records.size() == 1 && request.from == 0 && request.whole &&
        request.status < 400)
      Wrong(request, "was answered well by nobody");
    seen_["tried again"] += count > 1;
    for (const Arrival& arrival : request.arrivals) {
      seen_["on a kept connection"] += arrival.kept_wire;
      if (arrival.whole_at != kNever && request.has_body && arrival.body != request.size)
        Wrong(request, "is whole at an upstream, and some of its body is missing");
    }
  }

  Ledger& ledger_;
  const Observed& observed_;
  Seen& seen_;
  std::map<std::uint64_t, std::uint64_t> last_of_wire_;  // wire to request
};

}  // namespace

void Judge(Ledger& ledger, const Observed& observed, Seen& seen) {
  General(ledger, observed, seen).Run();
  JudgeTries(ledger, observed, seen);
  JudgeBreaker(ledger, observed, seen);
  JudgeEjection(ledger, observed, seen);
  JudgeTimes(ledger, observed, seen);
  JudgeHosts(ledger, observed, seen);
}

}  // namespace weir::simulator
