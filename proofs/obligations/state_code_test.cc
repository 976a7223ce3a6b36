// The stateful machines of the theorems are those of the code: on many states the
// shipped step and the theorem's rule are the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "proofs/obligations/closed_term.h"
#include "proofs/obligations/delivered_once.h"
#include "proofs/obligations/ejection_bound.h"
#include "proofs/obligations/one_probe.h"
#include "proofs/obligations/pool_bound.h"
#include "runtime/state/breaker.h"
#include "runtime/state/ejection.h"
#include "runtime/state/pool_admission.h"
#include "spec/model/retry.h"

namespace weir::proofs {
namespace {

class StateCode : public ::testing::Test {
 protected:
  bool Says(smt::Bool closed) { return IsTrue(solver_, closed); }
  smt::Int Number(std::uint64_t value) {
    return context_.Integer(static_cast<std::int64_t>(value));
  }
  smt::Int Time(std::int64_t value) { return context_.Integer(value); }
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  smt::Context context_;
  smt::Solver solver_{context_, smt::Logic::kIntegers};
  std::mt19937_64 random_{21};
};

using runtime::Breaker;

TEST_F(StateCode, TheBreakerTakesTheRulesSteps) {
  const BreakerRule rule = TheBreakerRule();
  Breaker breaker({.failures = 2, .window = 20, .open_for = 6});
  std::vector<Breaker::Permit> running;
  bool out = false;
  std::int64_t now = 0;
  int probes = 0;
  for (int i = 0; i < 600; ++i) {
    now += Below(4);
    const Breaker::State state = breaker.state();
    const std::uint64_t epoch = breaker.epoch();
    if (running.empty() || Below(2) == 0) {
      const bool turns =
          state == Breaker::State::kOpen && Says(rule.over(Time(now), Time(breaker.open_until())));
      const bool half = turns || state == Breaker::State::kHalfOpen;
      const bool probe = half && Says(rule.lets_through(Number(out && !turns)));
      const Breaker::Permit permit = breaker.Admit(now);
      ASSERT_EQ(permit.probe, probe) << i;
      ASSERT_EQ(permit.admitted, probe || state == Breaker::State::kClosed) << i;
      const smt::Int before = Number(epoch);
      EXPECT_TRUE(Says(Number(breaker.epoch()) == (turns ? rule.next_epoch(before) : before)));
      if (permit.admitted) running.push_back(permit);
      out = (out && !turns) || probe;
      probes += probe;
      continue;
    }
    const std::size_t which = Below(static_cast<std::uint32_t>(running.size()));
    const Breaker::Permit permit = running[which];
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    const auto outcome = static_cast<Breaker::Outcome>(Below(3));
    breaker.Report(permit, outcome, now);
    if (!Says(rule.counts(Number(permit.epoch), Number(epoch)))) {
      ASSERT_TRUE(breaker.state() == state && breaker.epoch() == epoch) << i;
    } else if (state == Breaker::State::kHalfOpen) {
      const Breaker::State expected =
          outcome == Breaker::Outcome::kSuccess   ? Breaker::State::kClosed
          : outcome == Breaker::Outcome::kFailure ? Breaker::State::kOpen
                                                  : Breaker::State::kHalfOpen;
      ASSERT_EQ(breaker.state(), expected) << i;
      EXPECT_TRUE(Says(Number(breaker.epoch()) == rule.next_epoch(Number(epoch)))) << i;
      out = outcome == Breaker::Outcome::kCancelled &&
            Says(rule.after_cancelled(Number(out)) == Number(1));
    }
  }
  EXPECT_GT(probes, 20);
}

TEST_F(StateCode, EjectionIsTheEjectionRule) {
  const EjectionRule rule = TheEjectionRule();
  int refused = 0;
  for (int i = 0; i < 80; ++i) {
    const std::uint32_t percent = Below(4) == 0 ? 100 : Below(101);
    const std::uint32_t hosts = 1 + Below(12);
    const bool at_least_one = Below(2) == 0;
    runtime::Ejection ejection(
        {.consecutive_5xx = 1, .max_percent = percent, .at_least_one = at_least_one});
    for (std::uint32_t host = 0; host < hosts; ++host) ejection.Add();
    for (std::uint32_t host = 0; host < hosts; ++host) {
      const bool may =
          Says(rule.may_eject(Number(ejection.ejected_count()), Number(percent * hosts),
                              Number(hosts), Number(at_least_one)));
      ASSERT_EQ(ejection.Report(host, runtime::Ejection::Outcome::k5xx, 0), may)
          << percent << " % of " << hosts;
      refused += !may;
    }
  }
  EXPECT_GT(refused, 40);
}

TEST_F(StateCode, AnEjectionLastsAndEndsByTheReturnRule) {
  const ReturnRule rule = TheReturnRule();
  for (const std::int64_t base : {30'000'000'000, 140'000'000'000, 400'000'000'000}) {
    const std::int64_t longest = std::max<std::int64_t>(base, 300'000'000'000);
    runtime::Ejection ejection({.consecutive_5xx = 1, .base = base, .max_percent = 100});
    const std::uint32_t host = ejection.Add();
    std::int64_t now = 5;
    for (std::int64_t times = 1; times < 14; ++times) {
      ASSERT_TRUE(ejection.Report(host, runtime::Ejection::Outcome::k5xx, now));
      const std::int64_t until = ejection.ejected_until(host);
      EXPECT_TRUE(Says(Time(until - now) == rule.time(Time(base * times), Time(longest))));
      for (const std::int64_t at : {now + 1, until - 1, until}) {
        ejection.Report(host, runtime::Ejection::Outcome::k5xx, at);
        EXPECT_TRUE(Says(Time(ejection.ejected_until(host)) ==
                         rule.after_report(Time(until), Time(at), Time(base))));
        ejection.Sweep(at);
        ASSERT_EQ(!ejection.ejected(host), Says(rule.ends(Time(until), Time(at), Time(7))));
      }
      now = until;
    }
  }
}

std::uint32_t InUse(const std::vector<std::vector<int>>& carries) {
  std::size_t in_use = 0;
  for (const auto& of_worker : carries) in_use += of_worker.size();
  return static_cast<std::uint32_t>(in_use);
}

TEST_F(StateCode, PoolAdmissionTakesTheRulesSteps) {
  const PoolRule rule = ThePoolRule();
  using Verdict = runtime::PoolAdmission::Verdict;
  using Offer = runtime::PoolAdmission::Offer;
  using Left = runtime::PoolAdmission::Left;
  int steps[9] = {};
  for (int history = 0; history < 40; ++history) {
    const runtime::PoolLimits limits{1 + Below(4), Below(3), 1 + Below(9)};
    runtime::PoolAdmission pool(limits);
    std::vector<runtime::Ticket> tickets;
    std::vector<std::vector<int>> carries(3);  // requests of each connection in use
    for (int i = 0; i < 40; ++i) {
      const std::uint32_t worker = Below(3);
      const smt::Int c = Number(pool.connections()), f = Number(pool.in_flight()),
                     w = Number(pool.waiting()), p = Number(pool.promised());
      const std::uint32_t promised = pool.promised();
      if (Below(2) == 0) {
        const bool has_room = std::ranges::any_of(carries[worker], [](int n) { return n < 3; });
        const Offer offer = has_room && Below(2) == 0 ? Offer::kRoom
                            : Below(2) == 0           ? Offer::kIdle
                                                      : Offer::kNone;
        const std::uint32_t own = pool.idle(worker);
        const std::uint32_t others = pool.connections() - InUse(carries) - promised - own;
        Verdict expected = Verdict::kOverflow;
        bool yields = false;
        if (!Says(rule.overflows(f, p, w, Number(limits.requests)))) {
          const bool free = pool.waiting() <= promised;
          if (offer == Offer::kRoom) {
            expected = Verdict::kShare;
          } else if (free && offer == Offer::kIdle && own > 0) {
            expected = Verdict::kReuse;
          } else if (free && Says(rule.may_connect(c, Number(limits.connections)))) {
            expected = Verdict::kConnect;
          } else if (free && own > 0) {
            expected = Verdict::kReplace;
          } else if (free && Says(rule.is_covered(p, w))) {
            expected = Verdict::kWait;
          } else if (free && others > 0) {
            expected = Verdict::kWait;
            yields = true;
          } else if (Says(rule.may_wait(p, w, Number(limits.pending)))) {
            expected = Verdict::kWait;
          }
        }
        const auto answer = pool.Ask(worker, offer);
        ASSERT_EQ(answer.verdict, expected) << history << "/" << i;
        ASSERT_EQ(answer.ask_to_yield.has_value(), yields) << history << "/" << i;
        if (expected == Verdict::kWait) tickets.push_back({worker, answer.id});
        if (expected == Verdict::kShare) {
          ++*std::ranges::find_if(carries[worker], [](int n) { return n < 3; });
        } else if (expected < Verdict::kWait) {
          carries[worker].push_back(1);
        }
        ++steps[static_cast<int>(expected)];
        continue;
      }
      const bool grants = Says(rule.grants(p, w));
      std::optional<runtime::Ticket> granted;
      if (Below(3) == 0) {
        const bool room = std::ranges::any_of(carries[worker], [](int n) { return n < 3; });
        if (tickets.empty() || !room || tickets.back().worker != worker) continue;
        const auto shared = pool.Share(tickets.back());
        const bool may = Says(rule.may_share(f, p, w, Number(limits.requests)));
        using Shared = runtime::PoolAdmission::Shared;
        ASSERT_EQ(shared == Shared::kFull, !may) << history << "/" << i;
        if (shared != Shared::kFull) tickets.pop_back();
        if (shared == Shared::kYes) {
          ++*std::ranges::find_if(carries[worker], [](int n) { return n < 3; });
        }
        steps[7] += shared == Shared::kYes;
        continue;
      }
      if (Below(2) == 0) {
        if (carries[worker].empty()) continue;
        if (--carries[worker].back() > 0) {
          ASSERT_FALSE(pool.Finish(worker, Left::kInUse)) << history << "/" << i;
          ++steps[8];
          continue;
        }
        carries[worker].pop_back();
        granted = pool.Finish(worker, Below(3) > 0 ? Left::kIdle : Left::kGone);
      } else if (pool.idle(worker) == 0 && pool.promised(worker) > 0) {
        granted = pool.IdleClosed(worker);
        EXPECT_TRUE(Says(Number(pool.promised()) == rule.promises_left(p)));
      } else if (pool.promised(worker) > 0) {
        granted = pool.Yield(worker, true);
      } else {
        continue;
      }
      ASSERT_EQ(granted.has_value(), grants) << history << "/" << i;
      if (granted) carries[granted->worker].push_back(1);
      steps[6] += granted.has_value();
    }
  }
  for (const int count : steps) EXPECT_GT(count, 5);
}

// The rule is the model's; the proxy's own decision is held to it by the tests of
// the exchange (tests/integration).
TEST_F(StateCode, TheModelRetriesByTheRetryRule) {
  const RetryRule rule = TheRetryRule();
  using Kind = model::TryResult::Kind;
  const auto flag = [&](bool value) { return context_.Constant(value); };
  for (const std::string method : {"GET", "POST", "DELETE", "PATCH"}) {
    for (int bits = 0; bits < 16; ++bits) {
      const bool unsafe = bits & 1, sent = bits & 2, refused = bits & 4, resent = bits & 8;
      const smt::Bool idempotent = flag(model::IsIdempotent(method));
      for (std::uint32_t tries = 1; tries <= 3; ++tries) {
        syntax::Retry policy;
        policy.attempts = 2;
        policy.unsafe = unsafe;
        policy.on = {{.kind = syntax::RetryCause::Kind::k5xx}};
        const model::TryResult result{refused ? Kind::kRefusedStream : Kind::kReset, 0, sent};
        const model::RetryState state{.method = method, .tries_made = tries};
        EXPECT_EQ(model::MayRetry(policy, result, state),
                  Says(rule.retries(idempotent, flag(unsafe), flag(sent), flag(refused),
                                    Number(tries), Number(policy.attempts))));
        EXPECT_EQ(
            model::MayHedge(policy, state),
            Says(rule.hedges(idempotent, flag(unsafe), Number(tries), Number(policy.attempts))));
        EXPECT_EQ(model::MayResendStale(policy.attempts, state, sent, resent),
                  Says(rule.resends(idempotent, flag(sent), flag(resent), Number(tries),
                                    Number(policy.attempts))));
      }
    }
  }
}

}  // namespace
}  // namespace weir::proofs
