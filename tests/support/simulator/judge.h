// The parts of the judge, each with a model of its own as far as there is one.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_JUDGE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_JUDGE_H_

#include <cstdint>
#include <map>
#include <string>

#include "tests/support/simulator/observed.h"

namespace weir::simulator {

using Seen = std::map<std::string, std::uint64_t>;

// Retries, hedges and the retry budget (spec/model/retry.h).
void JudgeTries(Ledger& ledger, const Observed& observed, Seen& seen);
// The breaker (spec/model/breaker.h).
void JudgeBreaker(Ledger& ledger, const Observed& observed, Seen& seen);
// Which hosts are ejected (spec/model/ejection.h).
void JudgeEjection(Ledger& ledger, const Observed& observed, Seen& seen);
// Times of routes and tries, of heads, of idle connections and of checks, to the
// nanosecond.
void JudgeTimes(Ledger& ledger, const Observed& observed, Seen& seen);
// Checks (spec/model/health.h), and who waits for a place in a pool.
void JudgeHosts(Ledger& ledger, const Observed& observed, Seen& seen);

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_JUDGE_H_
