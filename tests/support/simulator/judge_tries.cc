// Every further try was one that the model allows, and came when it may; every one
// that the policy promises was made.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "spec/model/retry.h"
#include "tests/support/simulator/judge.h"
#include "tests/support/simulator/policy.h"

namespace weir::simulator {
namespace {

using model::TryResult;

// How the proxy saw this try end before it had its answer, and when. None: it did not.
struct Ending {
  TryResult result;
  std::int64_t at = 0;
};
std::optional<Ending> EndingOf(const Arrival& arrival) {
  if (arrival.answer_at != kNever) {
    return Ending{{TryResult::Kind::kResponse, static_cast<std::uint16_t>(arrival.status), true},
                  arrival.answer_at};
  }
  if (arrival.broken) return Ending{{TryResult::Kind::kReset, 0, true}, arrival.over_at};
  if (arrival.dropped_at != kNever)
    return Ending{{TryResult::Kind::kPerTryTimeout, 0, true}, arrival.dropped_at};
  return std::nullopt;
}

class Tries {
 public:
  Tries(Ledger& ledger, const Observed& observed, Seen& seen)
      : ledger_(ledger), observed_(observed), seen_(seen) {}

  void Run() {
    for (const Request& request : ledger_.requests) {
      const syntax::Retry* retry = RetryOf(request.route);
      if (retry == nullptr || request.records.empty()) continue;
      if (request.records.front().attempts > retry->attempts)
        Wrong(request, "was tried more often than its policy says");
      for (std::size_t i = 1; i < request.arrivals.size(); ++i) JudgeFurther(request, *retry, i);
      if (!request.arrivals.empty()) JudgeLast(request, *retry);
    }
    JudgeBudget();
  }

 private:
  void Wrong(const Request& request, const std::string& what) {
    ledger_.Wrong("request " + std::to_string(request.id) + ": " + what);
  }

  model::RetryState StateOf(const Request& request, std::uint32_t tries) const {
    return {
        .method = request.method, .tries_made = tries, .body_replayable = request.size <= 65'536};
  }

  void JudgeFurther(const Request& request, const syntax::Retry& retry, std::size_t i) {
    const Arrival& before = request.arrivals[i - 1];
    const Arrival& further = request.arrivals[i];
    const auto tries = static_cast<std::uint32_t>(i);
    const auto ending = EndingOf(before);
    const model::RetryState state = StateOf(request, tries);
    const bool connects_failed = request.records.front().attempts != request.arrivals.size();
    const bool after = ending && ending->at <= further.head_at;
    if (after && before.kept_wire && before.broken &&
        model::MayResendStale(retry.attempts, state, true, false)) {
      ++seen_["a stale connection"];
      return;
    }
    if (after && model::MayRetry(retry, ending->result, state)) {
      ++seen_["a retry"];
      if (connects_failed || observed_.stalled || retry.hedge) return;
      const std::int64_t waited = further.head_at - ending->at;
      if (waited > model::BackoffCeiling(retry, tries))
        Wrong(request, "was tried again after " + std::to_string(waited) + " ns");
      return;
    }
    const bool overlaps = !ending || ending->at >= further.head_at;
    if (overlaps && retry.hedge && before.whole_at != kNever && model::MayHedge(retry, state)) {
      ++seen_["a hedge"];
      if (connects_failed || observed_.stalled) return;
      const std::int64_t waited = further.head_at - before.whole_at;
      const bool slowly =
          before.whole_at != before.head_at;  // the upstream read, or the client sent
      if (!slowly && waited != retry.hedge->nanoseconds)
        Wrong(request, "was hedged after " + std::to_string(waited) + " ns");
      return;
    }
    Wrong(request, "was tried again though it may not be");
  }

  // Nothing but the policy kept it from another try, and there was none.
  void JudgeLast(const Request& request, const syntax::Retry& retry) {
    const Record& record = request.records.front();
    const Arrival& last = request.arrivals.back();
    const auto ending = EndingOf(last);
    const bool given_up = request.gone_at != kNever || observed_.drained || observed_.stalled ||
                          record.attempts != request.arrivals.size() ||
                          record.detail.find("timeout") != std::string::npos ||
                          record.reason == "request-timeout";
    if (!ending || given_up || retry.name == "tight") return;
    const model::RetryState state = StateOf(request, static_cast<std::uint32_t>(record.attempts));
    const bool hedged = retry.hedge && request.arrivals.size() > 1;
    if (!hedged && last.broken && last.kept_wire && last.answer_at == kNever &&
        model::MayResendStale(retry.attempts, state, true, false))
      Wrong(request, "met a stale connection and was not sent again");
    if (!hedged && model::MayRetry(retry, ending->result, state))
      Wrong(request, "was not tried again");
    const Arrival& first = request.arrivals.front();
    if (retry.hedge && request.arrivals.size() == 1 && first.whole_at != kNever &&
        ending->at - first.whole_at > retry.hedge->nanoseconds && !observed_.hosts_failed &&
        model::MayHedge(retry, StateOf(request, 1)))
      Wrong(request, "was not hedged");
  }

  // RETRY-7, of the policy whose budget is small: a try that was made had its place.
  void JudgeBudget() {
    const syntax::Retry& retry = *RetryOf(Route::kTight);
    model::BudgetHistory history;
    std::vector<std::int64_t> retries;
    for (const Request& request : ledger_.requests) {
      if (request.route != Route::kTight || request.head_sent_at == kNever) continue;
      // Those that were forwarded count, and when that was is known of those that arrived.
      if (request.arrivals.empty() || request.records.empty() ||
          request.records.front().attempts != request.arrivals.size() || observed_.stalled)
        return;
      history.requests.push_back(request.arrivals.front().head_at);
      for (std::size_t i = 1; i < request.arrivals.size(); ++i) {
        const auto ending = EndingOf(request.arrivals[i - 1]);
        if (!ending) return;
        retries.push_back(ending->at);
      }
    }
    std::ranges::sort(history.requests);
    std::ranges::sort(retries);
    for (const std::int64_t at : retries) {
      ++seen_["a retry of a small budget"];
      if (!model::TakeRetry(retry, history, at))
        ledger_.Wrong("a retry at " + std::to_string(at) + " is beyond its budget");
    }
  }

  Ledger& ledger_;
  const Observed& observed_;
  Seen& seen_;
};

}  // namespace

void JudgeTries(Ledger& ledger, const Observed& observed, Seen& seen) {
  Tries(ledger, observed, seen).Run();
}

}  // namespace weir::simulator
